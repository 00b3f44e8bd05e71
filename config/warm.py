"""What every worker needs, loaded once before there are any: bin/serve forks them from a process that has it."""

import os
import sys
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured

PAGES = ("blog/home.html", "blog/post.html", "blog/tag.html", "accounts/sign_in.html", "404.html")


def warm_up() -> None:
    """Load the site, and connect to nothing: no connection outlives a fork."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    _load()


def load_more() -> None:
    """Load what no check needs, while they are made: what verifies tokens, gets words apart, and is on most pages."""
    from django.template.loader import get_template

    from blog.terms import unit_pattern

    import_module("jwt")
    unit_pattern()
    for name in PAGES:
        get_template(name)


def load_application() -> None:
    """Load the application, too, which notes what static files there are: so not before they have been collected."""
    from django.conf import settings

    if not settings.WORKER_IN_SERVER:  # That is a thread, and none outlives a fork.
        import_module("config.wsgi")


def _load() -> None:
    from django.conf import settings
    from django.db import connections
    from django.urls import get_resolver
    from django.utils.module_loading import import_string

    for middleware in settings.MIDDLEWARE:
        import_string(middleware)
    for alias in connections:
        connections[alias]  # Its modules; it connects when it is first asked.
    get_resolver().reverse_dict  # noqa: B018 — asking for it reads all addresses.
