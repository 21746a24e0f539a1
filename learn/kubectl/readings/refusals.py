"""Rarer lines with which kubectl refuses a command line before it asks the server.

Sources: messages of staging/src/k8s.io/{kubectl,cli-runtime}.
"""

from __future__ import annotations

import re

from learn.kubectl.readings.model import Pattern

_TABLE: tuple[tuple[str, str, str], ...] = (
    # what is named
    (
        r"^error: arguments in resource/name form",
        "「種類/名前」の形になっていません。",
        "`/`を1つだけ使い、`pod/web`のように書きます。",
    ),
    (
        r"resources must be specified as <resource> <name>",
        "変えるオブジェクトが書かれていません。",
        "`deployment web`か`deployment/web`のように、種類と名前を書きます。",
    ),
    (
        r"^error: all resources must be specified before",
        "`キー=値`の後ろに、別の言葉があります。",
        "種類と名前をすべて先に書き、`キー=値`をその後ろに並べます。",
    ),
    (
        r"^error: (Unexpected args|extra arguments|We accept only this format)",
        "余分な言葉があります。",
        "示された言葉を消すか、オプション（`-f`など）を前に付けます。",
    ),
    (
        r"^Error: flags cannot be placed before plugin name",
        "コマンドの名前がないまま、オプションだけがあります。",
        "`kubectl get --namespace dev`のように、コマンドの名前を先に書きます。",
    ),
    (
        r"^error: (USAGE: (un)?cordon|USAGE: drain)",
        "ノードの名前がありません。",
        "`kubectl get nodes`で名前を確かめ、後ろに書きます。",
    ),
    (
        r"^error: no matching resources found",
        "条件に合うオブジェクトがありません。",
        "`-l`のラベルとNamespaceを、`kubectl get --show-labels`で確かめます。",
    ),
    (
        r"--for must be in resource/name form",
        "`--for`に、種類がありません。",
        "`--for pod/web`のように、種類と名前を書きます。",
    ),
    # what a kind does not take
    (
        r"^error: (cannot (expose|autoscale) an? |no (status viewer|rollbacker) has been implemented"
        r"|error retrieving (history|rollbacker)|.* restarting is not supported$|cannot get the logs from)",
        "この種類には使えないコマンドです。",
        "Deploymentのように、Podを動かす種類を指定します。",
    ),
    (
        r"the object is not a pod or does not have a pod template",
        "この種類には、コンテナの定義がありません。",
        "PodかDeploymentなどを指定します。",
    ),
    (
        r"rollout status is only available for RollingUpdate",
        "更新の戦略がRollingUpdateではないため、進み具合を数えられません。",
        "`kubectl get pods`で、新しいPodになったかを見ます。",
    ),
    (
        r"^error: cannot exec into a container in a completed pod",
        "Podはもう終わっていて、コンテナの中で実行できません。",
        "`kubectl logs`で、終わるまでの出力を見ます。",
    ),
    (
        r"only node types are supported",
        "taintは、ノードにだけ付けられます。",
        "`kubectl taint nodes 名前 …`と書きます。",
    ),
    # labels, taints, variables
    (
        r"^error: (invalid label (spec|value)|unknown label spec)",
        "ラベルの書き方に誤りがあります。",
        "`キー=値`の形で書き、値は英数字と`-`、`_`、`.`だけにします。",
    ),
    (
        r"^error: (invalid taint|taint \".*\" not found|duplicated taints|at least one taint)",
        "taintの書き方に誤りがあるか、そのtaintがありません。",
        "`キー=値:効果`の形で書き、外すときは末尾に`-`を付けます。効果はNoSchedule、PreferNoSchedule、NoExecuteです。",
    ),
    (
        r"^error: can ?not both modify and remove",
        "同じキーを、付けて外そうとしています。",
        "どちらか一方だけにします。",
    ),
    (
        r"^error: (invalid literal source|invalid env|\".*\" is not a valid (environment variable )?key name)",
        "キーの名前か、`キー=値`の形に誤りがあります。",
        "キーは空白のない名前にして、`=`で値とつなぎます。",
    ),
    (
        r"^error: [Ii]nvalid argument syntax .* expected <resource>=<value>",
        "量の書き方に誤りがあります。",
        "`cpu=200m,memory=256Mi`のように書きます。",
    ),
    (
        r"^error: you must specify an update to requests or limits",
        "要求も上限も書かれていません。",
        "`--requests`か`--limits`に、`cpu=200m`のような量を書きます。",
    ),
    # what creates an object
    (
        r"^error: --max=MAXPODS must be larger",
        "最大の数が、最小の数より小さくなっています。",
        "`--max`を`--min`以上にします。",
    ),
    (
        r"^error: --port must be set when exposing|^error: at least one tcp port",
        "ポートの番号がありません。",
        "`kubectl expose`では`--port`に、`kubectl create service`では`--tcp`に書きます。",
    ),
    (
        r"^error: invalid restart policy",
        "再起動の方針が、決まった言葉ではありません。",
        "Always、OnFailure、Neverのどれかを書きます。",
    ),
    (
        r"is invalid and should be in format host/path=",
        "Ingressの規則の書き方に誤りがあります。",
        "`ホスト名/パス=Service名:ポート`の形で書きます。",
    ),
    (
        r"^error: either --image or --from must be specified",
        "何から作るのかが決まりません。",
        "`--image`にイメージを書くか、`--from=cronjob/名前`と書きます。",
    ),
    (
        r"^error: Invalid dry-run value",
        "`--dry-run`の値が、決まった言葉ではありません。",
        "`client`か`server`を書きます。",
    ),
    (
        r"^error: (--rm should only be used|--dry-run=.* can't be used with attached)",
        "一緒には使えないオプションです。",
        "`--rm`は`-i`や`-it`と組にし、`--dry-run`からは`-it`を外します。",
    ),
    # patches and files
    (
        r"^error: must specify --patch or --patch-file",
        "何を変えるのかが書かれていません。",
        '`-p \'{"spec":{"replicas":2}}\'`のように書きます。',
    ),
    (
        r"^error: --type must be one of",
        "パッチの種類が、決まった言葉ではありません。",
        "json、merge、strategicのどれかを書きます。",
    ),
    (
        r"^error: unable to parse \"|^error: Invalid JSON Patch",
        "パッチを読めません。",
        "引用符とかっこの組を確かめ、全体を`'…'`で囲みます。",
    ),
    (
        r"error validating data: (\[?apiVersion not set|kind not set)",
        "`apiVersion`か`kind`がありません。",
        "マニフェストの先頭に、両方を書きます。",
    ),
    (
        r"^error: Apply failed with \d+ conflict",
        "同じ項目を、ほかの持ち主が管理しています。",
        "持ち主に任せるなら項目を消し、引き取るなら`--force-conflicts`を付けます。",
    ),
    # logs, exec, port-forward, wait
    (
        r"^error: (expected 'logs|pod, type/name or --filename must be specified)",
        "どのPodなのかが書かれていません。",
        "`kubectl get pods`で名前を確かめ、後ろに書きます。",
    ),
    (
        r"^error: you must specify at least one command for the container",
        "コンテナの中で実行するコマンドがありません。",
        "`--`の後ろに、`kubectl exec web -- ls`のように書きます。",
    ),
    (
        r"^error: TYPE/NAME and list of ports are required",
        "接続先かポートがありません。",
        "`kubectl port-forward service/web 8080:80`のように書きます。",
    ),
    (
        r"^error: only a selector \(-l\) or a POD name is allowed",
        "名前と`-l`を一緒に書いています。",
        "どちらか一方だけにします。",
    ),
    (
        r"^error: unrecognized condition",
        "待つ条件の書き方に誤りがあります。",
        "`--for=condition=Ready`、`--for=delete`、`--for=jsonpath='{.status.phase}'=Running`などを書きます。",
    ),
    # output
    (
        r"^error: couldn't find any field with path",
        "並べ替えに使う項目が、どのオブジェクトにもありません。",
        "`-o yaml`で、項目の場所を確かめます。",
    ),
    (
        r"^error: unexpected (custom-columns spec|path string)",
        "取り出す項目の書き方に誤りがあります。",
        "`-o custom-columns=名前:.metadata.name`のように書きます。",
    ),
    (
        r"^error: template format specified but no template given",
        "出力の形だけで、テンプレートがありません。",
        "`-o jsonpath='{.metadata.name}'`のように、`=`の後ろに書きます。",
    ),
    (
        r"^error: --sort-by accepts only",
        "並べ替えに使えない言葉です。",
        "示された言葉のどれかを書きます。",
    ),
    (
        r"^error: (couldn't find resource for|GVR \()",
        "この版のAPIには、その種類がありません。",
        "`kubectl api-resources`で、APIVERSIONの列を確かめます。",
    ),
    # where commands go
    (
        r"context was not found for specified context|^error: no context exists with the name",
        "この名前のコンテキストがありません。",
        "`kubectl config get-contexts`で、名前を確かめます。",
    ),
    (
        r"^error: (no server found for cluster|auth info \".*\" does not exist)",
        "接続の設定に、この名前がありません。",
        "`kubectl config view`で、名前を確かめます。",
    ),
)
REFUSALS = tuple(
    Pattern(words=re.compile(words), meaning=meaning, cure=cure) for words, meaning, cure in _TABLE
)
