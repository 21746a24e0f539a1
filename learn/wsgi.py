"""
The server's entry.  Broken lessons stop it here, before a learner's first page; what the first request of a kind
would wait for is read here too.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application

from learn import kubectl
from learn.cluster.cluster import Cluster
from learn.library import get_catalog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learn.settings")

NEW_OBJECTS = 20_000
"""A terminal's request makes some ten thousand objects: Python's own 700 would look through them again and again."""

application = get_wsgi_application()
get_catalog()
kubectl.run("kubectl create deployment web --image=web --replicas=0", Cluster())
gc.collect()
gc.freeze()
gc.set_threshold(NEW_OBJECTS, 10, 10)
