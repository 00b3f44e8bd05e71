from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import authenticates_itself
from accounts.sandbox import keys, state


@authenticates_itself
@require_safe
def key_set(request: HttpRequest, project_id: str) -> HttpResponse:
    state.count("key_fetches")
    if trouble := state.trouble():
        return trouble
    return state.as_sent(JsonResponse({"keys": keys.public_keys()}, headers={"Cache-Control": "no-cache"}))
