"""The flow of signing in, as a table of what the web component may ask and what it is answered.

welcome → a proof of who it is (a mailed link or code, a provider) → a second factor, if one is asked for
→ name, if we have none → done.
The step-up flow is the same, and asks everybody for the second factor.
A run is never a dead end: whatever is wrong with it, there is a screen that says so and starts again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.sandbox import visits
from accounts.sandbox.exceptions import BadNonce, NoSuchTenant, Refusal
from accounts.sandbox.models import Run
from accounts.sandbox.router import DATABASE

from . import arriving, mailing, providers
from .answers import Answer, Input, again, mistake, new_run, nonce

__all__ = ["Answer", "go_on", "nonce", "start"]

WAITING = timedelta(minutes=30)
SUCCESS_REPEATS = timedelta(minutes=10)  # A tab in the background may poll only once a minute.

STEPS: dict[str, Callable[[Run, Input], Answer]] = {
    "send": mailing.send_link,
    "send-again": mailing.send_link_again,
    "send-code": mailing.send_code,
    "send-code-again": mailing.send_code_again,
    "give-code": mailing.take_code,
    "google": providers.to_google,
    "github": providers.to_github,
    "start-over": mailing.start_over,
    "polling": arriving.poll,
    "give-totp": arriving.take_totp,
    "give-name": arriving.take_name,
}


@transaction.atomic(using=DATABASE)
def start(interaction: str, given: Input, *, location: str, client: str, flow: str = "", tenant: str = "") -> Answer:
    """Begin a run. The same request from the same page is the same run: its answer was lost on the way."""
    if token := str(given.get("token") or ""):
        return mailing.open_link(new_run(location, client, flow=flow), {"token": token})
    request = hashlib.sha256(json.dumps([flow, interaction, given], sort_keys=True).encode()).hexdigest()
    if client and (known := mailing.begun_by(client, request)):
        return mailing.waiting(known)
    run = new_run(location, client, flow=flow, first_request=request)
    if interaction:
        return _step(interaction)(run, given)
    try:
        return providers.to_tenant(run, visits.tenant_with_sso(tenant))
    except NoSuchTenant:
        return Answer(run, "welcome")


@transaction.atomic(using=DATABASE)
def go_on(execution: str, interaction: str, given: Input, *, given_nonce: str, client: str) -> Answer:
    """Do what the person asked for in a run. Raises BadNonce where the page is not of this run."""
    run = Run.objects.select_related("person").filter(key=execution.rpartition("|#|")[2]).first()
    comes_back = bool(given.get("exchangeCode") or given.get("exchangeError"))
    if interaction == "submit" and not comes_back:  # From the link in the mail, where the nonce may be elsewhere.
        return mailing.open_link(run or new_run("", client), given, client)
    if run is None:
        return Answer(new_run("", client), "stale")
    is_ours = constant_time_compare(given_nonce, nonce(run))
    if comes_back and not is_ours:  # A code of somebody else's, perhaps, in an address that they sent round.
        return mistake(again(run), "welcome", "That began in another browser. Please start again here.")
    if not is_ours:
        raise BadNonce
    if _is_over(run):
        return Answer(again(run), "stale")
    if interaction == "submit":
        return providers.come_back(run, given)
    return _step(interaction)(run, given)


def _step(interaction: str) -> Callable[[Run, Input], Answer]:
    step = STEPS.get(interaction)
    if step is None:
        raise Refusal(f"There is no interaction {interaction[:40]!r}")
    return step


def _is_over(run: Run) -> bool:
    if run.completed_at:
        return run.completed_at < timezone.now() - SUCCESS_REPEATS
    return (run.mailed_at or run.started_at) < timezone.now() - WAITING
