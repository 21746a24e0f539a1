"""Where an object departs from its published schema."""

from learn.sandbox.messages.model import Message, advice, error, warning

MESSAGES: dict[str, Message] = {
    "schema-unknown-field": error(
        "`{field}`という項目はありません",
        "`{parent}`の下に書ける名前と一致しません。近い名前は`{near}`です。",
        "`{field}`を`{near}`に直します。",
        "{english}",
    ),
    "schema-misplaced-field": error(
        "`{field}`を書く場所が違います",
        "`{field}`は`{parent}`の下ではなく、`{home}`に書く項目です。",
        "`{field}`を`{home}`の位置へ移し、字下げを合わせます。",
        "{english}",
    ),
    "schema-undefined-field": error(
        "`{field}`という項目はありません",
        "`{parent}`の下に書ける名前と一致しません。",
        "綴りと字下げを見直すか、{line}行目を消します。",
        "{english}",
    ),
    "schema-missing-field": error(
        "必要な項目`{field}`がありません",
        "`{parent}`には、`{field}`を必ず書きます。",
        "`{parent}`の下に`{field}`を書き足します。",
        "{english}",
    ),
    "schema-empty-field": error(
        "`{field}`の値が空です",
        "`{parent}`の`{field}`は必須です。値のない項目は、書いていないものとして扱われます。",
        "{line}行目の`{field}:`に値を書きます。下の行に書くなら、字下げを深くします。",
        "{english}",
    ),
    "schema-wrong-type": error(
        "値の種類が違います",
        "`{field}`に書けるのは{wanted}です。ここには{found}が書かれています。",
        "`{field}`の値を{wanted}に書き換えます。",
        "{english}",
    ),
    "schema-unquoted-string": error(
        "文字列を書く場所が{found}になっています",
        "`{field}`の値は文字列だけです。引用符のない`{value}`は{found}と読まれます。",
        '`"{value}"`と引用符で囲みます。',
        "{english}",
    ),
    "schema-quoted-value": error(
        "{wanted}を書く場所が文字列になっています",
        "引用符で囲んだ値は文字列です。`{field}`に書けるのは{wanted}です。",
        "引用符を外して`{value}`と書きます。",
        "{english}",
    ),
    "schema-number-out-of-range": error(
        "数値が大きすぎるか、小さすぎます",
        "`{field}`が受け付ける範囲に、`{value}`は入りません。",
        "範囲に収まる整数に書き換えます。",
        "{english}",
    ),
    "schema-value-not-allowed": error(
        "`{value}`という値は使えません",
        "`{field}`に書ける値は{allowed}です。大文字と小文字は区別されます。",
        "{allowed}のどれかに書き換えます。",
        "{english}",
    ),
    "schema-bad-quantity": error(
        "`{value}`は数量として読めません",
        "数量は、数字と単位（m、k、M、G、Ki、Mi、Giなど）を空白なしで並べて書きます。",
        "`500m`や`128Mi`のように書き換えます。",
        "{english}",
        "requests-limits-qos",
    ),
    "schema-bad-base64": error(
        "Base64として読めない値です",
        "`{field}`の値は、Base64に変換した文字列でなければなりません。",
        "Base64に変換するか、Secretなら`stringData`に元の文字列のまま書きます。",
        "{english}",
    ),
    "schema-bad-time": error(
        "`{value}`は日時として読めません",
        "日時はRFC 3339の形（2026-01-31T09:00:00Z）で書きます。",
        "形を合わせるか、この行を消します。",
        "{english}",
    ),
    "schema-bad-pattern": error(
        "`{value}`の書き方が決まりに合いません",
        "`{field}`に書ける文字と並びは決まっています。",
        "使える文字だけで書き直します。",
        "{english}",
    ),
    "schema-bad-size": error(
        "値の長さや個数が範囲の外です",
        "`{field}`には、長さや個数の決まりがあります。",
        "範囲に収まるように減らすか、書き足します。",
        "{english}",
    ),
    "document-not-object": error(
        "オブジェクトとして読めません",
        "マニフェストは`apiVersion`、`kind`、`metadata`などの項目と値の組です。ここには{found}が書かれています。",
        "`apiVersion: v1`のように、項目の名前とコロンと半角の空白、値の順に書きます。",
        "error validating data: [apiVersion not set, kind not set]",
    ),
    "object-no-kind": error(
        "`kind`がありません",
        "どの種類のオブジェクトかは、`kind`で決まります。",
        "`kind: Deployment`のように書き足します。",
        "error: error validating data: kind not set",
    ),
    "object-no-api-version": error(
        "`apiVersion`がありません",
        "同じ`kind`でも、`apiVersion`によって書ける項目が変わります。",
        "{suggestion}を書き足します。",
        "error: error validating data: apiVersion not set",
    ),
    "object-kind-typo": error(
        "`{kind}`という種類はありません",
        "`{api_version}`にある近い名前は`{near}`です。大文字と小文字は区別されます。",
        "`kind: {near}`に直します。",
        "{english}",
    ),
    "object-no-such-kind": error(
        "`{kind}`という種類はありません",
        "`{api_version}`はKubernetesに組み込みのグループですが、`{kind}`を含みません。",
        "`kind`と`apiVersion`の綴りと組み合わせを見直します。",
        "{english}",
    ),
    "object-wrong-api-version": error(
        "`apiVersion`と`kind`の組み合わせが違います",
        "`{kind}`は`{api_version}`ではなく、`{home}`にあります。",
        "`apiVersion: {home}`に直します。",
        "{english}",
    ),
    "object-unknown-kind": advice(
        "未知の種類です",
        "`{api_version}`の`{kind}`は、ここでは中身を確かめられません。カスタムリソースなら、クラスターにCRDが要ります。",
        "綴りが正しく、CRDが入っているなら、このままで構いません。",
        "{english}",
    ),
    "api-removed": error(
        "この書き方の{kind}は廃止されています",
        "`{api_version}`は、Kubernetes {removed}でなくなりました。",
        "`apiVersion: {instead}`に変え、必須になった項目を書き足します。",
        "{english}",
    ),
    "api-removed-without-successor": error(
        "{kind}は廃止されています",
        "`{api_version}`の`{kind}`は、Kubernetes {removed}でなくなりました。後継の種類はありません。",
        "PodSecurityPolicyなら、名前空間のラベルで決めるPod Security Admissionに置き換えます。",
        "{english}",
        "pod-security-supply-chain",
    ),
    "api-deprecated": warning(
        "{kind}は非推奨です",
        "`{api_version}`の`{kind}`は、Kubernetes {deprecated}から非推奨です。いまはまだ使えます。",
        "新しく書くものには使わず、置き換えを調べます。",
        "{english}",
    ),
}
