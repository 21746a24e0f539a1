"""The only door for what is typed into the terminal."""

import re

from django import forms
from django.core.exceptions import ValidationError

from learn.labs.forms import with_unix_newlines
from learn.labs.terminal.queries import Shown

MAX_LINE_BYTES = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNREADABLE = "読めない文字（制御文字）が含まれています。消してから実行してください。"

ADVANCES = {"advance-1": 1_000, "advance-10": 10_000, "advance-60": 60_000, "advance-next": None}
DEEDS = ("run", "follow", "stop", "pause", "resume", "clear", "save", "leave", *ADVANCES)


class CommandForm(forms.Form):
    """
    `do` is the button that was pressed, `line` what stands in the input (or in the editor, for `save`),
    `token` names the form as it was shown. What its page shows: the terminal `number`, its commands from `first`
    to `seen`, of the last one `heard` characters, and of an exercise how many goals are `met` and mistakes
    `advised` on.
    """

    do = forms.ChoiceField(choices=[(deed, deed) for deed in DEEDS])
    line = forms.CharField(
        required=False, strip=False, error_messages={"null_characters_not_allowed": _UNREADABLE}
    )
    text = forms.CharField(
        required=False, strip=False, error_messages={"null_characters_not_allowed": _UNREADABLE}
    )
    token = forms.CharField(max_length=64)
    number = forms.IntegerField(required=False, min_value=0)
    first = forms.IntegerField(required=False, min_value=0)
    seen = forms.IntegerField(required=False, min_value=0)
    heard = forms.IntegerField(required=False, min_value=0)
    met = forms.IntegerField(required=False, min_value=0)
    advised = forms.IntegerField(required=False, min_value=0)

    @property
    def shown(self) -> Shown:
        return Shown(*(self.cleaned_data[name] or 0 for name in ("number", "first", "seen", "heard")))

    @property
    def goals_met(self) -> int:
        return self.cleaned_data["met"] or 0

    @property
    def mistakes_advised(self) -> int:
        return self.cleaned_data["advised"] or 0

    @property
    def problem(self) -> str:
        """Why the form cannot be taken: what was typed, or else a page that is not ours or too old."""
        told = [str(error) for name in ("line", "text") for error in self.errors.get(name, ())]
        return (
            " ".join(told)
            or "この画面からは実行できませんでした。画面を読み込み直して、もう一度実行してください。"
        )

    def clean_line(self) -> str:
        return _clean(self.cleaned_data["line"], "コマンド").strip("\n")

    def clean_text(self) -> str:
        return _clean(self.cleaned_data["text"], "編集した内容")


def _clean(text: str, what: str) -> str:
    text = with_unix_newlines(text)
    if len(text.encode()) > MAX_LINE_BYTES:
        raise ValidationError(
            f"{what}が長すぎます。一度に送れるのは{MAX_LINE_BYTES // 1024}KiBまでです。短くして実行してください。"
        )
    if _CONTROL.search(text):
        raise ValidationError(_UNREADABLE)
    return text
