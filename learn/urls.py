from django.urls import include, path

urlpatterns = [
    path("", include("learn.courses.urls")),
    path("", include("learn.labs.urls")),
    path("", include("learn.progress.urls")),
    path("", include("learn.ui.urls")),
]

handler400 = "learn.ui.views.bad_request"
handler403 = "learn.ui.views.permission_denied"
handler404 = "learn.ui.views.page_not_found"
handler500 = "learn.ui.views.server_error"
