from django.urls import path

from learn.labs.terminal import practice_views, views

urlpatterns = [
    path("terminal/", views.terminal, name="terminal"),
    path("terminal/run/", views.run, name="terminal-run"),
    path("terminal/complete/", views.completion, name="terminal-complete"),
    path("terminal/start-over/", views.start_over, name="terminal-start-over"),
    path("terminal/bring-back/", views.bring_back, name="terminal-bring-back"),
    path("terminal/journal/", views.journal, name="terminal-journal"),
    path("labs/<slug:exercise_id>/terminal/run/", views.run, name="practice-run"),
    path("labs/<slug:exercise_id>/terminal/complete/", views.completion, name="practice-complete"),
    path("labs/<slug:exercise_id>/terminal/start-over/", views.start_over, name="practice-start-over"),
    path("labs/<slug:exercise_id>/terminal/bring-back/", views.bring_back, name="practice-bring-back"),
    path("labs/<slug:exercise_id>/terminal/journal/", views.journal, name="practice-journal"),
    path("labs/<slug:exercise_id>/terminal/judge/", practice_views.judge, name="practice-judge"),
    path("labs/<slug:exercise_id>/terminal/answers/", practice_views.answers, name="practice-answers"),
    path("labs/<slug:exercise_id>/terminal/hint/", practice_views.hint, name="practice-hint"),
]
