from django.urls import path

from learn.ui import views

app_name = "ui"

urlpatterns = [
    path("styleguide/", views.styleguide, name="styleguide"),
    path("theme/", views.choose_theme, name="theme"),
]
