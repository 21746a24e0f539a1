from django.urls import include, path

from learn.labs import (
    debrief_views,
    fork_views,
    hint_views,
    predict_views,
    sandbox_run_views,
    sandbox_views,
    views,
)

app_name = "labs"

urlpatterns = [
    path("", include("learn.labs.terminal.urls")),
    path("sandbox/", sandbox_views.sandbox, name="sandbox"),
    path("sandbox/check/", sandbox_views.check, name="sandbox-check"),
    path("sandbox/complete/", sandbox_views.completion, name="sandbox-complete"),
    path("sandbox/describe/", sandbox_views.documentation, name="sandbox-describe"),
    path("sandbox/format/", sandbox_views.layout, name="sandbox-format"),
    path("sandbox/run/", sandbox_run_views.sandbox_run, name="sandbox-run"),
    path("labs/<slug:exercise_id>/", views.lab, name="lab"),
    path("labs/<slug:exercise_id>/adopt/", fork_views.adopt, name="adopt"),
    path("labs/<slug:exercise_id>/again/", predict_views.again, name="again"),
    path("labs/<slug:exercise_id>/answer/", predict_views.answer, name="answer"),
    path("labs/<slug:exercise_id>/check/", views.check, name="check"),
    path("labs/<slug:exercise_id>/draft/", views.draft, name="draft"),
    path("labs/<slug:exercise_id>/fork/", fork_views.fork, name="fork"),
    path("labs/<slug:exercise_id>/hint/", hint_views.hint, name="hint"),
    path("labs/<slug:exercise_id>/manifest/", debrief_views.manifest, name="manifest"),
    path("labs/<slug:exercise_id>/repair/", hint_views.repair, name="repair"),
    path("labs/<slug:exercise_id>/reset/", views.reset, name="reset"),
    path("labs/<slug:exercise_id>/undo/", views.undo, name="undo"),
]
