"""A learner may ask how to read what was printed: columns, words and messages, whatever the command was."""

import json

import pytest

from learn.kubectl.practice import opened, play
from learn.kubectl.readings import read_output
from learn.kubectl.readings.columns import TABLES

WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "example.com/web:1.0",
                        "resources": {"requests": {"cpu": "100m"}},
                    }
                ]
            },
        },
    },
}


@pytest.fixture(scope="module")
def cluster():
    return opened(json.dumps({"duration": 30, "manifests": [WEB]}))


def reading(cluster, line):
    """The notes after a line: part → term → meaning with its cure."""
    output = play(cluster.fork(), line)[-1].output
    return {
        part.title: {note.term: note.meaning + note.cure for note in part.notes}
        for part in read_output(output)
    }


COLUMNS = {
    "kubectl get pods": "READY STATUS RESTARTS AGE",
    "kubectl get pods -o wide --show-labels": "READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES LABELS",
    "kubectl get pods -A": "NAMESPACE READY STATUS RESTARTS AGE",
    "kubectl get deploy": "READY UP-TO-DATE AVAILABLE AGE",
    "kubectl get deploy -o wide": "READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR",
    "kubectl get rs": "DESIRED CURRENT READY AGE",
    "kubectl get svc": "TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE",
    "kubectl get endpointslices": "ADDRESSTYPE PORTS ENDPOINTS AGE",
    "kubectl get nodes": "STATUS ROLES AGE VERSION",
    "kubectl get ns": "STATUS AGE",
    "kubectl autoscale deploy web --min=1 --max=3; kubectl get hpa": "REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE",
    "kubectl create cronjob a --image=b --schedule='* * * * *'; kubectl get cj": "SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE",
    "kubectl create job a --image=b; kubectl get jobs": "STATUS COMPLETIONS DURATION AGE",
    "kubectl create ingress a --rule=a.b/=c:80; kubectl get ing": "CLASS HOSTS ADDRESS PORTS AGE",
    "kubectl create pdb a --selector=app=web --min-available=1; kubectl get pdb": "MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE",
    "kubectl get events": "LAST SEEN TYPE REASON OBJECT MESSAGE",
    "kubectl top pods": "CPU(cores) MEMORY(bytes)",
    "kubectl rollout history deploy web": "REVISION CHANGE-CAUSE",
}  # fmt: skip


@pytest.mark.parametrize(("line", "columns"), COLUMNS.items(), ids=COLUMNS)
def test_every_column_but_the_name_is_told(cluster, line, columns):
    told = next(notes for title, notes in reading(cluster, line).items() if title.endswith("の列"))
    assert " ".join(told) == columns
    assert all(told.values())


def test_a_table_is_known_by_all_of_its_columns():
    assert [table.name for table in TABLES if not table.key <= set(table.columns)] == []


def test_two_tables_in_one_output_are_both_told(cluster):
    titles = list(reading(cluster, "kubectl get deployments,rs,pods"))
    assert titles[:3] == ["Deploymentの一覧の列", "ReplicaSetの一覧の列", "Podの一覧の列"]


def test_the_same_column_says_what_it_says_in_its_table(cluster):
    pods, deployments = reading(cluster, "kubectl get pods"), reading(cluster, "kubectl get deploy")
    assert "コンテナ" in pods["Podの一覧の列"]["READY"]
    assert "期待する数" in deployments["Deploymentの一覧の列"]["READY"]


def test_a_column_that_was_added_to_a_known_table_is_left_out(cluster):
    told = reading(cluster, "kubectl get pods -L app")["Podの一覧の列"]
    assert list(told) == ["READY", "STATUS", "RESTARTS", "AGE"]


def test_a_table_of_another_kind_is_not_taken_for_a_known_one():
    assert read_output("NAME   READY   PHASE   AGE\na      1       x       5s\n") == ()


HEAD = "NAME   READY   STATUS                       RESTARTS      AGE\n"
STATUSES = [
    "Pending", "ContainerCreating", "Running", "Completed", "Error", "CrashLoopBackOff", "ImagePullBackOff",
    "ErrImagePull", "Terminating", "OOMKilled", "Evicted", "CreateContainerConfigError", "Init:0/2",
    "Init:CrashLoopBackOff", "PodInitializing", "SchedulingGated", "Unknown",
]  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_the_status_of_a_pod_is_told(status):
    (_, words) = read_output(f"{HEAD}web    0/1     {status:<26}   0             5s\n")
    assert [note.term for note in words.notes] == [status]
    assert words.notes[0].meaning


def test_a_value_that_nobody_knows_is_left_out():
    (columns,) = read_output(f"{HEAD}web    0/1     SomethingNew                 0             5s\n")
    assert columns.notes[1].example == "SomethingNew"


MESSAGES = {
    "kubectl get pods nope": "この名前のオブジェクトがありません。",
    "kubectl get foo": "この名前の種類がありません。",
    "kubectl scale deploy --replicas=2": "種類だけで、名前がありません。",
    "kubectl scale deploy web --replicas=-1": "残したい数を書きます。",
    "kubectl scale pod $(kubectl get pods -o jsonpath='{.items[0].metadata.name}') --replicas=2": "持ち主のDeploymentに指示します。",
    "kubectl scale deploy web --replicas=3": "Podがそろうのは、これからです。",
    "kubectl rollout status deploy web": "更新が終わり",
    "kubectl create deploy web --image=a": "同じ名前のオブジェクトが、すでにあります。",
    "kubectl set image deploy/web nginx=a": "この名前のコンテナがありません。",
    "kubectl get pods --nope": "この名前のオプションがありません。",
    "kubectl frobnicate": "この名前のコマンドがありません。",
    "kubectl apply -f nope.yaml": "この名前のファイルがありません。",
    "kubectl label web-": "変えるオブジェクトが書かれていません。",
    "kubectl label deploy web a=b c": "種類と名前をすべて先に書き",
    "kubectl apply web.yaml": "余分な言葉があります。",
    "kubectl cordon": "ノードの名前がありません。",
    "kubectl rollout status pod -l app=web": "この種類には使えないコマンドです。",
    "kubectl label deploy web a=b=c": "ラベルの書き方に誤りがあります。",
    "kubectl taint nodes node-1 k=v:Foo": "taintの書き方に誤りがあるか",
    "kubectl autoscale deploy web --min=5 --max=2": "最大の数が、最小の数より小さく",
    "kubectl patch deploy web": "何を変えるのかが書かれていません。",
    "kubectl patch deploy web -p '{bad'": "パッチを読めません。",
    "kubectl wait pod -l app=web --for=foo": "待つ条件の書き方に誤りがあります。",
    "kubectl get pods --sort-by=.spec.nothing": "並べ替えに使う項目が",
    "kubectl get deploy web -o jsonpath='{metadata.name}'": "項目の前に、`.`がありません。",
    "kubectl events --for web": "`--for`に、種類がありません。",
    "kubectl get deploy -n kube-public": "条件に合うオブジェクトがありません。",
    "curl http://node-1:81": "だれも待ち受けていません。",
    "curl http://host01:80": "名前からIPアドレスがわかりません。",
    "frobnicate": "この名前のコマンドがありません。",
    "kubectl get": "種類がありません。",
    "kubectl get pods web -A": "一緒に使えません。",
    "kubectl label deploy web app=a && kubectl label deploy web app=b": "`--overwrite`を付けます。",
    "kubectl rollout undo deploy web --to-revision=9": "残っている版を見ます。",
    "kubectl explain pods.foo": "この名前の項目がありません。",
    "kubectl get endpoints": "EndpointSliceを見ます。",
    "kubectl create service nodeport web --tcp=80 --node-port=80": "30000〜32767から選ぶ",
}


@pytest.mark.parametrize(("line", "said"), MESSAGES.items(), ids=MESSAGES)
def test_a_message_is_told_with_what_to_do(cluster, line, said):
    told = reading(cluster, line)["メッセージ"].values()
    assert any(said in each for each in told), told


def test_a_description_tells_its_fields_reasons_and_events(cluster):
    told = reading(cluster, "kubectl describe deploy web")
    assert {"Replicas", "StrategyType", "Selector", "Events"} <= set(told["項目"])
    assert {"NewReplicaSetAvailable", "ScalingReplicaSet"} <= set(told["表示された言葉"])
    assert "増やした記録" in str(told["メッセージ"])


def test_a_field_is_told_for_the_kind_at_hand(cluster):
    service = reading(cluster, "kubectl expose deploy web --port=80; kubectl describe svc web")
    pod = reading(cluster, "kubectl describe pod -l app=web")
    assert "Service" in service["項目"]["Port"] and "コンテナ" in pod["項目"]["Port"]


@pytest.mark.parametrize(
    "output",
    [
        "",
        "\n\n",
        "web\n",
        "TYPE CLUSTER-IP",
        "あいう\n",
        "NAME\n" * 50_000,
        "x" * 1_000_000,
        "a: b\n" * 9_999,
    ],
    ids=["empty", "lines", "word", "half a head", "Japanese", "heads", "one line", "yaml"],
)
def test_there_is_nothing_to_say_about_anything_else(output):
    assert read_output(output) == ()
