"""Pages that can answer “nothing has changed” before they are made.

A view reads what its page shows as plain values, a few queries, and tells them as `made_of`. Together with what the
browser sends along, and the code and templates that would make the page, they name it: its entity tag. Who has that
page already gets 304 and no template is touched.

Visitors alone, who all get the same page but for their cookies. What members get, accounts/middleware.py lets nobody
store. Were it stored, Chromium would show it to who goes back after signing out: a page that may be kept, it puts aside
whole as it is left, when `Clear-Site-Data` has already done its work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template import engines
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac

from accounts.http import PersonRequest
from blog.models import Notification, Post
from blog.permissions import may_use_desk

MESSAGES_COOKIE = "messages"  # django.contrib.messages.storage.cookie
PLAIN = (str, int, float, list, tuple, dict, timedelta, Path)


def page(request: PersonRequest, template: str, context: dict[str, Any], *, made_of: Iterable[object]) -> HttpResponse:
    """Return the page, or 304 where the browser of a visitor has it.

    `made_of` is everything on it that can change: text, numbers, dates, and lists and dataclasses of those. Of a post
    in a list it is `facts_of`. The context may hold more than that only if it follows from it.
    """
    is_somebodys = not request.user.is_anybody and may_use_desk(request.user)
    unread = Notification.objects.unread_count(request.user) if is_somebodys else 0
    context = {"unread_notifications": unread, **context}
    if not request.user.is_visitor:
        return render(request, template, context)
    tag = _tag(request, [template, list(made_of)]) if MESSAGES_COOKIE not in request.COOKIES else None
    response = get_conditional_response(request, etag=tag) if tag else None
    if response is None or not isinstance(response, HttpResponseNotModified):
        response = render(request, template, context)
    if tag:
        response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def facts_of(post: Post) -> list[object]:
    """Return what a list shows of a post: of its sealed words, their digest; of its author, what can change later."""
    revision = post.current_revision
    if revision is None:
        return [post.pk, post.slug]
    author = revision.author
    of_author = [author.pk, author.name, author.left_at, author.picture] if author else []
    return [post.pk, post.slug, post.published_at, post.text_changed_at, revision.pk, revision.digest, of_author]


def _tag(request: PersonRequest, made_of: list[object]) -> str:
    # The key of a session that is over says nothing.
    sent = {name: value for name, value in request.COOKIES.items() if name != settings.SESSION_COOKIE_NAME}
    told = json.dumps([version(), sent, made_of], default=_plain, sort_keys=True)
    return f'W/"{salted_hmac(__name__, told, algorithm="sha256").hexdigest()[:32]}"'


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not plain: it may hold more than the page shows, or less.")


def version() -> str:
    """Name the code, the templates and the settings that make pages. In development templates change meanwhile."""
    return _version_of(max(file.stat().st_mtime_ns for file in _templates()) if settings.DEBUG else 0)


@lru_cache(maxsize=1)
def _version_of(changed_at_ns: int) -> str:
    digest = sha256()
    code = (file for name in ("accounts", "blog", "config") for file in (settings.BASE_DIR / name).rglob("*.py"))
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"  # Which file a stylesheet's name leads to.
    for file in [*_templates(), *sorted(code), *([manifest] if manifest.exists() else [])]:
        digest.update(file.read_bytes())
    told = {name: getattr(settings, name) for name in sorted(dir(settings)) if name.isupper()}
    digest.update(repr([(name, value) for name, value in told.items() if isinstance(value, PLAIN)]).encode())
    return digest.hexdigest()


def _templates() -> list[Path]:
    folders = [Path(folder) for engine in engines.all() for folder in engine.template_dirs]
    return sorted(file for folder in folders for file in folder.rglob("*.html"))
