"""The WSGI application that a server loads, in development and in production."""

import os
import sys
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# Only now is Django ready for what follows.
from . import outages  # noqa: E402
from .sent_forms import Handler  # noqa: E402
from .turnstile import Turnstile  # noqa: E402

outages.keep_open()
# For so long a request that asks for little waits each time while another thread has the interpreter: 5 ms otherwise.
sys.setswitchinterval(0.001)

application: Any = Turnstile(Handler())

if settings.PAGE_CACHE_MB:
    from .page_cache import PageCache

    application = PageCache(application)

if settings.WORKER_IN_SERVER:
    # The thread ends with the server.
    from blog import worker

    worker.start_in_thread()
