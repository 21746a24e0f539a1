"""Probes and hooks, requests and limits."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "probe-no-handler": refusal(
        "何を調べるかが書かれていません",
        "プローブには、`httpGet`、`tcpSocket`、`exec`、`grpc`のどれか1つが必要です。",
        "`httpGet: {{path: /healthz, port: 8080}}`のように書き足します。",
        "probe-mechanisms",
    ),
    "probe-two-handlers": refusal(
        "調べる方法が2つ書かれています",
        "1つのプローブに書けるのは、`httpGet`、`tcpSocket`、`exec`、`grpc`のどれか1つだけです。",
        "1つだけを残して消します。",
        "probe-mechanisms",
    ),
    "probe-port-name": refusal(
        "ポート番号を名前として読み取りました",
        "引用符で囲むとポートの名前とみなされます。名前には英字が必要です。",
        "引用符を外して番号を書くか、コンテナのポートの名前を書きます。",
        "probe-mechanisms",
    ),
    "probe-port-range": refusal(
        "プローブのポートに{value}は使えません",
        "ポート番号は1から65535までです。",
        "コンテナが待ち受けているポートの番号に書き換えます。",
        "probe-mechanisms",
    ),
    "probe-scheme-unknown": refusal(
        "`scheme`に`{value}`は使えません",
        "書けるのはHTTPかHTTPSです。大文字で書きます。",
        "`scheme: HTTP`か`scheme: HTTPS`に書き換えます。",
        "probe-mechanisms",
    ),
    "probe-header-invalid": refusal(
        "ヘッダーの名前が正しくありません",
        "HTTPヘッダーの名前に使えるのは、英数字と`-`です。",
        "空白や`:`を取り除きます。",
        "probe-mechanisms",
    ),
    "probe-command-required": refusal(
        "実行するコマンドがありません",
        "`exec`には、`command`をリストで書きます。",
        '`command: ["cat", "/tmp/healthy"]`のように書き足します。',
        "probe-mechanisms",
    ),
    "probe-success-threshold": refusal(
        "`successThreshold`は1でなければなりません",
        "Liveness ProbeとStartup Probeは、1回の成功で成功とみなします。",
        "この行を消すか、1にします。",
        "liveness-timing",
    ),
    "probe-grace-on-readiness": refusal(
        "Readiness Probeに終了までの猶予は書けません",
        "Readiness Probeはコンテナを止めないため、`terminationGracePeriodSeconds`を使いません。",
        "この行を消します。",
        "readiness-startup",
    ),
    "probe-number-invalid": refusal(
        "`{leaf}`に{value}は使えません",
        "プローブの秒数と回数には、負の数を書けません。",
        "決まりに合う数に書き換えるか、この行を消して既定値に任せます。",
        "liveness-timing",
    ),
    "probe-not-allowed": refusal(
        "このコンテナにプローブは書けません",
        "終わるまで次へ進まないInitコンテナは、プローブを持てません。",
        "プローブを消すか、`restartPolicy: Always`のサイドカーにします。",
        "probes-overview",
    ),
    "hook-no-handler": refusal(
        "フックで何をするかが書かれていません",
        "`postStart`と`preStop`には、`exec`、`httpGet`、`sleep`などのどれか1つが必要です。",
        "`sleep: {{seconds: 5}}`のように書き足します。",
        "zero-downtime-rollout",
    ),
    "hook-two-handlers": refusal(
        "フックの動作が2つ書かれています",
        "1つのフックに書ける動作は1つだけです。",
        "1つだけを残して消します。",
        "zero-downtime-rollout",
    ),
    "hook-sleep-invalid": refusal(
        "`sleep`の秒数が範囲の外です",
        "待つ時間は、終了までの猶予（`terminationGracePeriodSeconds`）より短くなければなりません。",
        "秒数を短くするか、`terminationGracePeriodSeconds`を長くします。",
        "zero-downtime-rollout",
    ),
    "hook-invalid": refusal(
        "フックの書き方が正しくありません",
        "`lifecycle`の下の項目には、プローブと同じ決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "zero-downtime-rollout",
    ),
    "resources-request-over-limit": refusal(
        "{leaf}の要求が上限を超えています",
        "要求（requests）は上限（limits）以下でなければなりません。上限は{limit}です。",
        "requestsを{limit}以下にするか、limitsを{value}以上にします。",
        "requests-limits-qos",
    ),
    "resources-request-not-limit": refusal(
        "{leaf}の要求と上限が違います",
        "GPUやhugepagesのような資源は、要求と上限を同じ値にします。",
        "requestsとlimitsを同じ値にします。",
        "requests-limits-qos",
    ),
    "resources-negative": refusal(
        "資源の量が負になっています",
        "要求（requests）と上限（limits）は0以上です。",
        "0以上の値に書き換えます。",
        "requests-limits-qos",
    ),
    "resources-not-integer": refusal(
        "{leaf}は整数で書きます",
        "GPUのような資源は、1つより細かく分けられません。",
        "整数に書き換えます。",
        "requests-limits-qos",
    ),
    "resources-name-unknown": refusal(
        "`{value}`という資源はありません",
        "組み込みの資源は、cpu、memory、ephemeral-storage、hugepages-のサイズです。ほかは`ドメイン名/名前`の形です。",
        "綴りを直します。",
        "requests-limits-qos",
    ),
    "resources-limit-required": refusal(
        "上限（limits）がありません",
        "GPUのような資源は、上限を必ず書きます。",
        "`limits`に、要求と同じ値を書き足します。",
        "requests-limits-qos",
    ),
}
