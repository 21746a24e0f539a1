"""What the API server itself refuses. Its own sentence is the parameter `english`."""

from learn.sandbox.messages.model import Message, error, warning


def _refusal(what: str, why: str, cure: str, lesson: str | None = None) -> Message:
    return error(what, why, cure, "{english}", lesson)


_METADATA = {
    "name-required": _refusal(
        "オブジェクトの名前がありません",
        "どのオブジェクトにも、`metadata.name`が必要です。",
        "`metadata`の下に`name`を書き足します。",
        "kubectl-declarative",
    ),
    "name-too-long": _refusal(
        "オブジェクトの名前が長すぎます",
        "`{kind}`の名前は{limit}文字までです。",
        "名前を短くします。",
    ),
    "name-not-subdomain": _refusal(
        "`{value}`は名前に使えません",
        "名前に使えるのは、英小文字、数字、`-`、`.`だけで、先頭と末尾は英数字です。",
        "大文字、`_`、日本語などを、使える文字に置き換えます。",
    ),
    "name-not-label": _refusal(
        "`{value}`は{kind}の名前に使えません",
        "この種類の名前に使えるのは、英小文字、数字、`-`だけで、先頭と末尾は英数字です。`.`も使えません。",
        "使える文字だけの名前に書き換えます。",
    ),
    "name-not-dns1035": _refusal(
        "`{value}`は{kind}の名前に使えません",
        "この種類の名前は英小文字で始め、英小文字、数字、`-`だけで書きます。",
        "先頭を英小文字にします。",
    ),
    "namespace-invalid": _refusal(
        "`{value}`は名前空間の名前に使えません",
        "名前空間の名前に使えるのは、英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
    ),
    "label-too-long": _refusal(
        "ラベルが長すぎます",
        "ラベルの値と、キーの名前の部分は、どちらも63文字までです。",
        "短くするか、長い情報は`annotations`に書きます。",
    ),
    "label-value-invalid": _refusal(
        "`{value}`はラベルの値に使えません",
        "ラベルの値に使えるのは、英数字、`-`、`_`、`.`だけで、先頭と末尾は英数字です。空白と`/`は使えません。",
        "使える文字に置き換えるか、`annotations`に書きます。",
    ),
    "label-key-invalid": _refusal(
        "`{value}`はラベルのキーに使えません",
        "キーは`名前`か`接頭辞/名前`の形です。名前には英数字、`-`、`_`、`.`、接頭辞にはドメイン名を使います。",
        "使える文字だけのキーに書き換えます。",
    ),
    "annotation-key-invalid": _refusal(
        "`{value}`はアノテーションのキーに使えません",
        "キーは`名前`か`接頭辞/名前`の形です。名前には英数字、`-`、`_`、`.`だけを使えます。",
        "使える文字だけのキーに書き換えます。",
    ),
    "finalizer-invalid": _refusal(
        "ファイナライザーの名前が正しくありません",
        "ファイナライザーは`ドメイン名/名前`の形で書きます。",
        "形を合わせるか、この行を消します。",
    ),
    "owner-reference-invalid": _refusal(
        "所有者の指定が正しくありません",
        "`ownerReferences`には、`apiVersion`、`kind`、`name`、`uid`がそろっている必要があります。",
        "ふつうはコントローラーが書く項目です。手で書くマニフェストからは消します。",
    ),
    "deployment-selector-mismatch": _refusal(
        "selectorとPodのラベルが一致しません",
        "{kind}は、selectorに合うPodだけを自分のPodとみなします。selectorは`{selector}`、Podのラベルは`{labels}`です。",
        "`spec.selector.matchLabels`と`spec.template.metadata.labels`を同じ値にします。",
        "deployment-replicaset",
    ),
    "selector-empty": _refusal(
        "selectorが空です",
        "空のselectorは、どのPodを管理するのかを決められません。",
        "`matchLabels`に、Podのラベルと同じ組を書きます。",
        "deployment-replicaset",
    ),
    "selector-operator-invalid": _refusal(
        "`{value}`という演算子は使えません",
        "`matchExpressions`の演算子は、In、NotIn、Exists、DoesNotExistの4つです。",
        "4つのうちのどれかに書き換えます。",
    ),
    "selector-values-required": _refusal(
        "比べる値がありません",
        "演算子がInかNotInのときは、`values`に値を1つ以上書きます。",
        "`values`に値を書くか、演算子をExistsかDoesNotExistにします。",
    ),
    "selector-values-forbidden": _refusal(
        "ここに`values`は書けません",
        "ExistsとDoesNotExistは、キーの有無だけを見ます。",
        "`values`を消すか、演算子をInかNotInにします。",
    ),
}

_WORKLOADS = {
    "replicas-negative": _refusal(
        "レプリカの数が負になっています",
        "`replicas`は0以上の整数です。0にすると、Podは1つも動きません。",
        "0以上の数に書き換えます。",
        "kubectl-scale",
    ),
    "strategy-both-zero": _refusal(
        "maxSurgeとmaxUnavailableの両方が0です",
        "増やすことも減らすこともできないと、Podを1つも入れ替えられません。",
        "どちらかを1以上にします。",
        "rolling-update-rollback",
    ),
    "strategy-recreate-with-rolling": _refusal(
        "Recreateと`rollingUpdate`は一緒に書けません",
        "Recreateは、古いPodをすべて止めてから新しいPodを作ります。",
        "`rollingUpdate`を消すか、`type: RollingUpdate`にします。",
        "rolling-update-rollback",
    ),
    "strategy-type-unknown": _refusal(
        "`{value}`という更新の方法はありません",
        "Deploymentの`type`はRollingUpdateかRecreate、StatefulSetとDaemonSetではRollingUpdateかOnDeleteです。",
        "どちらかに書き換えます。大文字と小文字も合わせます。",
        "rolling-update-rollback",
    ),
    "strategy-value-invalid": _refusal(
        "`{leaf}`に`{value}`は使えません",
        "0以上の整数か、`25%`のような百分率を書きます。maxUnavailableは100%までです。",
        "整数か百分率に書き換えます。",
        "rolling-update-rollback",
    ),
    "deployment-deadline-too-short": _refusal(
        "progressDeadlineSecondsが短すぎます",
        "新しいPodが`minReadySeconds`を終える前に、更新が失敗とみなされてしまいます。",
        "`progressDeadlineSeconds`を`minReadySeconds`より大きくします。",
        "rolling-update-rollback",
    ),
    "job-restart-policy": _refusal(
        "Jobの`restartPolicy`が決まっていません",
        "終わるPodを動かすJobでは、OnFailureかNeverを必ず書きます。既定値のAlwaysは使えません。",
        "`restartPolicy: Never`または`restartPolicy: OnFailure`を書きます。",
        "resource-categories",
    ),
    "template-restart-policy": _refusal(
        "`restartPolicy: {value}`は使えません",
        "動き続けるPodを管理する{kind}では、`restartPolicy`はAlwaysだけです。",
        "この行を消すか、1回で終わる処理ならJobにします。",
        "resource-categories",
    ),
    "restart-policy-unknown": _refusal(
        "`restartPolicy`に`{value}`は使えません",
        "書けるのはAlways、OnFailure、Neverの3つです。大文字と小文字は区別されます。",
        "3つのうちのどれかに書き換えます。",
        "pod-basics",
    ),
    "cronjob-schedule-invalid": _refusal(
        "`{value}`は実行時刻として読めません",
        "`schedule`は、分（0〜59）、時（0〜23）、日（1〜31）、月（1〜12）、曜日（0〜6）の5つを空白で区切って書きます。",
        '毎日3時なら`schedule: "0 3 * * *"`と書きます。',
        "resource-categories",
    ),
    "cronjob-schedule-timezone": _refusal(
        "`schedule`の中にタイムゾーンが書かれています",
        "`TZ=`と`CRON_TZ=`は使えません。時刻の基準になる地域は、`timeZone`に書きます。",
        "`schedule`には5つの数字と記号だけを残し、`timeZone: Asia/Tokyo`の行を足します。",
        "resource-categories",
    ),
    "cronjob-timezone-invalid": _refusal(
        "`{value}`というタイムゾーンはありません",
        "`timeZone`には、Asia/Tokyoのような地域の名前を書きます。",
        "名前を直すか、この行を消します。",
        "resource-categories",
    ),
    "cronjob-concurrency-unknown": _refusal(
        "`concurrencyPolicy`に`{value}`は使えません",
        "書けるのはAllow、Forbid、Replaceの3つです。",
        "3つのうちのどれかに書き換えます。",
        "resource-categories",
    ),
    "cronjob-name-too-long": _refusal(
        "CronJobの名前が長すぎます",
        "作られるJobの名前に11文字が付くため、CronJobの名前は52文字までです。",
        "名前を52文字以内にします。",
    ),
    "job-field-invalid": _refusal(
        "Jobの`{leaf}`が正しくありません",
        "Jobの回数や期限の項目には、範囲と組み合わせの決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "resource-categories",
    ),
    "statefulset-field-invalid": _refusal(
        "StatefulSetの`{leaf}`が正しくありません",
        "StatefulSetに固有の項目には、使える値の決まりがあります。",
        "実際の表示にある値に合わせて書き換えます。",
        "resource-categories",
    ),
}

_PROBES = {
    "probe-no-handler": _refusal(
        "何を調べるかが書かれていません",
        "プローブには、`httpGet`、`tcpSocket`、`exec`、`grpc`のどれか1つが必要です。",
        "`httpGet: {{path: /healthz, port: 8080}}`のように書き足します。",
        "probe-mechanisms",
    ),
    "probe-two-handlers": _refusal(
        "調べる方法が2つ書かれています",
        "1つのプローブに書けるのは、`httpGet`、`tcpSocket`、`exec`、`grpc`のどれか1つだけです。",
        "1つだけを残して消します。",
        "probe-mechanisms",
    ),
    "probe-port-name": _refusal(
        "ポート番号を名前として読み取りました",
        "引用符で囲むとポートの名前とみなされます。名前には英字が必要です。",
        "引用符を外して番号を書くか、コンテナのポートの名前を書きます。",
        "probe-mechanisms",
    ),
    "probe-port-range": _refusal(
        "プローブのポートに{value}は使えません",
        "ポート番号は1から65535までです。",
        "コンテナが待ち受けているポートの番号に書き換えます。",
        "probe-mechanisms",
    ),
    "probe-scheme-unknown": _refusal(
        "`scheme`に`{value}`は使えません",
        "書けるのはHTTPかHTTPSです。大文字で書きます。",
        "`scheme: HTTP`か`scheme: HTTPS`に書き換えます。",
        "probe-mechanisms",
    ),
    "probe-header-invalid": _refusal(
        "ヘッダーの名前が正しくありません",
        "HTTPヘッダーの名前に使えるのは、英数字と`-`です。",
        "空白や`:`を取り除きます。",
        "probe-mechanisms",
    ),
    "probe-command-required": _refusal(
        "実行するコマンドがありません",
        "`exec`には、`command`をリストで書きます。",
        '`command: ["cat", "/tmp/healthy"]`のように書き足します。',
        "probe-mechanisms",
    ),
    "probe-success-threshold": _refusal(
        "`successThreshold`は1でなければなりません",
        "Liveness ProbeとStartup Probeは、1回の成功で成功とみなします。",
        "この行を消すか、1にします。",
        "liveness-timing",
    ),
    "probe-grace-on-readiness": _refusal(
        "Readiness Probeに終了までの猶予は書けません",
        "Readiness Probeはコンテナを止めないため、`terminationGracePeriodSeconds`を使いません。",
        "この行を消します。",
        "readiness-startup",
    ),
    "probe-number-invalid": _refusal(
        "`{leaf}`に{value}は使えません",
        "プローブの秒数と回数には、負の数を書けません。",
        "決まりに合う数に書き換えるか、この行を消して既定値に任せます。",
        "liveness-timing",
    ),
    "probe-not-allowed": _refusal(
        "このコンテナにプローブは書けません",
        "終わるまで次へ進まないInitコンテナは、プローブを持てません。",
        "プローブを消すか、`restartPolicy: Always`のサイドカーにします。",
        "probes-overview",
    ),
    "hook-no-handler": _refusal(
        "フックで何をするかが書かれていません",
        "`postStart`と`preStop`には、`exec`、`httpGet`、`sleep`などのどれか1つが必要です。",
        "`sleep: {{seconds: 5}}`のように書き足します。",
        "zero-downtime-rollout",
    ),
    "hook-two-handlers": _refusal(
        "フックの動作が2つ書かれています",
        "1つのフックに書ける動作は1つだけです。",
        "1つだけを残して消します。",
        "zero-downtime-rollout",
    ),
    "hook-sleep-invalid": _refusal(
        "`sleep`の秒数が範囲の外です",
        "待つ時間は、終了までの猶予（`terminationGracePeriodSeconds`）より短くなければなりません。",
        "秒数を短くするか、`terminationGracePeriodSeconds`を長くします。",
        "zero-downtime-rollout",
    ),
    "hook-invalid": _refusal(
        "フックの書き方が正しくありません",
        "`lifecycle`の下の項目には、プローブと同じ決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "zero-downtime-rollout",
    ),
}

_RESOURCES = {
    "resources-request-over-limit": _refusal(
        "{leaf}の要求が上限を超えています",
        "要求（requests）は上限（limits）以下でなければなりません。上限は{limit}です。",
        "requestsを{limit}以下にするか、limitsを{value}以上にします。",
        "requests-limits-qos",
    ),
    "resources-request-not-limit": _refusal(
        "{leaf}の要求と上限が違います",
        "GPUやhugepagesのような資源は、要求と上限を同じ値にします。",
        "requestsとlimitsを同じ値にします。",
        "requests-limits-qos",
    ),
    "resources-negative": _refusal(
        "資源の量が負になっています",
        "要求（requests）と上限（limits）は0以上です。",
        "0以上の値に書き換えます。",
        "requests-limits-qos",
    ),
    "resources-not-integer": _refusal(
        "{leaf}は整数で書きます",
        "GPUのような資源は、1つより細かく分けられません。",
        "整数に書き換えます。",
        "requests-limits-qos",
    ),
    "resources-name-unknown": _refusal(
        "`{value}`という資源はありません",
        "組み込みの資源は、cpu、memory、ephemeral-storage、hugepages-のサイズです。ほかは`ドメイン名/名前`の形です。",
        "綴りを直します。",
        "requests-limits-qos",
    ),
    "resources-limit-required": _refusal(
        "上限（limits）がありません",
        "GPUのような資源は、上限を必ず書きます。",
        "`limits`に、要求と同じ値を書き足します。",
        "requests-limits-qos",
    ),
}

_CONTAINERS = {
    "containers-required": _refusal(
        "コンテナが1つもありません",
        "Podには、コンテナが1つ以上必要です。",
        "`containers`の下に、`name`と`image`を持つ項目を書きます。",
        "pod-basics",
    ),
    "container-name-required": _refusal(
        "コンテナの名前がありません",
        "どのコンテナにも、Podの中で1つだけの名前が必要です。",
        "`name`を書き足します。",
        "pod-basics",
    ),
    "container-name-duplicate": _refusal(
        "コンテナの名前`{value}`が重なっています",
        "1つのPodの中で、コンテナの名前は1つだけです。Initコンテナとも重ねられません。",
        "片方の名前を変えます。",
        "pod-basics",
    ),
    "container-name-invalid": _refusal(
        "`{value}`はコンテナの名前に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字、63文字までです。",
        "使える文字だけの名前に書き換えます。",
        "pod-basics",
    ),
    "container-image-required": _refusal(
        "コンテナのイメージがありません",
        "コンテナは、`image`に書いたイメージから作られます。",
        "`image: nginx:1.27`のように書き足します。",
        "pod-basics",
    ),
    "container-image-spaces": _refusal(
        "イメージの名前の前後に空白があります",
        "引用符の中の空白は、名前の一部として読まれます。",
        "空白を消します。",
        "pod-basics",
    ),
    "container-pull-policy-unknown": _refusal(
        "`imagePullPolicy`に`{value}`は使えません",
        "書けるのはAlways、IfNotPresent、Neverの3つです。大文字と小文字は区別されます。",
        "3つのうちのどれかに書き換えるか、この行を消します。",
        "pod-basics",
    ),
    "container-restart-policy": _refusal(
        "コンテナの`restartPolicy`が正しくありません",
        "Initコンテナに`restartPolicy: Always`を書くと、サイドカーになります。Podの`restartPolicy`とは別の項目です。",
        "Pod全体の再起動なら、`spec.restartPolicy`に書きます。",
        "pod-basics",
    ),
    "container-port-required": _refusal(
        "`containerPort`がありません",
        "`ports`の項目には、コンテナが待ち受けるポートの番号が必要です。",
        "`containerPort: 8080`のように書き足します。",
        "pod-ports",
    ),
    "container-port-range": _refusal(
        "`containerPort`に{value}は使えません",
        "ポート番号は1から65535までです。",
        "アプリが待ち受けているポートの番号に書き換えます。",
        "pod-ports",
    ),
    "host-network-port-mismatch": _refusal(
        "`hostPort`と`containerPort`が違います",
        "`hostNetwork: true`では、コンテナがノードのポートをそのまま使います。",
        "同じ番号にするか、`hostPort`の行を消します。",
        "hostport-hostnetwork",
    ),
    "host-port-duplicate": _refusal(
        "`hostPort`が重なっています",
        "1つのノードの同じポートを、2つのコンテナが使うことはできません。",
        "片方の番号を変えるか、`hostPort`をやめてServiceを使います。",
        "hostport-hostnetwork",
    ),
    "host-port-range": _refusal(
        "`hostPort`に{value}は使えません",
        "ポート番号は1から65535までです。",
        "範囲内の番号に書き換えます。",
        "hostport-hostnetwork",
    ),
    "port-name-duplicate": _refusal(
        "ポートの名前`{value}`が重なっています",
        "名前でポートを指すため、1つのPodの中で同じ名前は使えません。",
        "片方の名前を変えます。",
        "pod-ports",
    ),
    "port-name-invalid": _refusal(
        "`{value}`はポートの名前に使えません",
        "使えるのは英小文字、数字、`-`だけです。15文字までで、英字を1つは含みます。",
        "`http`や`metrics`のような短い名前に書き換えます。",
        "pod-ports",
    ),
    "protocol-unknown": _refusal(
        "`protocol`に`{value}`は使えません",
        "書けるのはTCP、UDP、SCTPの3つです。大文字で書きます。HTTPは書けません。",
        "`protocol: TCP`に書き換えるか、この行を消します。",
        "pod-ports",
    ),
    "env-name-required": _refusal(
        "環境変数の名前がありません",
        "`env`の項目は、`name`と`value`の組です。",
        "`- name: 名前`の形に直します。",
        "pod-basics",
    ),
    "env-name-invalid": _refusal(
        "`{value}`は環境変数の名前に使えません",
        "環境変数の名前には、`=`と、日本語などの文字を使えません。",
        "英大文字、数字、`_`の名前に書き換えます。",
        "pod-basics",
    ),
    "env-value-and-source": _refusal(
        "`value`と`valueFrom`の両方が書かれています",
        "環境変数の値は、直接書くか、ほかから読むかのどちらかです。",
        "どちらかを消します。",
        "resource-categories",
    ),
    "env-source-multiple": _refusal(
        "環境変数の参照先が2つ書かれています",
        "1つの項目に書ける参照先は1つだけです。",
        "1つだけを残し、ほかは別の項目に分けます。",
        "resource-categories",
    ),
    "env-source-empty": _refusal(
        "環境変数の参照先がありません",
        "`valueFrom`と`envFrom`には、ConfigMapやSecretなどの参照先が必要です。",
        "`configMapKeyRef`や`secretKeyRef`などを書き足します。",
        "resource-categories",
    ),
    "env-field-path-unknown": _refusal(
        "`{value}`は環境変数に渡せません",
        "`fieldRef`で渡せるのは、Podの名前、名前空間、IPアドレスなど、決まった項目だけです。",
        "`metadata.name`や`status.podIP`のような項目に書き換えます。",
        "pod-basics",
    ),
    "env-resource-unknown": _refusal(
        "`resourceFieldRef`の書き方が正しくありません",
        "渡せるのは`limits.cpu`や`requests.memory`などの、コンテナの資源だけです。",
        "`resource`と`divisor`を見直します。",
        "requests-limits-qos",
    ),
    "env-reference-incomplete": _refusal(
        "参照先の`{leaf}`がありません",
        "ConfigMapやSecretの値を読むには、その`name`と`key`の両方が必要です。",
        "`{leaf}`を書き足します。",
        "resource-categories",
    ),
    "env-key-invalid": _refusal(
        "環境変数の参照の書き方が正しくありません",
        "ConfigMapやSecretのキーに使えるのは、英数字、`-`、`_`、`.`だけです。",
        "参照先のキーと綴りを合わせます。",
        "resource-categories",
    ),
    "mount-unknown-volume": _refusal(
        "`{value}`というボリュームがありません",
        "`volumeMounts`の`name`は、同じPodの`volumes`にある名前でなければなりません。",
        "名前を合わせるか、`volumes`に書き足します。",
        "persistent-storage",
    ),
    "mount-path-duplicate": _refusal(
        "マウントする場所`{value}`が重なっています",
        "1つのコンテナの同じパスに、2つのボリュームはマウントできません。",
        "片方の`mountPath`を変えます。",
        "persistent-storage",
    ),
    "mount-path-required": _refusal(
        "マウントする場所がありません",
        "`volumeMounts`の項目には、コンテナの中のパスが必要です。",
        "`mountPath: /data`のように書き足します。",
        "persistent-storage",
    ),
    "mount-invalid": _refusal(
        "マウントの書き方が正しくありません",
        "`{leaf}`の値か、ほかの項目との組み合わせが決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "persistent-storage",
    ),
    "volume-name-duplicate": _refusal(
        "ボリュームの名前`{value}`が重なっています",
        "1つのPodの中で、ボリュームの名前は1つだけです。",
        "片方の名前を変えます。",
        "persistent-storage",
    ),
    "volume-name-invalid": _refusal(
        "`{value}`はボリュームの名前に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字、63文字までです。",
        "使える文字だけの名前に書き換えます。",
        "persistent-storage",
    ),
    "volume-source-multiple": _refusal(
        "ボリュームの種類が2つ書かれています",
        "1つのボリュームの種類は1つだけです。",
        "1つだけを残し、ほかは別の項目に分けます。",
        "persistent-storage",
    ),
    "volume-mode-range": _refusal(
        "ファイルの権限`{value}`が範囲の外です",
        "権限は8進数の0000から0777までです。先頭の0がないと10進数と読まれます。",
        "`defaultMode: 0644`のように、0で始めて書きます。",
        "persistent-storage",
    ),
    "volume-field-required": _refusal(
        "ボリュームの`{leaf}`がありません",
        "この種類のボリュームには、`{field}`が必要です。",
        "`{leaf}`を書き足します。",
        "persistent-storage",
    ),
    "volume-invalid": _refusal(
        "ボリュームの書き方が正しくありません",
        "`{field}`の値が、この種類のボリュームの決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "persistent-storage",
    ),
}

_SCHEDULING = {
    "topology-key-required": _refusal(
        "`topologyKey`がありません",
        "どの単位で分けるかを、ノードのラベルのキーで決めます。",
        "ノードごとなら`topologyKey: kubernetes.io/hostname`と書きます。",
        "affinity-spread",
    ),
    "topology-skew-invalid": _refusal(
        "`maxSkew`に{value}は使えません",
        "`maxSkew`は、許すPodの数の差です。1以上の整数を書きます。",
        "`maxSkew: 1`のように書き換えます。",
        "affinity-spread",
    ),
    "topology-when-unknown": _refusal(
        "`whenUnsatisfiable`に`{value}`は使えません",
        "書けるのはDoNotScheduleかScheduleAnywayです。",
        "どちらかに書き換えます。",
        "affinity-spread",
    ),
    "topology-duplicate": _refusal(
        "同じ分散の条件が2つあります",
        "`topologyKey`と`whenUnsatisfiable`の組は、1つのPodに1つだけです。",
        "片方を消します。",
        "affinity-spread",
    ),
    "topology-invalid": _refusal(
        "分散の条件が正しくありません",
        "`topologySpreadConstraints`の項目には、値と組み合わせの決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "affinity-spread",
    ),
    "toleration-value-with-exists": _refusal(
        "Existsに`value`は書けません",
        "`operator: Exists`は、taintのキーがあるかどうかだけを見ます。",
        "`value`を消すか、`operator: Equal`にします。",
        "taints-pdb-drain",
    ),
    "toleration-key-required": _refusal(
        "tolerationの`key`がありません",
        "`key`を省けるのは、すべてのtaintを許す`operator: Exists`のときだけです。",
        "`key`を書き足すか、`operator: Exists`にします。",
        "taints-pdb-drain",
    ),
    "toleration-effect": _refusal(
        "tolerationの`effect`が正しくありません",
        "書けるのはNoSchedule、PreferNoSchedule、NoExecuteです。`tolerationSeconds`はNoExecuteのときだけです。",
        "`effect`を書き換えるか、`tolerationSeconds`を消します。",
        "taints-pdb-drain",
    ),
    "feature-gate-off": warning(
        "ふつうのクラスターでは受け付けられません",
        "`{field}`の`{value}`を使うには、フィーチャーゲート`{gate}`を有効にする必要があります。既定では無効です。",
        "クラスターで有効にしているなら、このままで構いません。そうでなければ、別の書き方にします。",
        "{english}",
    ),
    "toleration-invalid": _refusal(
        "tolerationの書き方が正しくありません",
        "`operator`に書けるのは、ExistsかEqualなどの決まった語です。",
        "実際の表示にある条件に合わせて書き換えます。",
        "taints-pdb-drain",
    ),
    "affinity-weight-range": _refusal(
        "`weight`に{value}は使えません",
        "優先の重みは1から100までです。",
        "範囲内の数に書き換えます。",
        "affinity-spread",
    ),
    "affinity-terms-required": _refusal(
        "ノードの条件が1つもありません",
        "`nodeSelectorTerms`には、条件が1つ以上必要です。",
        "`matchExpressions`を持つ項目を書き足します。",
        "affinity-spread",
    ),
    "affinity-values": _refusal(
        "条件の`values`が演算子と合いません",
        "InとNotInには値が1つ以上、GtとLtには1つ必要です。ExistsとDoesNotExistには書けません。",
        "`values`か`operator`を書き換えます。",
        "affinity-spread",
    ),
    "affinity-operator-unknown": _refusal(
        "`{value}`という演算子は使えません",
        "ノードの条件ではIn、NotIn、Exists、DoesNotExist、Gt、Lt、Podの条件では前の4つを使えます。",
        "使える演算子に書き換えます。",
        "affinity-spread",
    ),
    "affinity-invalid": _refusal(
        "アフィニティの書き方が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "affinity-spread",
    ),
}

_PODS = {
    "security-escalation-conflict": _refusal(
        "権限の設定が矛盾しています",
        "`privileged: true`のコンテナは、権限の昇格を禁じられません。",
        "`privileged`を消すか、`allowPrivilegeEscalation: false`を消します。",
        "pod-security-supply-chain",
    ),
    "security-user-range": _refusal(
        "ユーザーやグループの番号が範囲の外です",
        "番号は0から{limit}までの整数です。",
        "範囲内の番号に書き換えます。",
        "pod-security-supply-chain",
    ),
    "security-profile": _refusal(
        "プロファイルの指定が正しくありません",
        "`type`はRuntimeDefault、Localhost、Unconfinedのどれかです。Localhostのときだけ`localhostProfile`を書きます。",
        "`type: RuntimeDefault`に書き換えます。",
        "pod-security-supply-chain",
    ),
    "security-invalid": _refusal(
        "`securityContext`の書き方が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "pod-security-supply-chain",
    ),
    "pod-dns-invalid": _refusal(
        "DNSの設定が正しくありません",
        "`dnsPolicy: None`では`dnsConfig.nameservers`が必要です。nameserversは3つまでです。",
        "`dnsConfig`を書き足すか、`dnsPolicy`を既定値に戻します。",
    ),
    "pod-hostname-invalid": _refusal(
        "`{value}`はホスト名に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
    ),
    "pod-host-aliases-invalid": _refusal(
        "`hostAliases`の書き方が正しくありません",
        "`ip`にはIPアドレス、`hostnames`にはドメイン名を書きます。",
        "値の形を合わせます。",
    ),
    "pod-deadline-invalid": _refusal(
        "`{leaf}`に{value}は使えません",
        "`activeDeadlineSeconds`は1以上、`terminationGracePeriodSeconds`は0以上です。",
        "範囲内の秒数に書き換えます。",
        "pod-basics",
    ),
}

_SERVICES = {
    "service-ports-required": _refusal(
        "Serviceの`ports`がありません",
        "ExternalNameとHeadlessのほかのServiceには、受け付けるポートが1つ以上必要です。",
        "`ports`に`- port: 80`のような項目を書きます。",
        "service-clusterip",
    ),
    "service-port-name-required": _refusal(
        "ポートの名前がありません",
        "ポートが2つ以上あるServiceでは、すべてのポートに名前を付けます。",
        "`name: http`のように書き足します。",
        "service-clusterip",
    ),
    "service-port-name-duplicate": _refusal(
        "ポートの名前`{value}`が重なっています",
        "1つのServiceの中で、ポートの名前は1つだけです。",
        "片方の名前を変えます。",
        "service-clusterip",
    ),
    "service-port-name-invalid": _refusal(
        "`{value}`はServiceのポートの名前に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
        "service-clusterip",
    ),
    "service-port-duplicate": _refusal(
        "同じポートが2つあります",
        "1つのServiceの中で、番号とプロトコルの組は1つだけです。",
        "片方の`port`を変えるか、消します。",
        "service-clusterip",
    ),
    "service-port-range": _refusal(
        "`port`に{value}は使えません",
        "ポート番号は1から65535までです。",
        "範囲内の番号に書き換えます。",
        "service-clusterip",
    ),
    "service-target-port-invalid": _refusal(
        "`targetPort`に{value}は使えません",
        "書けるのは、1から65535までの番号か、コンテナのポートの名前です。引用符で囲んだ番号は名前とみなされます。",
        "番号なら引用符を外し、名前なら綴りを合わせます。",
        "service-clusterip",
    ),
    "service-nodeport-duplicate": _refusal(
        "`nodePort`の{value}が重なっています",
        "1つの番号を、同じプロトコルの2つのポートで使うことはできません。",
        "片方の番号を変えるか、行を消して自動で割り当てます。",
        "service-nodeport",
    ),
    "service-nodeport-type": _refusal(
        "この種類のServiceに`nodePort`は書けません",
        "`nodePort`を使えるのは、NodePortとLoadBalancerだけです。",
        "`type: NodePort`にするか、`nodePort`の行を消します。",
        "service-nodeport",
    ),
    "service-nodeport-range": _refusal(
        "`nodePort`に{value}は使えません",
        "使える番号は、既定では30000〜32767です。",
        "範囲内の番号にするか、行を消して自動で割り当てます。",
        "service-nodeport",
    ),
    "service-type-unknown": _refusal(
        "`{value}`というServiceの種類はありません",
        "`type`に書けるのは、ClusterIP、NodePort、LoadBalancer、ExternalNameです。",
        "4つのうちのどれかに書き換えます。大文字と小文字も合わせます。",
        "service-types",
    ),
    "service-external-name": _refusal(
        "`externalName`が正しくありません",
        "ExternalNameのServiceには、別名の元になるドメイン名が必要です。IPアドレスやURLは書けません。",
        "`externalName: db.example.com`のように書きます。",
        "service-types",
    ),
    "service-cluster-ip": _refusal(
        "`clusterIP`が正しくありません",
        "書けるのは、IPアドレスか`None`（Headless）です。ふつうは書かずに割り当てに任せます。",
        "`clusterIP`の行を消すか、値を見直します。`None`は大文字のNで始めます。",
        "service-types",
    ),
    "service-affinity": _refusal(
        "`sessionAffinity`の設定が正しくありません",
        "書けるのはNoneかClientIPです。`sessionAffinityConfig`はClientIPのときだけで、秒数は86400までです。",
        "値を書き換えるか、`sessionAffinityConfig`を消します。",
        "service-clusterip",
    ),
    "service-traffic-policy": _refusal(
        "`{leaf}`の値が正しくありません",
        "この項目に使える値と、使えるServiceの種類は決まっています。",
        "実際の表示にある値に書き換えるか、この行を消します。",
        "service-nodeport",
    ),
    "service-load-balancer-only": _refusal(
        "`{leaf}`の使い方が正しくありません",
        "`loadBalancer`で始まる項目は、LoadBalancerのServiceだけで使えます。IPアドレスの形にも決まりがあります。",
        "`type: LoadBalancer`にするか、この行を消します。",
        "service-types",
    ),
}

_TRAFFIC = {
    "ingress-empty": _refusal(
        "Ingressに行き先がありません",
        "`rules`か`defaultBackend`のどちらかが必要です。",
        "`rules`にホストとパスを書き足します。",
        "ingress-basics",
    ),
    "ingress-path-type-unknown": _refusal(
        "`pathType`に`{value}`は使えません",
        "書けるのはExact、Prefix、ImplementationSpecificです。",
        "3つのうちのどれかに書き換えます。",
        "ingress-basics",
    ),
    "ingress-path-invalid": _refusal(
        "パスの書き方が正しくありません",
        "ExactとPrefixのパスは`/`で始まり、`//`や`..`を含みません。",
        "`/`で始まるパスに書き換えます。",
        "ingress-basics",
    ),
    "ingress-host-invalid": _refusal(
        "`{value}`はホスト名に使えません",
        "ホスト名は英小文字のドメイン名です。IPアドレス、ポート番号、`http://`は書けません。`*`は先頭だけです。",
        "`shop.example.com`のように書き換えます。",
        "ingress-basics",
    ),
    "ingress-backend-invalid": _refusal(
        "行き先のServiceの書き方が正しくありません",
        "`backend.service`には、`name`と、`port.number`か`port.name`のどちらか1つが必要です。",
        "`service: {{name: web, port: {{number: 80}}}}`の形に直します。",
        "ingress-basics",
    ),
    "ingress-class-both": _refusal(
        "Ingressクラスの指定が食い違っています",
        "古いアノテーションの値`{value}`と`ingressClassName`が違います。どちらを使うのかが決まりません。",
        "アノテーション`kubernetes.io/ingress.class`を消します。",
        "ingress-basics",
    ),
    "network-policy-port": _refusal(
        "NetworkPolicyのポートの書き方が正しくありません",
        "番号は引用符のない1から65535までの整数です。`endPort`は番号の`port`と一緒に、`port`以上で書きます。",
        "引用符を外し、範囲内の番号に書き換えます。",
        "network-policy",
    ),
    "network-policy-peer": _refusal(
        "NetworkPolicyの相手の書き方が正しくありません",
        "1つの項目には、`ipBlock`か、`podSelector`と`namespaceSelector`のどちらかを書きます。",
        "`ipBlock`を別の項目に分けます。",
        "network-policy",
    ),
    "network-policy-types": _refusal(
        "`policyTypes`の値が正しくありません",
        "書けるのはIngressとEgressです。",
        "値を書き換えます。",
        "network-policy",
    ),
}

_AUTOSCALING = {
    "hpa-max-below-min": _refusal(
        "`maxReplicas`が正しくありません",
        "`maxReplicas`は1以上で、`minReplicas`以上でなければなりません。",
        "`maxReplicas`を`minReplicas`以上にします。",
        "hpa-basics",
    ),
    "hpa-min-replicas": _refusal(
        "`minReplicas`が小さすぎます",
        "`minReplicas`は1以上です。0にできるのは、ObjectかExternalの指標を使うときだけです。",
        "1以上に書き換えます。",
        "hpa-basics",
    ),
    "hpa-metrics-invalid": _refusal(
        "HPAの指標の書き方が正しくありません",
        "`type`と同じ名前の項目に、対象と目標値を書きます。目標値は`target.type`に合う項目に書きます。",
        "`target: {{type: Utilization, averageUtilization: 50}}`の形に直します。",
        "hpa-basics",
    ),
    "hpa-target-incomplete": _refusal(
        "スケールする対象の書き方が正しくありません",
        "`scaleTargetRef`には、`apiVersion`、`kind`、`name`が必要です。",
        "`{leaf}`を書き足します。",
        "hpa-basics",
    ),
    "hpa-behavior-invalid": _refusal(
        "HPAの振る舞いの書き方が正しくありません",
        "`stabilizationWindowSeconds`は0から3600まで、`periodSeconds`は1から1800までです。",
        "範囲内の値に書き換えます。",
        "hpa-behavior",
    ),
    "pdb-both-bounds": _refusal(
        "`minAvailable`と`maxUnavailable`の両方が書かれています",
        "1つのPodDisruptionBudgetに書けるのは、どちらか片方だけです。",
        "片方を消します。",
        "taints-pdb-drain",
    ),
    "pdb-value-invalid": _refusal(
        "`{leaf}`に`{value}`は使えません",
        "0以上の整数か、`50%`のような百分率を書きます。",
        "整数か百分率に書き換えます。",
        "taints-pdb-drain",
    ),
}

_STORAGE = {
    "config-key-invalid": _refusal(
        "`{value}`はキーに使えません",
        "ConfigMapとSecretのキーに使えるのは、英数字、`-`、`_`、`.`だけです。同じキーを2か所には書けません。",
        "使える文字だけのキーに書き換えます。",
        "resource-categories",
    ),
    "secret-data-required": _refusal(
        "このSecretに必要なキーがありません",
        "Secretの`type`によって、必要なキーが決まっています。",
        "実際の表示にあるキーを書き足すか、`type`を消します。",
        "resource-categories",
    ),
    "secret-type-mismatch": _refusal(
        "Secretの中身が`type`に合いません",
        "Secretの`type`によって、値の形が決まっています。",
        "値の形を直すか、`type`を消します。",
        "resource-categories",
    ),
    "storage-size-required": _refusal(
        "容量が書かれていないか、正しくありません",
        "PersistentVolumeClaimには`resources.requests.storage`が必要です。PersistentVolumeなら`capacity.storage`です。",
        "`storage: 1Gi`のように書き足します。",
        "persistent-storage",
    ),
    "storage-access-modes": _refusal(
        "`accessModes`が正しくありません",
        "書けるのはReadWriteOnce、ReadOnlyMany、ReadWriteMany、ReadWriteOncePodです。1つ以上必要です。",
        "`accessModes: [ReadWriteOnce]`のように書きます。",
        "persistent-storage",
    ),
    "storage-invalid": _refusal(
        "ストレージの`{leaf}`が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "persistent-storage",
    ),
}

_GENERAL = {
    "number-negative": _refusal(
        "`{leaf}`が負になっています",
        "`{field}`に書けるのは0以上の整数です。",
        "0以上の数に書き換えます。",
    ),
    "api-required": _refusal(
        "必要な項目`{leaf}`がありません",
        "`{field}`は必須です。",
        "`{field}`を書き足します。",
    ),
    "api-not-supported": _refusal(
        "`{value}`という値は使えません",
        "`{field}`に書ける値は{allowed}です。大文字と小文字は区別されます。",
        "{allowed}のどれかに書き換えます。",
    ),
    "api-duplicate": _refusal(
        "`{leaf}`の値が重なっています",
        "`{field}`には、同じ値を2つ書けません。",
        "片方を変えるか、消します。",
    ),
    "api-forbidden": _refusal(
        "ここに`{leaf}`は書けません",
        "ほかの項目との組み合わせのため、`{field}`を使えません。",
        "`{leaf}`を消すか、実際の表示にある条件に合わせます。",
    ),
    "api-not-found": _refusal(
        "`{value}`が見つかりません",
        "`{field}`は、同じオブジェクトの中にある名前を指します。",
        "綴りを合わせるか、指す先を書き足します。",
    ),
    "api-too-long": _refusal(
        "`{leaf}`が長すぎるか、多すぎます",
        "`{field}`の長さや個数には上限があります。",
        "短くするか、減らします。",
    ),
    "api-invalid": _refusal(
        "`{leaf}`に書かれた値は使えません",
        "`{field}`の値が、Kubernetesの決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
    ),
}

MESSAGES: dict[str, Message] = (
    _METADATA | _WORKLOADS | _PROBES | _RESOURCES | _CONTAINERS | _SCHEDULING | _PODS | _SERVICES
    | _TRAFFIC | _AUTOSCALING | _STORAGE | _GENERAL
)  # fmt: skip
