"""The flow `sign-up-or-in`, as a table of what the web component may ask and what it is answered.

welcome → sent (the page waits) → the link is opened, in any tab or browser → name, if we have none → done.
A run is never a dead end: whatever is wrong with it, there is a screen that says so and starts again.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from . import links, mail, people, sessions
from .exceptions import BadLink, BadNonce, Disabled, Refusal, TooManyMails
from .models import Link, Person, Run
from .router import DATABASE

WAITING = timedelta(minutes=30)
SUCCESS_REPEATS = timedelta(minutes=10)  # A tab in the background may poll only once a minute.
SENT_AGAIN = timedelta(seconds=60)  # The component repeats a request whose answer it did not get, for 15 s.
MAX_NAME_LENGTH = 80
MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets.

Input = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the component is to do next, for which run. The names follow the wire: protocol, section 6."""

    run: Run
    screen: str = ""
    action: str = "screen"
    state: dict[str, Any] = field(default_factory=dict)
    success: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        answer = {
            "executionId": f"{settings.DESCOPE_FLOW_ID}|#|{self.run.key}",
            "stepId": self.screen or "end",
            "stepName": self.screen,
            "status": "completed" if self.success else "waiting",
            "action": "none" if self.success else self.action,
            "screen": {"id": self.screen, "state": self.state},
        }
        if self.success:
            login_id = next(iter(self.success["user"]["loginIds"]), "")
            answer["authInfo"] = self.success
            answer["lastAuth"] = {"authMethod": "magiclink", "loginId": login_id}
        return answer


def nonce(run: Run) -> str:
    """Return what the pages of a run prove themselves by: its id alone stands in a mail."""
    return "1." + salted_hmac("accounts.sandbox.flows", run.key).hexdigest()[:32]


@transaction.atomic(using=DATABASE)
def start(interaction: str, given: Input, *, location: str, client: str) -> Answer:
    """Begin a run. The same request from the same page is the same run: its answer was lost on the way."""
    if token := str(given.get("token") or ""):
        return _open_link(_new_run(location, client), {"token": token})
    request = hashlib.sha256(json.dumps([interaction, given], sort_keys=True).encode()).hexdigest()
    if client and (known := _begun_by(client, request)):
        return _sent(known)
    run = _new_run(location, client, first_request=request)
    return _send(run, given) if interaction else Answer(run, "welcome")


@transaction.atomic(using=DATABASE)
def go_on(execution: str, interaction: str, given: Input, *, given_nonce: str, client: str) -> Answer:
    """Do what the person asked for in a run. Raises BadNonce where the page is not of this run."""
    run = Run.objects.select_related("person").filter(key=execution.rpartition("|#|")[2]).first()
    if interaction == "submit":  # From the link in the mail: there the nonce may be in another browser.
        return _open_link(run or _new_run("", client), given, client)
    if run is None:
        return Answer(_new_run("", client), "stale")
    if not constant_time_compare(given_nonce, nonce(run)):
        raise BadNonce
    if _is_over(run):
        return Answer(_again(run), "stale")
    step = STEPS.get(interaction)
    if step is None:
        raise Refusal(f"There is no interaction {interaction[:40]!r}")
    return step(run, given)


def _begun_by(client: str, request: str) -> Run | None:
    """Return the run that this very request began a moment ago, if its mail is out and nobody has opened it."""
    since = timezone.now() - SENT_AGAIN
    begun = Run.objects.filter(client=client, first_request=request, started_at__gt=since)
    return begun.filter(mailed_at__isnull=False, person=None).last()


def _send(run: Run, given: Input) -> Answer:
    email = people.normal(str(given.get("email") or ""))
    if not _is_address(email):
        return _mistake(run, "welcome", "That does not look like an e-mail address. Please check it.", email=email)
    if run.person or run.email not in ("", email):
        run = _again(run)
    run.email = email
    return _mail(run)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MAX_EMAIL_LENGTH


def _send_again(run: Run, _: Input) -> Answer:
    if not run.email:
        return Answer(run, "welcome")
    return _mail(_again(run) if run.person else run)


def _mail(run: Run) -> Answer:
    token = links.new_link(run.email, email=run.email, may_sign_up=True, run=run)
    step = {"descope-login-flow": f"{settings.DESCOPE_FLOW_ID}|#|{run.key}_mail", "t": token}
    try:
        mail.send_link(run.email, links.address(run.return_to, **step))
    except TooManyMails:
        screen = "sent" if run.mailed_at else "welcome"
        text = "We have sent you several mails already. Look for them, or wait ten minutes."
        return _mistake(run, screen, text, email=run.email)
    is_again, run.mailed_at = run.mailed_at is not None, timezone.now()
    run.save()
    return _sent(run, "We sent it again." if is_again else "")


def _sent(run: Run, notice: str = "") -> Answer:
    return Answer(run, "sent", state={"form": {"email": run.email}, "notice": {"text": notice}})


def _poll(run: Run, _: Input) -> Answer:
    if run.completed_at:
        return _success(run)
    return Answer(run, action="poll")


def _open_link(run: Run, given: Input, client: str = "") -> Answer:
    """Let in who opens a good link. Otherwise say what is wrong with it."""
    token = str(given.get("token") or "")
    try:
        link = _used_by(client, token) or links.use(token, by=client)
    except BadLink as bad:
        # Only who holds a link that was once good may have another sent to its address.
        known = Link.objects.select_related("run").filter(digest=links.digest(token)).first()
        fresh = _again(known.run) if known and known.run else _new_run(run.return_to, client)
        return Answer(fresh, f"link-{bad.reason}")
    run = link.run or run
    try:
        person = links.person_behind(link)
    except Refusal:
        return Answer(_again(run), "link-wrong")
    if not person.is_enabled:
        return Answer(_again(run), "closed")
    run.person, run.email = person, run.email or person.email
    run.save()
    return _complete(run, person) if person.name else Answer(run, "name")


def _used_by(client: str, token: str) -> Link | None:
    """Return the link if this very page used it a moment ago: its answer was lost on the way."""
    if not client or not token:
        return None
    since = timezone.now() - SENT_AGAIN
    return Link.objects.filter(digest=links.digest(token), used_by=client[:100], used_at__gt=since).first()


def _take_name(run: Run, given: Input) -> Answer:
    if run.person is None:
        return Answer(run, "welcome")
    name = " ".join("".join(c for c in str(given.get("fullName") or "") if c.isprintable()).split())
    if not name or len(name) > MAX_NAME_LENGTH:
        text = f"Please write a name of up to {MAX_NAME_LENGTH} characters."
        return _mistake(run, "name", text, fullName=name)
    if run.person.name != name and not run.completed_at:
        people.change(run.person, {"name": name})
    return _complete(run, run.person)


def _complete(run: Run, person: Person) -> Answer:
    if run.completed_at is None:
        run.is_first_seen, run.completed_at = sessions.mark_seen(person), timezone.now()
        run.save()
    return _success(run)


def _success(run: Run) -> Answer:
    """Each tab of a run gets a session of its own, so that none refreshes another's token away."""
    if run.person is None:
        return Answer(run, "welcome")
    try:
        success = sessions.sign_in(run.person, first_seen=run.is_first_seen is True)
    except Disabled:
        return Answer(_again(run), "closed")
    return Answer(run, success=success)


def _start_over(run: Run, _: Input) -> Answer:
    """Ask for the address again, in a new run: the other tabs of the old one go on undisturbed."""
    fresh = _again(run)
    fresh.email = ""
    fresh.save()
    return Answer(fresh, "welcome", state={"form": {"email": ""}})


def _is_over(run: Run) -> bool:
    if run.completed_at:
        return run.completed_at < timezone.now() - SUCCESS_REPEATS
    return (run.mailed_at or run.started_at) < timezone.now() - WAITING


def _mistake(run: Run, screen: str, text: str, **typed: str) -> Answer:
    """Say what is wrong beside what was typed."""
    state = {"form": typed, "notice": {"text": ""}, "errorText": text, "errorType": "mistake"}
    return Answer(run, screen, state=state)


def _again(run: Run) -> Run:
    return Run.objects.create(key=_new_key(), client=run.client, return_to=run.return_to, email=run.email)


def _new_run(location: str, client: str, first_request: str = "") -> Run:
    return Run.objects.create(key=_new_key(), client=client, first_request=first_request, return_to=_own_page(location))


def _new_key() -> str:
    return secrets.token_hex(16)  # Never with a `_`: the component splits ids there.


def _own_page(location: str) -> str:
    """Return the page to come back to, if it is one of this site: nobody else's address goes into our mail."""
    url, site = urlsplit(location), urlsplit(settings.SITE_URL)
    if (url.scheme, url.netloc) == (site.scheme, site.netloc) and len(location) <= 2000:
        return location
    return settings.SITE_URL + "/sign-in"


STEPS: dict[str, Callable[[Run, Input], Answer]] = {
    "send": _send,
    "send-again": _send_again,
    "start-over": _start_over,
    "polling": _poll,
    "give-name": _take_name,
}
