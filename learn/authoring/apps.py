from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    name = "learn.authoring"

    def ready(self) -> None:
        from learn.authoring import checks  # noqa: F401  (registers the check)
