from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from learn.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

TEN_LINES = engines["django"].from_string(
    """<!doctype html>
<html lang="ja">
<head><title>{{ title }}</title></head>
<body>
<h1>{{ title }}</h1>
<p>{{ count }}</p>
<ul>
{% for word in words %}<li>{{ word }}</li>{% endfor %}
</ul>
</body></html>"""
)


def plain(request: HttpRequest) -> HttpResponse:
    """A ten-line template after one query: the yardstick for a page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM progress_learner")
        (count,) = cursor.fetchone()
    context = {"title": "plain", "count": count, "words": ["Pod", "Service", "Deployment"]}
    return HttpResponse(TEN_LINES.render(context, request))


urlpatterns = [*urlpatterns, path("bench/plain/", plain)]
