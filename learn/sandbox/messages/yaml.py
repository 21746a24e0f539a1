"""What stops a text from being read as YAML, or changes its meaning there."""

from learn.sandbox.messages.model import Message, error, warning

MESSAGES: dict[str, Message] = {
    "yaml-syntax": error(
        "YAMLとして読めません",
        "この行か、すぐ上の行の書き方がYAMLの決まりに合っていません。",
        "{line}行目と、その上の行の字下げと記号を見直します。",
        "error converting YAML to JSON: yaml: line {line}: {problem}",
    ),
    "yaml-nested-too-deep": error(
        "入れ子が深すぎます",
        "{limit}段より深い入れ子は、マニフェストでは使われません。",
        "閉じ忘れた括弧や、余分な字下げがないかを見直します。",
    ),
    "yaml-alias-bomb": error(
        "値の数が多すぎます",
        "エイリアス（*名前）が展開されて、{limit}個を超える値になりました。",
        "エイリアスを減らすか、マニフェストを分けます。",
        "error converting YAML to JSON: yaml: document contains excessive aliasing",
    ),
    "yaml-alias-cycle": error(
        "エイリアスが自分自身を含んでいます",
        "アンカー（&名前）の中で同じ名前のエイリアス（*名前）を使うと、展開が終わりません。",
        "{line}行目のエイリアスを、実際の値に書き換えます。",
        "error converting YAML to JSON: yaml: anchor value contains itself",
    ),
    "yaml-duplicate-key": error(
        "`{key}`が2回書かれています",
        "同じ階層に同じ名前の項目は1つだけです。{first}行目にもあり、あとの値だけが残ります。",
        "{first}行目と{line}行目の、どちらかを消します。",
        'yaml: unmarshal errors:\n  line {line}: key "{key}" already set in map',
    ),
    "yaml-key-not-text": error(
        "項目の名前が文字列ではありません",
        "Kubernetesの項目の名前は文字列だけです。括弧で始まる値やnullは名前になりません。",
        "文字列にしたいときは、引用符で囲みます。",
        "error converting YAML to JSON: yaml: invalid map key",
    ),
    "yaml-not-finite": error(
        "`{value}`は使えない数です",
        "無限大と非数（NaN）は、KubernetesのAPIに送れません。",
        "普通の数を書くか、文字列にするなら引用符で囲みます。",
        "error converting YAML to JSON: json: unsupported value: +Inf",
    ),
    "yaml-merge-not-map": error(
        "`<<`で取り込む値がマッピングではありません",
        "`<<`が取り込めるのは、項目と値の組の集まりだけです。",
        "`<<`の値を、マッピングに付けたアンカーのエイリアスにします。",
        "error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value",
    ),
    "text-empty": warning(
        "まだ何も書かれていません",
        "コメントと空行だけのマニフェストからは、何も作られません。",
        "`apiVersion`と`kind`から書き始めます。",
        "error: no objects passed to apply",
    ),
}
