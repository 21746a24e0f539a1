"""What the sandbox and the editor send besides the manifest."""

from django import forms

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.labs.forms import ManifestForm


class SandboxForm(ManifestForm):
    """`version` is the Kubernetes version to check against, the newest if left out."""

    version = forms.ChoiceField(
        choices=[(version, version) for version in reversed(SUPPORTED)],
        required=False,
        error_messages={"invalid_choice": "そのKubernetesのバージョンは選べません。"},
    )

    def clean_version(self) -> str:
        return self.cleaned_data["version"] or NEWEST


class PlaceForm(SandboxForm):
    """A place in the text: line and column count from 1, columns in characters."""

    line = forms.IntegerField(min_value=1)
    column = forms.IntegerField(min_value=1)
