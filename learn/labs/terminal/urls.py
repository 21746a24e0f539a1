from django.urls import path

from learn.labs.terminal import views

urlpatterns = [
    path("terminal/", views.terminal, name="terminal"),
    path("terminal/run/", views.run, name="terminal-run"),
    path("terminal/complete/", views.completion, name="terminal-complete"),
    path("terminal/start-over/", views.start_over, name="terminal-start-over"),
    path("terminal/bring-back/", views.bring_back, name="terminal-bring-back"),
]
