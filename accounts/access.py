"""How a view opts out of asking for sign-in. Every other view asks: accounts/middleware.py."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings

View = TypeVar("View", bound=Callable[..., Any])


def open_to_visitors(view: View) -> View:
    """Let visitors in. `request.user` still tells who is asking."""
    view.admits_visitors = lambda: True  # type: ignore[attr-defined]  # a mark, as Django's own login_required is
    return view


def open_where_public(view: View) -> View:
    """Let visitors in where the site shows its posts to all."""
    view.admits_visitors = lambda: settings.VISIBILITY == "public"  # type: ignore[attr-defined]  # as above
    return view


def open_to_api_tokens(view: View) -> View:
    """Let personal API tokens in. They open nothing else, so that nobody can change an account with one."""
    view.admits_api_tokens = True  # type: ignore[attr-defined]  # as above
    return view


def authenticates_itself(view: View) -> View:
    """Leave the view alone: it knows its callers by other means, or does not care. `request.user` is a Visitor."""
    view.authenticates_itself = True  # type: ignore[attr-defined]  # as above
    return view
