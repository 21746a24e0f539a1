from django.urls import path

from learn.progress import views

app_name = "progress"

urlpatterns = [path("healthz", views.health, name="health")]
