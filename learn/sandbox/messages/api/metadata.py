"""What every object has: its name, namespace, labels, annotations and owners; and selectors."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "name-required": refusal(
        "オブジェクトの名前がありません",
        "どのオブジェクトにも、`metadata.name`が必要です。",
        "`metadata`の下に`name`を書き足します。",
        "kubectl-declarative",
    ),
    "name-too-long": refusal(
        "オブジェクトの名前が長すぎます",
        "`{kind}`の名前は{limit}文字までです。",
        "名前を短くします。",
    ),
    "name-not-subdomain": refusal(
        "`{value}`は名前に使えません",
        "名前に使えるのは、英小文字、数字、`-`、`.`だけで、先頭と末尾は英数字です。",
        "大文字、`_`、日本語などを、使える文字に置き換えます。",
    ),
    "name-not-label": refusal(
        "`{value}`は{kind}の名前に使えません",
        "この種類の名前に使えるのは、英小文字、数字、`-`だけで、先頭と末尾は英数字です。`.`も使えません。",
        "使える文字だけの名前に書き換えます。",
    ),
    "name-not-dns1035": refusal(
        "`{value}`は{kind}の名前に使えません",
        "この種類の名前は英小文字で始め、英小文字、数字、`-`だけで書きます。",
        "先頭を英小文字にします。",
    ),
    "namespace-invalid": refusal(
        "`{value}`は名前空間の名前に使えません",
        "名前空間の名前に使えるのは、英小文字、数字、`-`だけで、先頭と末尾は英数字です。",
        "使える文字だけの名前に書き換えます。",
    ),
    "label-too-long": refusal(
        "ラベルが長すぎます",
        "ラベルの値と、キーの名前の部分は、どちらも63文字までです。",
        "短くするか、長い情報は`annotations`に書きます。",
    ),
    "label-value-invalid": refusal(
        "`{value}`はラベルの値に使えません",
        "ラベルの値に使えるのは、英数字、`-`、`_`、`.`だけで、先頭と末尾は英数字です。空白と`/`は使えません。",
        "使える文字に置き換えるか、`annotations`に書きます。",
    ),
    "label-key-invalid": refusal(
        "`{value}`はラベルのキーに使えません",
        "キーは`名前`か`接頭辞/名前`の形です。名前には英数字、`-`、`_`、`.`、接頭辞にはドメイン名を使います。",
        "使える文字だけのキーに書き換えます。",
    ),
    "annotation-key-invalid": refusal(
        "`{value}`はアノテーションのキーに使えません",
        "キーは`名前`か`接頭辞/名前`の形です。名前には英数字、`-`、`_`、`.`だけを使えます。",
        "使える文字だけのキーに書き換えます。",
    ),
    "finalizer-invalid": refusal(
        "ファイナライザーの名前が正しくありません",
        "ファイナライザーは`ドメイン名/名前`の形で書きます。",
        "形を合わせるか、この行を消します。",
    ),
    "owner-reference-invalid": refusal(
        "所有者の指定が正しくありません",
        "`ownerReferences`には、`apiVersion`、`kind`、`name`、`uid`がそろっている必要があります。",
        "ふつうはコントローラーが書く項目です。手で書くマニフェストからは消します。",
    ),
    "deployment-selector-mismatch": refusal(
        "selectorとPodのラベルが一致しません",
        "{kind}は、selectorに合うPodだけを自分のPodとみなします。selectorは`{selector}`、Podのラベルは`{labels}`です。",
        "`spec.selector.matchLabels`と`spec.template.metadata.labels`を同じ値にします。",
        "deployment-replicaset",
    ),
    "selector-empty": refusal(
        "selectorが空です",
        "空のselectorは、どのPodを管理するのかを決められません。",
        "`matchLabels`に、Podのラベルと同じ組を書きます。",
        "deployment-replicaset",
    ),
    "selector-operator-invalid": refusal(
        "`{value}`という演算子は使えません",
        "`matchExpressions`の演算子は、In、NotIn、Exists、DoesNotExistの4つです。",
        "4つのうちのどれかに書き換えます。",
    ),
    "selector-values-required": refusal(
        "比べる値がありません",
        "演算子がInかNotInのときは、`values`に値を1つ以上書きます。",
        "`values`に値を書くか、演算子をExistsかDoesNotExistにします。",
    ),
    "selector-values-forbidden": refusal(
        "ここに`values`は書けません",
        "ExistsとDoesNotExistは、キーの有無だけを見ます。",
        "`values`を消すか、演算子をInかNotInにします。",
    ),
}
