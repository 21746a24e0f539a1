from django.urls import path

from learn.courses.views import glossary, pages, quizzes

app_name = "courses"

urlpatterns = [
    path("", pages.home, name="home"),
    path("courses/<slug:course_id>/", pages.course, name="course"),
    path("courses/<slug:course_id>/<slug:lesson_id>/", pages.lesson, name="lesson"),
    path("courses/<slug:course_id>/<slug:lesson_id>/read/", pages.read, name="read"),
    path("quizzes/<slug:quiz_id>/answer/", quizzes.answer, name="answer"),
    path("quizzes/<slug:quiz_id>/reveal/", quizzes.reveal, name="reveal"),
    path("glossary/", glossary.index, name="glossary"),
    path("glossary/<slug:term_id>/", glossary.term, name="term"),
]
