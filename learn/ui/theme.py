"""昼・夜・自動: the learner's choice of theme lives in a cookie, so that the server writes `data-theme`."""

from django.http import HttpRequest

COOKIE = "hatoba_theme"
MAX_AGE_S = 400 * 24 * 3600
THEMES = {"light": "昼", "dark": "夜", "auto": "自動"}


def theme_of(request: HttpRequest | None) -> str:
    """Return light, dark or auto; auto for anything unknown."""
    chosen = request.COOKIES.get(COOKIE, "auto") if request else "auto"
    return chosen if chosen in THEMES else "auto"
