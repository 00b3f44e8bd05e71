"""Light, dark, or as the device: what a reader chose, and the page's answer to it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import authenticates_itself
from accounts.http import own_path, page_before, wants_json

from . import colours

COOKIE = "theme"
KEPT_FOR = timedelta(days=365)
LIGHT, DARK, SYSTEM = "light", "dark", "system"


@dataclass(frozen=True)
class Look:
    """The three variants of every page."""

    theme: str

    @property
    def chosen(self) -> str:
        """What <html data-theme> says: nothing where the device decides."""
        return "" if self.theme == SYSTEM else self.theme

    @property
    def color_scheme(self) -> str:
        return self.chosen or f"{LIGHT} {DARK}"

    @property
    def papers(self) -> list[tuple[str, str]]:
        """The colour of the browser's own edges, and when it is that: theme.js changes the same attribute."""
        return [(colour, self._media(theme)) for theme, colour in colours.PAPERS.items()]

    def _media(self, theme: str) -> str:
        if self.theme == SYSTEM:
            return f"(prefers-color-scheme: {theme})"
        return "all" if self.theme == theme else "not all"


LOOKS = {theme: Look(theme) for theme in (SYSTEM, LIGHT, DARK)}


def look_of(request: HttpRequest) -> Look:
    """Return the look this reader chose. Nothing else of a page may depend on the cookie."""
    return LOOKS.get(request.COOKIES.get(COOKIE, ""), LOOKS[SYSTEM])


@csrf_exempt  # A token would need a cookie, which nobody gets who has chosen nothing yet. `_is_from_here` stands in.
@require_POST
@authenticates_itself
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the look that was chosen, and go back to the page."""
    if not _is_from_here(request):
        raise PermissionDenied("This can only be chosen on the pages of the site itself.")
    look = LOOKS.get(request.POST.get("theme", ""), LOOKS[SYSTEM])
    response = HttpResponse(status=204) if wants_json(request) else _back(request)
    if look.chosen:
        response.set_cookie(
            COOKIE, look.chosen, max_age=KEPT_FOR, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """Lead to where the buttons are, so that nobody has to look for their place again.

    Browsers tell which page that was. Only where a page forbids them to, its form does.
    """
    address = request.POST.get("next") or page_before(request)
    response = HttpResponseRedirect((address if own_path(address) else "/") + "#theme")
    response.status_code = 303
    return response


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent it. Browsers tell in one header or the other, and let no script write them."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") in (settings.SITE_URL, f"{request.scheme}://{request.get_host()}")


@require_safe
@authenticates_itself
def accent(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Return the site's own colours as a stylesheet. Its address changes with them. Raises Http404 for another."""
    sheet = stylesheet_of_site()
    if not sheet or fingerprint != colours.fingerprint(sheet):
        raise Http404
    response = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, max_age=int(KEPT_FOR.total_seconds()), immutable=True)
    return response


def stylesheet_of_site() -> str:
    return colours.stylesheet(settings.SITE_COLOUR) if settings.SITE_COLOUR else ""


def for_templates(request: HttpRequest) -> dict[str, Any]:
    sheet = stylesheet_of_site()
    return {"look": look_of(request), "colours_fingerprint": colours.fingerprint(sheet) if sheet else ""}
