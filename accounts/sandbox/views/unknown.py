"""The calls of Descope's API that the sandbox does not know: it says so, for the site would ask them to sign in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.access import authenticates_itself
from accounts.sandbox.exceptions import UnknownCall
from accounts.sandbox.wire import refused


@csrf_exempt  # As all of the wire.
@authenticates_itself
def call(request: HttpRequest, rest: str) -> HttpResponse:
    return refused(UnknownCall(f"The sandbox does not know {request.method} {request.path}"))
