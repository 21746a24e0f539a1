"""The page of a run that belongs to no exercise. Its address holds the manifest, so nothing is kept."""

import re
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from learn.labs.sandbox_run import conditions_of, run_page
from learn.labs.sandbox_sharing import NotShared, unpacked
from learn.labs.terminal.views import MAX_LINKED
from learn.ui.render import is_part, render_page


def _terminal_url(text: str) -> str:
    """The learner's terminal with the command that applies the text; "" where it is too long for that."""
    line = f"kubectl apply -f - <<'EOF'\n{text.rstrip()}\nEOF"
    if len(line) > MAX_LINKED or "EOF" in text.split("\n"):
        return ""
    return f"{reverse('labs:terminal')}?{urlencode({'run': line})}"


@require_safe
def sandbox_run(request: HttpRequest) -> HttpResponse:
    """The run of the manifest in the address, at one instant; for htmx, that instant alone."""
    try:
        text = unpacked(request.GET.get("of", ""))
    except NotShared:
        text = ""
    if not text.strip():
        return redirect(reverse("labs:sandbox"))
    second = request.GET.get("t", "")
    page = run_page(
        text,
        conditions_of(request.GET.get("run", "")),
        int(second) if re.fullmatch(r"[0-9]{1,6}", second) else None,
    )
    context = {
        "page": page,
        "playback": page.playback,
        "terminal_url": "" if page.why_not else _terminal_url(text),
        "nav": "sandbox",
    }
    if is_part(request):
        drawn = page.playback.timeline if page.playback else None
        is_slider = request.headers.get("HX-Trigger") == "timeline-slider"
        context["announcement"] = drawn.sentence if drawn and not is_slider else ""
        return render_page(request, "labs/_moment.html", context)
    return render_page(request, "sandbox/run.html", context)
