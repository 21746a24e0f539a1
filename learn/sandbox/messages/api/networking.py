"""Services, Ingresses and NetworkPolicies."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "service-ports-required": refusal(
        "Serviceの`ports`がありません",
        "ExternalNameとHeadlessのほかのServiceには、受け付けるポートが1つ以上必要です。",
        "`ports`に`- port: 80`のような項目を書きます。",
        "service-clusterip",
    ),
    "service-port-name-required": refusal(
        "ポートの名前がありません",
        "ポートが2つ以上あるServiceでは、すべてのポートに名前を付けます。",
        "`name: http`のように書き足します。",
        "service-clusterip",
    ),
    "service-port-name-duplicate": refusal(
        "ポートの名前`{value}`が重なっています",
        "1つのServiceの中で、ポートの名前は1つだけです。",
        "片方の名前を変えます。",
        "service-clusterip",
    ),
    "service-port-name-invalid": refusal(
        "`{value}`はServiceのポートの名前に使えません",
        "使えるのは英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
        "service-clusterip",
    ),
    "service-port-duplicate": refusal(
        "同じポートが2つあります",
        "1つのServiceの中で、番号とプロトコルの組は1つだけです。",
        "片方の`port`を変えるか、消します。",
        "service-clusterip",
    ),
    "service-port-range": refusal(
        "`port`に{value}は使えません",
        "ポート番号は1から65535までです。",
        "範囲内の番号に書き換えます。",
        "service-clusterip",
    ),
    "service-target-port-invalid": refusal(
        "`targetPort`に{value}は使えません",
        "書けるのは、1から65535までの番号か、コンテナのポートの名前です。引用符で囲んだ番号は名前とみなされます。",
        "番号なら引用符を外し、名前なら綴りを合わせます。",
        "service-clusterip",
    ),
    "service-nodeport-duplicate": refusal(
        "`nodePort`の{value}が重なっています",
        "1つの番号を、同じプロトコルの2つのポートで使うことはできません。",
        "片方の番号を変えるか、行を消して自動で割り当てます。",
        "service-nodeport",
    ),
    "service-nodeport-type": refusal(
        "この種類のServiceに`nodePort`は書けません",
        "`nodePort`を使えるのは、NodePortとLoadBalancerだけです。",
        "`type: NodePort`にするか、`nodePort`の行を消します。",
        "service-nodeport",
    ),
    "service-nodeport-range": refusal(
        "`nodePort`に{value}は使えません",
        "使える番号は、既定では30000〜32767です。",
        "範囲内の番号にするか、行を消して自動で割り当てます。",
        "service-nodeport",
    ),
    "service-type-unknown": refusal(
        "`{value}`というServiceの種類はありません",
        "`type`に書けるのは、ClusterIP、NodePort、LoadBalancer、ExternalNameです。",
        "4つのうちのどれかに書き換えます。大文字と小文字も合わせます。",
        "service-types",
    ),
    "service-external-name": refusal(
        "`externalName`が正しくありません",
        "ExternalNameのServiceには、別名の元になるドメイン名が必要です。IPアドレスやURLは書けません。",
        "`externalName: db.example.com`のように書きます。",
        "service-types",
    ),
    "service-cluster-ip": refusal(
        "`clusterIP`が正しくありません",
        "書けるのは、IPアドレスか`None`（Headless）です。ふつうは書かずに割り当てに任せます。",
        "`clusterIP`の行を消すか、値を見直します。`None`は大文字のNで始めます。",
        "service-types",
    ),
    "service-affinity": refusal(
        "`sessionAffinity`の設定が正しくありません",
        "書けるのはNoneかClientIPです。`sessionAffinityConfig`はClientIPのときだけで、秒数は86400までです。",
        "値を書き換えるか、`sessionAffinityConfig`を消します。",
        "service-clusterip",
    ),
    "service-traffic-policy": refusal(
        "`{leaf}`の値が正しくありません",
        "この項目に使える値と、使えるServiceの種類は決まっています。",
        "実際の表示にある値に書き換えるか、この行を消します。",
        "service-nodeport",
    ),
    "service-load-balancer-only": refusal(
        "`{leaf}`の使い方が正しくありません",
        "`loadBalancer`で始まる項目は、LoadBalancerのServiceだけで使えます。IPアドレスの形にも決まりがあります。",
        "`type: LoadBalancer`にするか、この行を消します。",
        "service-types",
    ),
    "ingress-empty": refusal(
        "Ingressに行き先がありません",
        "`rules`か`defaultBackend`のどちらかが必要です。",
        "`rules`にホストとパスを書き足します。",
        "ingress-basics",
    ),
    "ingress-path-type-unknown": refusal(
        "`pathType`に`{value}`は使えません",
        "書けるのはExact、Prefix、ImplementationSpecificです。",
        "3つのうちのどれかに書き換えます。",
        "ingress-basics",
    ),
    "ingress-path-invalid": refusal(
        "パスの書き方が正しくありません",
        "ExactとPrefixのパスは`/`で始まり、`//`や`..`を含みません。",
        "`/`で始まるパスに書き換えます。",
        "ingress-basics",
    ),
    "ingress-host-invalid": refusal(
        "`{value}`はホスト名に使えません",
        "ホスト名は英小文字のドメイン名です。IPアドレス、ポート番号、`http://`は書けません。`*`は先頭だけです。",
        "`shop.example.com`のように書き換えます。",
        "ingress-basics",
    ),
    "ingress-backend-invalid": refusal(
        "行き先のServiceの書き方が正しくありません",
        "`backend.service`には、`name`と、`port.number`か`port.name`のどちらか1つが必要です。",
        "`service: {{name: web, port: {{number: 80}}}}`の形に直します。",
        "ingress-basics",
    ),
    "ingress-class-both": refusal(
        "Ingressクラスの指定が食い違っています",
        "古いアノテーションの値`{value}`と`ingressClassName`が違います。どちらを使うのかが決まりません。",
        "アノテーション`kubernetes.io/ingress.class`を消します。",
        "ingress-basics",
    ),
    "network-policy-port": refusal(
        "NetworkPolicyのポートの書き方が正しくありません",
        "番号は引用符のない1から65535までの整数です。`endPort`は番号の`port`と一緒に、`port`以上で書きます。",
        "引用符を外し、範囲内の番号に書き換えます。",
        "network-policy",
    ),
    "network-policy-peer": refusal(
        "NetworkPolicyの相手の書き方が正しくありません",
        "1つの項目には、`ipBlock`か、`podSelector`と`namespaceSelector`のどちらかを書きます。",
        "`ipBlock`を別の項目に分けます。",
        "network-policy",
    ),
    "network-policy-types": refusal(
        "`policyTypes`の値が正しくありません",
        "書けるのはIngressとEgressです。",
        "値を書き換えます。",
        "network-policy",
    ),
}
