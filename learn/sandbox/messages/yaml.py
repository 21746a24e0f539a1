"""What stops a text from being read as YAML, or changes its meaning there."""

from learn.sandbox.messages.model import Message, error, warning

MESSAGES: dict[str, Message] = {
    "yaml-syntax": error(
        "YAMLとして読めません",
        "この行か、すぐ上の行の書き方がYAMLの決まりに合っていません。",
        "{line}行目と、その上の行の字下げと記号を見直します。",
        "{english}",
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
    "yaml-value-commented": warning(
        "`{key}`の値がコメントになっています",
        "空白の後の`#`から行末までは、コメントです。`{key}`の値は空になります。",
        '値なら、`"{found}"`と引用符で囲みます。コメントなら、`#`の後に空白を置きます。',
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
    "yaml-template": error(
        "テンプレートの記号（{{{{ }}}}）が残っています",
        "Helmなどのテンプレートは、値を埋めてからでないとマニフェストになりません。",
        "`helm template`で展開した結果を貼り付けるか、実際の値に書き換えます。",
        "{english}",
    ),
    "yaml-asterisk": error(
        "値がアスタリスク（*）で始まっています",
        "引用符のない*は、エイリアス（ほかの場所の値の再利用）の印です。",
        '`"{value}"`のように引用符で囲みます。',
        "{english}",
    ),
    "yaml-undefined-alias": error(
        "`*{name}`の元になるアンカーがありません",
        "エイリアス（*名前）は、それより上に書いたアンカー（&名前）の値を再利用する印です。",
        "文字としての*なら引用符で囲み、エイリアスなら先に`&{name}`を書きます。",
        "{english}",
    ),
    "yaml-missing-space": error(
        "コロンのあとに空白がありません",
        "項目と値の間には、コロンと半角の空白が要ります。`{value}`は1つの文字列と読まれます。",
        "コロンのあとに半角の空白を1つ入れます。",
        "{english}",
    ),
    "yaml-missing-separator": error(
        "オブジェクトの間に区切りがありません",
        "{first}行目からのオブジェクトが終わらないまま、次のオブジェクトが始まっています。1つのオブジェクトとして読まれ、あとの値だけが残ります。",
        "{line}行目の上に`---`だけの行を入れます。",
        'error converting YAML to JSON: yaml: unmarshal errors:\n  line {line}: key "apiVersion" already set in map',
    ),
    "yaml-missing-space-dash": error(
        "ハイフンのあとに空白がありません",
        "リストの項目は、ハイフンと半角の空白で始めます。`{value}`は名前の一部と読まれます。",
        "ハイフンのあとに半角の空白を1つ入れます。",
        "{english}",
    ),
    "yaml-missing-colon": error(
        "`{key}`のあとにコロンがありません",
        "項目と値は、コロンと半角の空白で区切ります。",
        "`{key}: 値`の形に直します。",
        "{english}",
    ),
    "yaml-unclosed-quote": error(
        "引用符が閉じていません",
        "{line}行目で開いた引用符（{quote}）に、対になる引用符が見つかりません。",
        "{line}行目の値の終わりに{quote}を書き足します。",
        "{english}",
    ),
    "yaml-text-after-quote": error(
        "閉じた引用符のあとに文字が続いています",
        "引用符で囲んだ値は、閉じる引用符で終わります。",
        "値の全体を引用符で囲むか、余分な文字を消します。",
        "{english}",
    ),
    "yaml-bad-escape": error(
        "`{found}`という書き方はできません",
        "二重引用符の中の\\は特別な文字の始まりで、使える組み合わせが決まっています。",
        "\\を2つ重ねるか、一重引用符で囲みます。",
        "{english}",
    ),
    "yaml-unclosed-bracket": error(
        "括弧が閉じていません",
        "{line}行目で開いた括弧に、対になる`{closing}`が見つかりません。",
        "`{closing}`を書き足します。",
        "{english}",
    ),
    "yaml-stray-bracket": error(
        "余分な`{found}`があります",
        "対になる開き括弧がありません。",
        "`{found}`を消すか、値を引用符で囲みます。",
        "{english}",
    ),
    "yaml-reserved-char": error(
        "値を`{found}`で始めることはできません",
        "`{found}`は、YAMLが先のために取ってある記号です。",
        "値を引用符で囲みます。",
        "{english}",
    ),
    "yaml-colon-in-value": error(
        "値の中にコロンと空白があります",
        "コロンと半角の空白は、項目と値の区切りとして読まれます。1行に区切りは1つだけです。",
        "`{value}`を引用符で囲みます。",
        "{english}",
    ),
    "yaml-dash-in-value": error(
        "リストの始まりがコロンと同じ行にあります",
        "ハイフンで始めるリストは、項目の次の行から書きます。",
        "ハイフンの前で改行し、字下げします。",
        "{english}",
    ),
    "yaml-missing-dash": error(
        "リストの項目にハイフンがありません",
        "ここはリストの途中なので、次の項目は`- `で始まるか、字下げが深くなければなりません。",
        "{line}行目を`- `で始めます。",
        "{english}",
    ),
    "yaml-bad-indent": error(
        "字下げがそろっていません",
        "同じ階層の項目は、同じ桁から始めます。{line}行目は空白{have}個ですが、空白{want}個の階層の項目とみられます。",
        "{line}行目の字下げを、半角の空白{want}個にします。",
        "{english}",
    ),
    "yaml-block-scalar": error(
        "複数行の文字列の書き方が合っていません",
        "`|`と`>`のあとに書けるのは、改行の扱い（-か+）と字下げの数だけです。",
        "中身は次の行から、空白で字下げして書きます。",
        "{english}",
    ),
    "yaml-directive": error(
        "%で始まる行を読めません",
        "%で始まる行はYAMLへの指示です。マニフェストでは使われません。",
        "{line}行目を消します。",
        "{english}",
    ),
    "report-shortened": warning(
        "ほかにも見つかったことがあります",
        "多すぎるため、{limit}件で止めました。多くは同じ誤りから生じています。",
        "上から順に直し、もう一度確かめます。",
    ),
    "yaml-indented-separator": error(
        "区切りの`---`が字下げされています",
        "マニフェストの区切りは、行の先頭から書いた`---`だけです。空白があると、値の続きとして読まれます。",
        "{line}行目の`---`を行の先頭に寄せます。全体が字下げされているなら、すべての行を同じだけ寄せます。",
        "{english}",
    ),
}
