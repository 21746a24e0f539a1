"""The sandbox: check any manifest; and what every editor asks while somebody types. Nothing is kept."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.labs.sandbox_examples import EXAMPLES
from learn.labs.sandbox_forms import PlaceForm, SandboxForm
from learn.labs.sandbox_report import editor_reply, findings_of, fixed, report_of
from learn.labs.sandbox_run import Conditions, address
from learn.labs.sandbox_sharing import MAX_SHARED_CHARACTERS, NotShared, packed, unpacked
from learn.library import get_catalog
from learn.sandbox.assist import complete, describe, format_manifest
from learn.ui.render import is_part, render_page


@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest) -> HttpResponse:
    """The page: a manifest, the version to check it against, and everything the check says."""
    return _answer(request) if request.method == "POST" else _open(request)


def _open(request: HttpRequest) -> HttpResponse:
    """The page as a link opens it: empty, with an example, or with the text that the link holds."""
    version = request.GET.get("version", NEWEST)
    version = version if version in SUPPORTED else NEWEST
    text, notice = "", None
    if shared := request.GET.get("t"):
        try:
            text = unpacked(shared)
        except NotShared:
            notice = "fail", "共有リンクが途中で切れているため、マニフェストを読み取れませんでした。"
    elif example := EXAMPLES.get(request.GET.get("example", "")):
        text = example.text
    return _page(request, text, version, notice=notice)


def _answer(request: HttpRequest) -> HttpResponse:
    form = SandboxForm(request.POST)
    if not form.is_valid():
        return _page(request, request.POST.get("text", ""), NEWEST, error=_error_of(form))
    text, version = form.cleaned_data["text"], form.cleaned_data["version"]
    if "run" in request.POST:
        return _run(request, text, version)
    if "share" in request.POST:
        return _share(request, text, version)
    if "format" in request.POST:
        laid_out = format_manifest(text)
        if laid_out is None:
            return _page(request, text, version, notice=("warn", CANNOT_FORMAT))
        return _page(request, laid_out, version, notice=("done", "字下げをそろえました。"))
    if key := request.POST.get("fix"):
        if result := fixed(text, version, key):
            return _page(request, result[0], version, notice=("done", f"{result[1]}行目を直しました。"))
        return _page(request, text, version, notice=("info", "そこは、もう直っています。"))
    return _page(request, text, version)


CANNOT_FORMAT = "YAMLとして読めないため、字下げをそろえられませんでした。先に「直すところ」を直します。"


def _run(request: HttpRequest, text: str, version: str) -> HttpResponse:
    """Go to the run of the text; its address holds the text."""
    shared = packed(text)
    if not text.strip():
        return _page(
            request, text, version, error="動かすマニフェストがありません。書くか貼り付けてください。"
        )
    if len(shared) > MAX_SHARED_CHARACTERS:
        return _page(request, text, version, error=TOO_LONG_TO_RUN)
    url = address(shared, Conditions(version=version))
    return HttpResponseClientRedirect(url) if is_part(request) else redirect(url)


TOO_LONG_TO_RUN = "マニフェストが長いため、シミュレーターでは動かせません。いくつかに分けて動かします。"


def _share(request: HttpRequest, text: str, version: str) -> HttpResponse:
    """Go to the address that holds the text: that is the link to share."""
    shared = packed(text)
    if len(shared) > MAX_SHARED_CHARACTERS:
        return _page(request, text, version, notice=("warn", "マニフェストが長いため、リンクに入りません。"))
    query = {"t": shared} if version == NEWEST else {"t": shared, "version": version}
    return redirect(f"{reverse('labs:sandbox')}?{urlencode(query)}#share")


def _page(
    request: HttpRequest,
    text: str,
    version: str,
    *,
    notice: tuple[str, str] | None = None,
    error: str = "",
) -> HttpResponse:
    findings = findings_of(get_catalog(), report_of(text, version)) if text.strip() and not error else None
    words = error or (notice[1] if notice else findings.announcement if findings else "")
    context = {
        "text": text,
        "version": version,
        "versions": list(reversed(SUPPORTED)),
        "examples": EXAMPLES.values(),
        "findings": findings,
        "notice": notice,
        "text_error": error,
        "shared_url": request.build_absolute_uri() if "t" in request.GET else "",
        "opened_at_ms": int(time.time() * 1000) if text else 0,
        "announcement": words if "live" not in request.POST else "",
        "nav": "sandbox",
    }
    template = "sandbox/_checked.html" if is_part(request) else "sandbox/sandbox.html"
    return render_page(request, template, context, status=422 if error else 200)


@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """What is wrong with the text, and the objects in it."""
    form = SandboxForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    return JsonResponse(editor_reply(form.cleaned_data["text"], form.cleaned_data["version"]))


@require_POST
def completion(request: HttpRequest) -> JsonResponse:
    """What can be written at a place."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    found = complete(**_place(form))
    names = ("label", "insert", "detail", "summary")
    suggestions = [{name: getattr(each, name) for name in names} for each in found.suggestions]
    return JsonResponse({"column": found.column, "suggestions": suggestions})


@require_POST
def documentation(request: HttpRequest) -> JsonResponse:
    """What the field at a place means; null where there is none."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    found = describe(**_place(form))
    names = ("line", "column", "length", "name", "path", "type", "required", "summary", "english", "values")
    return JsonResponse({"field": found and {name: getattr(found, name) for name in names}})


@require_POST
def layout(request: HttpRequest) -> JsonResponse:
    """The text with even indentation; null where YAML cannot read it."""
    form = SandboxForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    return JsonResponse({"text": format_manifest(form.cleaned_data["text"])})


def _place(form: PlaceForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("text", "line", "column", "version")}


def _refused(form: SandboxForm) -> JsonResponse:
    return JsonResponse({"error": _error_of(form)}, status=422)


def _error_of(form: SandboxForm) -> str:
    return " ".join(str(message) for messages in form.errors.values() for message in messages)
