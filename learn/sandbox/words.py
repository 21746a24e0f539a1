"""How Japanese sentences name kinds of values."""

from learn.cluster.api.schema import Type

SCHEMA_TYPE_NAMES: dict[Type, str] = {
    Type.OBJECT: "マッピング（項目と値の組）",
    Type.MAP: "マッピング（項目と値の組）",
    Type.ARRAY: "リスト",
    Type.STRING: "文字列",
    Type.INTEGER: "整数",
    Type.NUMBER: "数値",
    Type.BOOLEAN: "真偽値（trueかfalse）",
    Type.INT_OR_STRING: "整数か文字列",
    Type.QUANTITY: "数量（100mや64Miなど）",
    Type.ANY: "値",
}


def value_kind(value: object) -> str:
    """The kind of a value as read from the text."""
    match value:
        case None:
            return "空（null）"
        case bool():
            return "真偽値"
        case int() | float():
            return "数値"
        case str():
            return "文字列"
        case list():
            return "リスト"
    return "マッピング"
