"""manage.py, for a server on a machine that may be slow: a sign-in that takes long is no outage there."""

import os
import sys
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests import slow_machines

    slow_machines.allow_for_them()
    settings.DESCOPE_TIMEOUT = timedelta(minutes=1)
    execute_from_command_line(sys.argv)
