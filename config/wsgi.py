"""The WSGI application that a server loads, in development and in production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

if settings.WORKER_IN_SERVER:
    # Only now is Django ready for it. The thread ends with the server.
    from blog import worker

    worker.start_in_thread()
