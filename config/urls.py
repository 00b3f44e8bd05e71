"""Every address of the site. None ends in a slash."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from . import errors, look

urlpatterns: list[URLPattern | URLResolver] = [
    path("theme", look.choose, name="theme"),
    path("colours/<str:fingerprint>.css", look.accent, name="colours"),
    path("", include("accounts.urls")),
]
if apps.is_installed("accounts.sandbox"):
    urlpatterns += [path("_descope/", include("accounts.sandbox.urls"))]
urlpatterns += [
    path("", include("blog.urls")),
    # Through a view of our own, so that a visitor is asked to sign in here as everywhere.
    path("<path:anything>", errors.not_found, name="not_found"),
]

handler403 = errors.forbidden
handler404 = errors.missing
handler500 = errors.broken
