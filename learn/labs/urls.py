from django.urls import path

from learn.labs import views

app_name = "labs"

urlpatterns = [
    path("labs/<slug:exercise_id>/", views.lab, name="lab"),
    path("labs/<slug:exercise_id>/check/", views.check, name="check"),
    path("labs/<slug:exercise_id>/draft/", views.draft, name="draft"),
    path("labs/<slug:exercise_id>/hint/", views.hint, name="hint"),
    path("labs/<slug:exercise_id>/reset/", views.reset, name="reset"),
    path("labs/<slug:exercise_id>/undo/", views.undo, name="undo"),
]
