"""The server's entry.  Broken lessons stop it here, before a learner's first page."""

import os

from django.core.wsgi import get_wsgi_application

from learn.library import get_catalog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learn.settings")

application = get_wsgi_application()
get_catalog()
