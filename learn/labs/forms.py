"""The only door for a manifest that a learner sends."""

from django import forms
from django.core.exceptions import ValidationError

from learn.labs.fork import MAX_VALUE

MAX_TEXT_BYTES = 64 * 1024


class ManifestForm(forms.Form):
    """`text` keeps its spaces; line ends become those of the file that kubectl would read."""

    text = forms.CharField(
        required=False,
        strip=False,
        error_messages={
            "null_characters_not_allowed": "読めない文字（NUL）が含まれています。消してから確かめてください。"
        },
    )

    def clean_text(self) -> str:
        if "text" not in self.data:
            raise ValidationError(
                "マニフェストが送られていません。画面を読み込み直して、もう一度確かめてください。"
            )
        text = with_unix_newlines(self.cleaned_data["text"])
        size = len(text.encode())
        if size > MAX_TEXT_BYTES:
            limit, excess = MAX_TEXT_BYTES // 1024, -(-(size - MAX_TEXT_BYTES) // 1024)
            raise ValidationError(
                f"マニフェストが長すぎます。確かめられるのは{limit}KiBまでで、約{excess}KiB超えています。"
                "書いた内容はこの画面に残っています。いくつかに分けて確かめてください。"
            )
        return text


def with_unix_newlines(text: str) -> str:
    """A browser sends a textarea's line ends as CRLF, whatever the learner typed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class ForkForm(forms.Form):
    """One number of a manifest, named by its key, and the value to try for it."""

    field = forms.CharField(error_messages={"required": "変える項目を選んでください。"}, max_length=1000)
    value = forms.IntegerField(
        min_value=0,
        max_value=MAX_VALUE,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"新しい値には、0から{MAX_VALUE}までの整数を入れてください。",
        ),
    )
