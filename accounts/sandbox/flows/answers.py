"""What the component is told next, and the runs it is told of."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.sandbox.models import Run

Input = Mapping[str, Any]
# How Descope calls the way somebody took, by the first entry of `amr`.
WAYS = {"email": "magiclink", "oauth": "oauth", "fed": "sso"}


@dataclass(frozen=True)
class Answer:
    """What the component is to do next, for which run. The names follow the wire: protocol, section 6."""

    run: Run
    screen: str = ""
    action: str = "screen"
    state: dict[str, Any] = field(default_factory=dict)
    success: dict[str, Any] | None = None
    redirect_to: str = ""
    is_popup: bool = False

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "executionId": execution(self.run),
            "stepId": self.screen or ("away" if self.redirect_to else "end"),
            "stepName": self.screen,
            "status": "completed" if self.success else "waiting",
            "action": "none" if self.success else self.action,
            "screen": {"id": self.screen, "state": self.state},
        }
        if self.redirect_to:
            answer |= {"action": "redirect", "redirect": {"url": self.redirect_to, "isPopup": self.is_popup}}
        if self.success:
            login_id = next(iter(self.success["user"]["loginIds"]), "")
            way = WAYS.get(next(iter(self.run.methods), ""), "")
            answer |= {"authInfo": self.success, "lastAuth": {"authMethod": way, "loginId": login_id}}
        return answer


def mistake(run: Run, screen: str, text: str, **typed: str) -> Answer:
    """Say what is wrong beside what was typed."""
    state = {"form": typed, "notice": {"text": ""}, "errorText": text, "errorType": "mistake"}
    return Answer(run, screen, state=state)


def nonce(run: Run) -> str:
    """Return what the pages of a run prove themselves by: its id alone stands in a mail."""
    return "1." + salted_hmac("accounts.sandbox.flows", run.key).hexdigest()[:32]


def execution(run: Run) -> str:
    """Return how the component names the run, there and in the addresses it comes back by."""
    return f"{run.flow}|#|{run.key}"


def new_run(location: str, client: str, *, flow: str = "", first_request: str = "") -> Run:
    return Run.objects.create(
        key=_new_key(),
        flow=flow if flow == settings.DESCOPE_STEP_UP_FLOW_ID else settings.DESCOPE_FLOW_ID,
        client=client,
        first_request=first_request,
        return_to=own_page(location),
    )


def again(run: Run) -> Run:
    """Return a new run in place of one that is used up. The other tabs of the old one go on undisturbed."""
    return Run.objects.create(
        key=_new_key(), flow=run.flow, client=run.client, return_to=run.return_to, email=run.email
    )


def own_page(location: str) -> str:
    """Return the page to come back to, if it is one of this site: nobody else's address goes into our mail."""
    url, site = urlsplit(location), urlsplit(settings.SITE_URL)
    if (url.scheme, url.netloc) == (site.scheme, site.netloc) and len(location) <= 2000:
        return location
    return settings.SITE_URL + "/sign-in"


def _new_key() -> str:
    return secrets.token_hex(16)  # Never with a `_`: the component splits ids there.
