"""Lines that tell of a failure or of progress: what each says and what to do.

Sources: messages of staging/src/k8s.io/{apimachinery,apiserver,kubectl,cli-runtime} and of curl's manual page.
"""

from __future__ import annotations

import re

from learn.kubectl.readings.model import Pattern
from learn.kubectl.readings.refusals import REFUSALS


def _line(words: str, meaning: str, cure: str = "") -> Pattern:
    return Pattern(words=re.compile(words), meaning=meaning, cure=cure)


PATTERNS: tuple[Pattern, ...] = (
    # what kubectl refuses by itself
    _line(
        r"no name was specified", "種類だけで、名前がありません。", "「種類/名前」の形で、名前まで書きます。"
    ),
    _line(
        r"the server doesn't have a resource type",
        "この名前の種類がありません。",
        "`kubectl api-resources`で、種類の名前と綴りを確かめます。",
    ),
    _line(
        r"unknown command",
        "この名前のコマンドがありません。",
        "`kubectl help`で、コマンドの名前を確かめます。",
    ),
    _line(
        r"unknown (shorthand )?flag",
        "この名前のオプションがありません。",
        "コマンドに`--help`を付けて、使えるオプションを確かめます。",
    ),
    _line(
        r"COUNT flag is required",
        "`--replicas`に、0以上の数がありません。",
        "減らす数ではなく、残したい数を書きます。",
    ),
    _line(
        r"required flag\(s\)",
        "必ず書くオプションが足りません。",
        "示された名前のオプションに、値を付けて書きます。",
    ),
    _line(
        r"must specify one of -f and -k",
        "どのファイルを使うのかが決まりません。",
        "`-f`に、ファイルの名前を書きます。",
    ),
    _line(
        r"the path \".*\" does not exist",
        "この名前のファイルがありません。",
        "`ls`で、ファイルの名前を確かめます。",
    ),
    _line(
        r"error parsing .*: error converting YAML",
        "YAMLとして読めません。",
        "示された行の字下げと記号を確かめます。",
    ),
    _line(
        r"no matches for kind",
        "このapiVersionとkindの組み合わせがありません。",
        "`kubectl api-resources`で、正しい組み合わせを確かめます。",
    ),
    _line(
        r"unable to find container named",
        "この名前のコンテナがありません。",
        "`kubectl get -o wide`のCONTAINERSの列で、名前を確かめます。",
    ),
    _line(
        r"a container name must be specified|choose one of:",
        "コンテナが2つ以上あり、どれか決まりません。",
        "`-c`に、コンテナの名前を書きます。",
    ),
    _line(
        r"previous terminated container .* not found",
        "前のコンテナがありません。まだ一度も再起動していません。",
        "`--previous`を外して実行します。",
    ),
    _line(
        r"is waiting to start",
        "コンテナがまだ始まっていません。",
        "`kubectl describe pod`のEventsで、何を待っているかを見ます。",
    ),
    _line(
        r"timed out waiting for the condition",
        "待っている間に、条件が満たされませんでした。",
        "`kubectl describe`で、何が進んでいないかを見ます。",
    ),
    _line(r"Edit cancelled", "何も変えずに編集を終えました。オブジェクトはそのままです。"),
    _line(
        r"error executing template|error parsing template|<no value>",
        "go-templateの書いた場所に、値がありません。",
        "項目の名前と空白を確かめます。リストの1つ目は`index .spec.ports 0`のように書きます。",
    ),
    _line(
        r"unrecognized identifier",
        "項目の前に、`.`がありません。",
        "`{.metadata.name}`のように、`.`から書きます。",
    ),
    _line(
        r"error (executing|parsing) jsonpath|unrecognized character in action",
        "JSONPathとして読めません。",
        "`{.spec.ports[0].nodePort}`のように、波括弧と角括弧を使います。",
    ),
    _line(
        r"You must specify the type of resource|[Rr]equired resource not specified|must provide one or more resources",
        "種類がありません。",
        "`kubectl get pods`のように、種類を書きます。",
    ),
    _line(
        r"cannot be retrieved by name across all namespaces",
        "`-A`と名前は、一緒に使えません。",
        "`-n`でNamespaceを1つ選ぶか、名前を外します。",
    ),
    _line(
        r"name cannot be provided when a selector is specified",
        "名前と`-l`は、一緒に使えません。",
        "どちらか1つにします。",
    ),
    _line(
        r"no need to specify a resource type as a separate argument",
        "種類が2回書かれています。",
        "「種類/名前」の形のときは、その前に種類を書きません。",
    ),
    _line(r"flag needs an argument", "オプションの値がありません。", "オプションのあとに、値を書きます。"),
    _line(
        r"invalid argument \".*\" for",
        "オプションの値の形が合いません。",
        "数や真偽値など、求められている形で書きます。",
    ),
    _line(
        r"that match label selector|that match field selector|unable to parse requirement",
        "条件の書き方が正しくありません。",
        "`-l app=web`のように書きます。`--field-selector`で使える項目は、種類ごとに決まっています。",
    ),
    _line(
        r"missing the kubectl.kubernetes.io/last-applied-configuration",
        "`kubectl apply`以外で作られたオブジェクトです。記録のアノテーションを付けて、続けました。",
    ),
    _line(
        r"Expected replicas to be",
        "いまの数が、`--current-replicas`に書いた数と違います。何も変えていません。",
    ),
    _line(r"no objects passed to", "対象のオブジェクトがありません。", "名前とNamespaceを確かめます。"),
    _line(
        r"--overwrite is false",
        "同じ名前に、すでに値があります。",
        "書き換えるときは、`--overwrite`を付けます。",
    ),
    _line(
        r"at least one .* (update is )?required",
        "変える内容がありません。",
        "コマンドの終わりに、変える内容を書きます。",
    ),
    _line(
        r"unable to find (the )?specified revision",
        "この番号の版は残っていません。",
        "`kubectl rollout history`で、残っている版を見ます。",
    ),
    _line(
        r"paused deployment|is (already|not) paused|pausing is not supported",
        "更新の一時停止の状態が、この操作に合いません。",
        "`kubectl rollout resume`で再開してから実行します。",
    ),
    _line(
        r"is not valid for pod|container \S+ not found in pod",
        "この名前のコンテナが、Podにありません。",
        "`kubectl describe pod`で、コンテナの名前を確かめます。",
    ),
    _line(
        r"Defaulted container",
        "コンテナが2つ以上あるため、最初の1つを選びました。",
        "ほかを選ぶときは、`-c`に名前を書きます。",
    ),
    _line(
        r"exec \[POD\] \[COMMAND\] is not supported",
        "コマンドの前に`--`がありません。",
        "`kubectl exec Pod名 -- コマンド`の形で書きます。",
    ),
    _line(
        r"does not have a (service|named) port",
        "この番号や名前のポートがありません。",
        "`kubectl describe`で、ポートを確かめます。",
    ),
    _line(
        r"because pod is not running",
        "Podが動いていません。",
        "`kubectl get pods`で、Runningになるのを待ちます。",
    ),
    _line(r"NAME is required", "名前がありません。", "作るものの名前を書きます。"),
    _line(r"--image is required", "イメージがありません。", "`--image`に、イメージの名前を書きます。"),
    _line(
        r"Invalid image name",
        "イメージの名前の書き方が正しくありません。",
        "空白と大文字を使わずに書きます。",
    ),
    _line(
        r"executable file not found",
        "コンテナの中に、このコマンドがありません。",
        "イメージに入っているコマンドを使います。",
    ),
    _line(
        r"command terminated with exit code", "コンテナの中のコマンドが、0ではない終了コードで終わりました。"
    ),
    _line(
        r"unable to match a printer",
        "この名前の出力の形がありません。",
        "`-o`に書ける形は、続けて並んでいます。",
    ),
    _line(
        r"context .*does not exist|no context exists",
        "この名前のコンテキストがありません。",
        "`kubectl config get-contexts`で、名前を確かめます。",
    ),
    _line(
        r"v1 Endpoints is deprecated",
        "Endpointsはv1.33で非推奨です。",
        "`kubectl get endpointslices`で、EndpointSliceを見ます。",
    ),
    _line(
        r"field \".*\" does not exist",
        "この名前の項目がありません。",
        "`kubectl explain`を1つ上の項目で実行し、名前を確かめます。",
    ),
    _line(
        r"Immediate deletion does not wait", "強制的な削除です。Podが本当に止まったかは、確かめられません。"
    ),
    _line(
        r"would violate PodSecurity",
        "Podセキュリティの標準に合いません。",
        "括弧の中に、直す項目があります。",
    ),
    _line(r"pending nodes to be drained", "まだドレインが終わっていないノードです。"),
    # what the API server refuses
    _line(
        r"\(NotFound\): the server could not find the requested resource",
        "この種類には、その操作がありません。",
        "Podを増減したいときは、持ち主のDeploymentに指示します。",
    ),
    _line(
        r"\(NotFound\)",
        "この名前のオブジェクトがありません。",
        "`kubectl get`で名前とNamespaceを確かめます。Podの名前は、作り直されると変わります。",
    ),
    _line(
        r"\(AlreadyExists\)|already exists",
        "同じ名前のオブジェクトが、すでにあります。",
        "別の名前にするか、`kubectl apply`で書き換えます。",
    ),
    _line(
        r"\(Conflict\)|the object has been modified",
        "読んでから書くまでの間に、ほかの変更がありました。",
        "もう一度読み直してから書き換えます。",
    ),
    _line(
        r"\(Forbidden\)|is forbidden:", "許されていない操作です。", "理由は「forbidden:」のあとにあります。"
    ),
    _line(
        r"strict decoding error|unknown field",
        "この名前の項目がありません。",
        "綴りと字下げを確かめます。`kubectl explain`で、使える項目を調べられます。",
    ),
    _line(
        r"field is immutable",
        "作ったあとで変えられない項目です。",
        "元の値に戻すか、削除して作り直します。",
    ),
    _line(
        r"provided port is already allocated",
        "このnodePortは、ほかのServiceが使っています。",
        "別の番号にするか、書かずに任せます。",
    ),
    _line(
        r"provided port is not in the valid range",
        "nodePortの範囲から外れています。",
        "30000〜32767から選ぶか、書かずに任せます。",
    ),
    _line(
        r"exceeded quota",
        "ResourceQuotaの上限を超えます。",
        "要求する量か数を減らします。残りは`kubectl describe quota`で見ます。",
    ),
    _line(
        r"\(Invalid\)|is invalid:", "値が決まりに合いません。", "項目の場所と理由が、続けて書かれています。"
    ),
    _line(
        r"Metrics API not available|metrics not available yet",
        "使用量がまだ集まっていません。",
        "少し待ちます。続くときは、Metrics Serverが動いているかを確かめます。",
    ),
    _line(
        r"No resources found",
        "条件に合うオブジェクトがありません。",
        "`-A`を付けると、すべてのNamespaceを調べます。",
    ),
    # nodes
    _line(
        r"would violate the pod's disruption budget",
        "PodDisruptionBudgetのため、いまは退避させられません。5秒ごとに試し直します。",
    ),
    _line(
        r"cannot delete DaemonSet-managed Pods",
        "DaemonSetのPodがあるため、止まりました。",
        "`--ignore-daemonsets`を付けます。",
    ),
    _line(
        r"cannot delete Pods that declare no controller|cannot delete .*with local storage",
        "消すと元に戻せないPodがあるため、止まりました。",
        "消えてよいものか確かめてから、示されたオプションを付けます。",
    ),
    # curl and the shell
    _line(
        r"curl: \(6\)",
        "名前からIPアドレスがわかりません。",
        "ノードの名前を使います。Serviceの名前は、クラスターの中だけで使えます。",
    ),
    _line(
        r"curl: \(7\)",
        "相手が接続を断りました。その番号では、だれも待ち受けていません。",
        "番号を確かめます。外からはNodePortの番号を使います。Serviceの宛先が空のときも断られます。",
    ),
    _line(
        r"curl: \(28\)",
        "返事が来ないまま、待つ時間が過ぎました。",
        "ClusterIPは、クラスターの中からだけ届きます。通信の規則も確かめます。",
    ),
    _line(r"curl: \(52\)|curl: \(56\)", "接続はできましたが、返事の途中で切れました。"),
    _line(
        r"[Nn]o such file or directory",
        "この名前のファイルがありません。",
        "`ls`で、ファイルの名前を確かめます。",
    ),
    _line(r"command not found", "この名前のコマンドがありません。", "`help`で、使えるコマンドを確かめます。"),
    _line(
        r"Name or service not known|bad address",
        "名前からIPアドレスがわかりません。",
        "Serviceの名前とNamespaceを確かめます。",
    ),
    # progress
    _line(
        r"new replicas have been updated",
        "新しい版のPodを作っている途中です。左の数まで進みました。",
    ),
    _line(r"old replicas are pending termination", "前の版のPodが終わるのを待っています。"),
    _line(r"updated replicas are available", "新しい版のPodが準備完了になるのを待っています。"),
    _line(r"successfully rolled out", "更新が終わり、すべてのPodが利用できます。"),
    _line(
        r"exceeded its progress deadline",
        "期限までに更新が進みませんでした。",
        "`kubectl describe pod`で理由を調べ、直すか、`kubectl rollout undo`で戻します。",
    ),
    _line(r"\bscaled$", "期待する数を書き換えました。Podがそろうのは、これからです。"),
    _line(r"\bunchanged$", "同じ内容のため、何も変えていません。"),
    _line(r"\bconfigured$", "すでにあったオブジェクトを書き換えました。"),
    _line(r"\bserverside-applied$", "項目の持ち主を記録しながら、書き換えました。"),
    _line(r"deleted( from .* namespace)?$", "削除を受け付けました。消え終わるまで、少し時間がかかります。"),
    # messages of events
    _line(r"Insufficient (cpu|memory)", "空きがノードにありません。", "要求を減らすか、ノードを増やします。"),
    _line(r"untolerated taint", "ノードのtaintを、Podが受け入れていません。"),
    _line(
        r"didn't match Pod's node affinity|node\(s\) didn't match",
        "Podの配置の条件に合うノードがありません。",
        "nodeSelectorやアフィニティとノードのラベルを確かめます。",
    ),
    _line(r"Liveness probe failed", "Liveness Probeに失敗しました。続くと、コンテナが再起動します。"),
    _line(r"Readiness probe failed", "Readiness Probeに失敗しました。再起動はせず、宛先から外れます。"),
    _line(r"Startup probe failed", "Startup Probeに失敗しました。上限まで続くと、コンテナが再起動します。"),
    _line(
        r"Back-off restarting failed container",
        "コンテナが終わり続けるため、再起動まで待っています。",
        "`kubectl logs --previous`で、終わった理由を見ます。",
    ),
    _line(
        r"Back-off pulling image|Failed to pull image",
        "イメージを取得できません。",
        "イメージの名前とタグを確かめます。",
    ),
    _line(r"Scaled up replica set", "DeploymentがReplicaSetの数を増やした記録です。"),
    _line(r"Scaled down replica set", "DeploymentがReplicaSetの数を減らした記録です。"),
    *REFUSALS,
)
