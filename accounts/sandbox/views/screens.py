"""The static files of the flow: configuration, theme, screens and the elements they use.

Whatever is asked for is answered: after a 404 the component would go and ask the real service.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.access import authenticates_itself
from accounts.sandbox.models import Tenant

FOLDER = Path(__file__).resolve().parent.parent / "screens"


@authenticates_itself
@require_safe
@conditional_page
@cache_control(no_cache=True)
def page_file(request: HttpRequest, project_id: str, name: str) -> HttpResponse:
    if name == "config.json":
        return JsonResponse(_configuration())
    if name.endswith("theme.json"):  # A tenant's is the project's.
        css = (FOLDER / "theme.css").read_text()
        return JsonResponse({"light": {"globals": css, "components": {}}, "dark": {"globals": "", "components": {}}})
    if name.endswith(".json"):
        return JsonResponse({})
    return HttpResponse(_screen(name.removesuffix(".html")))


@authenticates_itself
@require_safe
@conditional_page
@cache_control(no_cache=True)
def elements(request: HttpRequest) -> HttpResponse:
    return HttpResponse((FOLDER / "elements.js").read_bytes(), content_type="text/javascript; charset=utf-8")


def _configuration() -> dict[str, object]:
    flow: dict[str, object] = {"version": 1}
    if not Tenant.objects.filter(uses_sso=True, is_disabled=False).exists():  # With one, it depends who asks.
        flow |= {"startScreenId": "welcome", "startScreenName": "welcome"}
    return {
        "componentsVersion": "1.0.0",
        "styles": {"theme": {"light": {"fonts": {}}, "dark": {"fonts": {}}}},
        "flows": {settings.DESCOPE_FLOW_ID: flow, settings.DESCOPE_STEP_UP_FLOW_ID: flow},
    }


def _screen(name: str) -> str:
    try:
        return render_to_string(f"sandbox/screens/{name}.html", {"site_name": settings.SITE_NAME})
    except TemplateDoesNotExist:
        return ""
