"""The WSGI application that a server loads, in development and in production."""

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application: Any = get_wsgi_application()

# Only now is Django ready for what follows.
if settings.PAGE_CACHE_MB:
    from .page_cache import PageCache

    application = PageCache(application)

if settings.WORKER_IN_SERVER:
    # The thread ends with the server.
    from blog import worker

    worker.start_in_thread()
