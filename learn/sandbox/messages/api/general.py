"""Refusals without words of their own, told by the kind of refusal."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "number-negative": refusal(
        "`{leaf}`が負になっています",
        "`{field}`に書けるのは0以上の整数です。",
        "0以上の数に書き換えます。",
    ),
    "api-required": refusal(
        "必要な項目`{leaf}`がありません",
        "`{field}`は必須です。",
        "`{field}`を書き足します。",
    ),
    "api-not-supported": refusal(
        "`{value}`という値は使えません",
        "`{field}`に書ける値は{allowed}です。大文字と小文字は区別されます。",
        "{allowed}のどれかに書き換えます。",
    ),
    "api-duplicate": refusal(
        "`{leaf}`の値が重なっています",
        "`{field}`には、同じ値を2つ書けません。",
        "片方を変えるか、消します。",
    ),
    "api-forbidden": refusal(
        "ここに`{leaf}`は書けません",
        "ほかの項目との組み合わせのため、`{field}`を使えません。",
        "`{leaf}`を消すか、実際の表示にある条件に合わせます。",
    ),
    "api-not-found": refusal(
        "`{value}`が見つかりません",
        "`{field}`は、同じオブジェクトの中にある名前を指します。",
        "綴りを合わせるか、指す先を書き足します。",
    ),
    "api-too-long": refusal(
        "`{leaf}`が長すぎるか、多すぎます",
        "`{field}`の長さや個数には上限があります。",
        "短くするか、減らします。",
    ),
    "api-invalid": refusal(
        "`{leaf}`に書かれた値は使えません",
        "`{field}`の値が、Kubernetesの決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
    ),
}
