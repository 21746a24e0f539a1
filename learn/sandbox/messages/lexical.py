"""What a keyboard leaves in a text, before it is read as YAML."""

from learn.sandbox.messages.model import Message, advice, error

MESSAGES: dict[str, Message] = {
    "text-too-long": error(
        "マニフェストが長すぎます",
        "1度に確かめられるのは{limit}KiBまでで、この内容は約{size}KiBあります。",
        "いくつかに分けて、1つずつ確かめます。",
    ),
    "text-encoding": error(
        "UTF-8として読めない文字があります",
        "Kubernetesが読む文字コードはUTF-8です。{line}行目に、ほかの文字コードの文字があります。",
        "エディターで文字コードをUTF-8にして保存し直します。",
        "error converting YAML to JSON: yaml: invalid leading UTF-8 octet",
    ),
    "text-control-char": error(
        "目に見えない制御文字（{char}）があります",
        "YAMLには、改行とタブを除く制御文字を書けません。",
        "{line}行目の制御文字を消します。",
        "error converting YAML to JSON: yaml: control characters are not allowed",
    ),
    "text-too-many-documents": error(
        "マニフェストの数が多すぎます",
        "1度に確かめられるのは{limit}個までです。",
        "ファイルを分けて、1つずつ確かめます。",
    ),
    "text-bom": advice(
        "ファイルの先頭に目に見えない印（BOM）があります",
        "UTF-8のマニフェストにBOMは要りません。ほかの道具では読めないことがあります。",
        "文字コードを「UTF-8（BOMなし）」にして保存し直します。",
    ),
    "yaml-indent-char": error(
        "{name}で字下げされています",
        "YAMLの字下げに使えるのは半角の空白だけです。タブも使えません。",
        "{line}行目の字下げを、半角の空白に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "yaml-indent-tab": error(
        "タブで字下げされています",
        "YAMLの字下げに使えるのは半角の空白だけです。",
        "{line}行目のタブを半角の空白2つに置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: found character that cannot start any token",
    ),
    "text-odd-space": error(
        "{name}が混ざっています",
        "YAMLの区切りになるのは半角の空白だけです。ほかの空白は、値の一部として読まれます。",
        "{line}行目の空白を半角に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-zero-width": error(
        "目に見えない文字（{char}）が混ざっています",
        "見えなくても、名前や値の一部として読まれます。",
        "{line}行目の見えない文字を消します。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-colon": error(
        "コロンが全角になっています",
        "項目と値を区切るのは、半角のコロンと半角の空白です。全角の「{found}」は、ただの文字です。",
        "`: `（半角のコロンと空白）に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-dash": error(
        "ハイフンが「{found}」になっています",
        "リストの項目や名前に使うのは、半角のハイフンだけです。長音記号やダッシュとは別の文字です。",
        "半角の`-`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-fullwidth-quote": error(
        "引用符が「{found}」になっています",
        "YAMLの引用符は、半角の二重引用符と一重引用符だけです。ほかの引用符は、値の一部として読まれます。",
        "半角の引用符に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-bracket": error(
        "括弧が全角になっています",
        "リストやマッピングを囲むのは半角の括弧だけです。全角の「{found}」は、ただの文字です。",
        "半角の`{wanted}`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-comma": error(
        "カンマが「{found}」になっています",
        "要素を区切るのは半角のカンマだけです。",
        "半角の`,`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-hash": error(
        "コメントの記号が全角になっています",
        "コメントは半角の「#」から始まります。全角の「{found}」は、ただの文字です。",
        "半角の`#`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-fullwidth-digit": error(
        "数字が全角になっています",
        "数値として読まれるのは半角の数字だけです。全角の「{found}」は、ただの文字です。",
        "半角の数字に置き換えます。",
        "json: cannot unmarshal string into Go value of type int32",
    ),
    "text-fullwidth-letter": error(
        "英字が全角になっています",
        "Kubernetesの項目名と値に使うのは半角の英字です。",
        "半角の英字に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-fullwidth-symbol": error(
        "記号が全角になっています",
        "全角の「{found}」は、半角の「{wanted}」とは別の文字として読まれます。",
        "半角の`{wanted}`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: mapping values are not allowed in this context",
    ),
    "text-markdown-fence": error(
        "Markdownの囲みが残っています",
        "「{found}」はコードの囲みの印で、マニフェストの一部ではありません。",
        "{line}行目を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-shell-prompt": error(
        "コマンドの行が残っています",
        "`{found}`はターミナルに打つコマンドで、マニフェストの一部ではありません。",
        "{line}行目を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-command-output": error(
        "コマンドの表示が残っています",
        "`{found}`はターミナルに出た表示で、マニフェストの一部ではありません。",
        "{line}行目を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-heredoc-mark": error(
        "ヒアドキュメントの終わりの印が残っています",
        "`{found}`はターミナルに貼るときの印で、マニフェストの一部ではありません。",
        "{line}行目を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-conflict-mark": error(
        "マージの衝突の印が残っています",
        "`{found}`はGitが付けた印です。2つの版が混ざっています。",
        "どちらの版にするかを決め、印の行をすべて消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-diff-mark": error(
        "差分の記号が残っています",
        "行頭の「+」「-」は、差分の表示で、足した行と消した行を表します。マニフェストの一部ではありません。",
        "「-」の行を消し、残りの行から行頭の1文字を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "yaml-bad-separator": error(
        "区切りの書き方が違います",
        "1つのファイルに複数のオブジェクトを書くときの区切りは、半角のハイフン3つです。「{found}」は区切りになりません。",
        "{line}行目を`---`に置き換えます。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
    "text-line-number": error(
        "行番号が残っています",
        "行頭の数字は表示のための番号で、マニフェストの一部ではありません。{last}行目まで続いています。",
        "すべての行から、行頭の番号を消します。",
        "error converting YAML to JSON: yaml: line {line}: could not find expected ':'",
    ),
}
