"""Where a Pod runs, and what its containers share."""

from learn.sandbox.messages.model import Message, refusal, warning

MESSAGES: dict[str, Message] = {
    "topology-key-required": refusal(
        "`topologyKey`がありません",
        "どの単位で分けるかを、ノードのラベルのキーで決めます。",
        "ノードごとなら`topologyKey: kubernetes.io/hostname`と書きます。",
        "affinity-spread",
    ),
    "topology-skew-invalid": refusal(
        "`maxSkew`に{value}は使えません",
        "`maxSkew`は、許すPodの数の差です。1以上の整数を書きます。",
        "`maxSkew: 1`のように書き換えます。",
        "affinity-spread",
    ),
    "topology-when-unknown": refusal(
        "`whenUnsatisfiable`に`{value}`は使えません",
        "書けるのはDoNotScheduleかScheduleAnywayです。",
        "どちらかに書き換えます。",
        "affinity-spread",
    ),
    "topology-duplicate": refusal(
        "同じ分散の条件が2つあります",
        "`topologyKey`と`whenUnsatisfiable`の組は、1つのPodに1つだけです。",
        "片方を消します。",
        "affinity-spread",
    ),
    "topology-invalid": refusal(
        "分散の条件が正しくありません",
        "`topologySpreadConstraints`の項目には、値と組み合わせの決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "affinity-spread",
    ),
    "toleration-value-with-exists": refusal(
        "Existsに`value`は書けません",
        "`operator: Exists`は、taintのキーがあるかどうかだけを見ます。",
        "`value`を消すか、`operator: Equal`にします。",
        "taints-pdb-drain",
    ),
    "toleration-key-required": refusal(
        "tolerationの`key`がありません",
        "`key`を省けるのは、すべてのtaintを許す`operator: Exists`のときだけです。",
        "`key`を書き足すか、`operator: Exists`にします。",
        "taints-pdb-drain",
    ),
    "toleration-effect": refusal(
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
    "toleration-invalid": refusal(
        "tolerationの書き方が正しくありません",
        "`operator`に書けるのは、ExistsかEqualなどの決まった語です。",
        "実際の表示にある条件に合わせて書き換えます。",
        "taints-pdb-drain",
    ),
    "affinity-weight-range": refusal(
        "`weight`に{value}は使えません",
        "優先の重みは1から100までです。",
        "範囲内の数に書き換えます。",
        "affinity-spread",
    ),
    "affinity-terms-required": refusal(
        "ノードの条件が1つもありません",
        "`nodeSelectorTerms`には、条件が1つ以上必要です。",
        "`matchExpressions`を持つ項目を書き足します。",
        "affinity-spread",
    ),
    "affinity-values": refusal(
        "条件の`values`が演算子と合いません",
        "InとNotInには値が1つ以上、GtとLtには1つ必要です。ExistsとDoesNotExistには書けません。",
        "`values`か`operator`を書き換えます。",
        "affinity-spread",
    ),
    "affinity-operator-unknown": refusal(
        "`{value}`という演算子は使えません",
        "ノードの条件ではIn、NotIn、Exists、DoesNotExist、Gt、Lt、Podの条件では前の4つを使えます。",
        "使える演算子に書き換えます。",
        "affinity-spread",
    ),
    "affinity-invalid": refusal(
        "アフィニティの書き方が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "affinity-spread",
    ),
    "security-escalation-conflict": refusal(
        "権限の設定が矛盾しています",
        "`privileged: true`のコンテナは、権限の昇格を禁じられません。",
        "`privileged`を消すか、`allowPrivilegeEscalation: false`を消します。",
        "pod-security-supply-chain",
    ),
    "security-user-range": refusal(
        "ユーザーやグループの番号が範囲の外です",
        "番号は0から{limit}までの整数です。",
        "範囲内の番号に書き換えます。",
        "pod-security-supply-chain",
    ),
    "security-profile": refusal(
        "プロファイルの指定が正しくありません",
        "`type`はRuntimeDefault、Localhost、Unconfinedのどれかです。Localhostのときだけ`localhostProfile`を書きます。",
        "`type: RuntimeDefault`に書き換えます。",
        "pod-security-supply-chain",
    ),
    "security-invalid": refusal(
        "`securityContext`の書き方が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "pod-security-supply-chain",
    ),
    "pod-dns-invalid": refusal(
        "DNSの設定が正しくありません",
        "`dnsPolicy: None`では`dnsConfig.nameservers`が必要です。nameserversは3つまでです。",
        "`dnsConfig`を書き足すか、`dnsPolicy`を既定値に戻します。",
    ),
    "pod-hostname-invalid": refusal(
        "`{value}`はホスト名に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
    ),
    "pod-host-aliases-invalid": refusal(
        "`hostAliases`の書き方が正しくありません",
        "`ip`にはIPアドレス、`hostnames`にはドメイン名を書きます。",
        "値の形を合わせます。",
    ),
    "pod-deadline-invalid": refusal(
        "`{leaf}`に{value}は使えません",
        "`activeDeadlineSeconds`は1以上、`terminationGracePeriodSeconds`は0以上です。",
        "範囲内の秒数に書き換えます。",
        "pod-basics",
    ),
}
