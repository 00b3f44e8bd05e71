from django.http import HttpResponse, JsonResponse

from accounts.sandbox import flows
from accounts.sandbox.wire import Call, answers


@answers("POST")
def start(call: Call) -> HttpResponse:
    options = call.object("options")
    location = options.get("redirectUrl") or options.get("location") or ""
    return _answer(
        flows.start(
            call.text("interactionId"),
            call.object("input"),
            flow=call.text("flowId"),
            location=str(location),
            tenant=str(options.get("tenant") or ""),
            client=call.header("x-descope-sdk-session-id")[:100],
        )
    )


@answers("POST")
def go_on(call: Call) -> HttpResponse:
    return _answer(
        flows.go_on(
            call.text("executionId"),
            call.text("interactionId"),
            call.object("input"),
            given_nonce=call.header("x-descope-flow-nonce"),
            client=call.header("x-descope-sdk-session-id")[:100],
        )
    )


def _answer(answer: flows.Answer) -> HttpResponse:
    return JsonResponse(answer.as_json(), headers={"X-Descope-Flow-Nonce": flows.nonce(answer.run)})
