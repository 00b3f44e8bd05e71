"""The addresses of people's pictures, and the buttons on the account page that are about one's own."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from . import limits, portraits
from .access import open_where_public
from .exceptions import ProviderUnavailable
from .fetching import Unreachable
from .http import MemberRequest
from .pictures import NotAPicture


@require_safe
@open_where_public
def picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Show a picture of somebody, to whom the site is open. What is at this address never changes."""
    file = portraits.opened(digest)
    if file is None:
        raise Http404
    response = FileResponse(file, content_type="image/webp")
    kept_by = "public" if settings.VISIBILITY == "public" else "private"
    response.headers["Cache-Control"] = f"{kept_by}, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_POST
def fetch_picture(request: MemberRequest) -> HttpResponse:
    """Fetch one's picture anew from where Descope says it is."""
    if request.session is None:
        raise PermissionDenied("A picture is fetched from the account page, in a browser.")
    limits.check("PICTURE_LIMIT", str(request.user.pk))
    try:
        has_one = portraits.fetch_again(request.session)
    except ProviderUnavailable:
        messages.error(request, "The sign-in service does not answer. Try again in a minute.")
    except Unreachable:
        messages.error(request, "Your picture could not be fetched from where the sign-in service says it is.")
    except NotAPicture as lack:
        messages.error(request, f"Your picture was not taken over. {lack}")
    else:
        messages.success(request, "Your picture is up to date." if has_one else NO_PICTURE)
    return redirect("accounts:account")


@require_POST
def remove_picture(request: MemberRequest) -> HttpResponse:
    portraits.remove(request.user)
    messages.success(request, "Your picture is removed.")
    return redirect("accounts:account")


NO_PICTURE = "The sign-in service has no picture of you."
