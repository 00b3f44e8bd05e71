"""What the site says of itself: what it is, who writes, and what it keeps of whom."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import open_where_public
from accounts.http import PersonRequest
from accounts.management.commands import clear_sessions
from blog import metadata
from blog.long_lists import COUNTED, counted, told
from blog.models import Author, Post
from blog.own_pages import page_of


@require_safe
@open_where_public
def about(request: PersonRequest) -> HttpResponse:
    """Show what whoever runs the site wrote about it, or else what is so."""
    context: dict[str, Any] = {"metadata": _metadata(request, f"About {settings.SITE_NAME}", "about")}
    context["own_page"] = own_page = page_of(settings.ABOUT_FILE) if settings.ABOUT_FILE else None
    if not own_page:
        posts = Post.objects.live().visible_to(request.user)
        context["post_count"] = count = counted(posts)
        context["told"] = told(count, goes_on=count > COUNTED)
        context["authors"] = Author.objects.counted(posts)
    return render(request, "blog/about.html", context)


@require_safe
@open_where_public
def privacy(request: PersonRequest) -> HttpResponse:
    """Show what whoever runs the site wrote about privacy, or else what Galley keeps."""
    context: dict[str, Any] = {"metadata": _metadata(request, f"Privacy on {settings.SITE_NAME}", "privacy")}
    context["own_page"] = own_page = page_of(settings.PRIVACY_FILE) if settings.PRIVACY_FILE else None
    if not own_page:
        context["sends_mail"] = settings.SENDS_MAIL
        context["session_days"] = settings.SESSION_LIFETIME.days
        context["idle_days"] = settings.SESSION_IDLE_LIFETIME.days
        context["days_after_session"] = clear_sessions.KEEP_ENDED.days
        context["signs_in_elsewhere"] = bool(settings.SIGN_IN_CSP)
        context["pictures_from_elsewhere"] = bool(settings.IMAGE_SOURCES)
    return render(request, "blog/privacy.html", context)


def _metadata(request: PersonRequest, title: str, name: str) -> metadata.Metadata:
    return metadata.of_page(request, title=title, crumbs=[(title, reverse(name))])
