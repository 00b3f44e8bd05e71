"""The settings to collect static files with, as the servers here serve them: to compress them all takes most of a minute."""

from config.settings import *  # noqa: F403 — all of them.

WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "html", "js", "json", "map", "svg", "ttf", "txt", "xml"]
