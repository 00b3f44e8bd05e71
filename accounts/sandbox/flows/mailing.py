"""Proving oneself by a mail: the link, and the code."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.sandbox import codes, links, mail, people, proofs, visits
from accounts.sandbox.exceptions import BadLink, Refusal, TooManyMails, TooManyTries, WrongCode
from accounts.sandbox.models import Link, Run
from accounts.sandbox.router import DATABASE

from . import arriving, providers
from .answers import Answer, Input, again, execution, mistake, new_run

SENT_AGAIN = timedelta(seconds=60)  # The component repeats a request whose answer it did not get, for 15 s.
MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets.
PLENTY = "We have sent you several mails already. Look for them, or wait ten minutes."


def begun_by(client: str, request: str) -> Run | None:
    """Return the run that this very request began a moment ago, if its mail is out and nobody has answered it."""
    since = timezone.now() - SENT_AGAIN
    begun = Run.objects.filter(client=client, first_request=request, started_at__gt=since)
    return begun.filter(mailed_at__isnull=False, person=None).last()


def send_link(run: Run, given: Input) -> Answer:
    return _send(run, given, _mail_link)


def send_code(run: Run, given: Input) -> Answer:
    return _send(run, given, _mail_code)


def send_link_again(run: Run, _: Input) -> Answer:
    return _send_again(run, _mail_link)


def send_code_again(run: Run, _: Input) -> Answer:
    return _send_again(run, _mail_code)


def waiting(run: Run, notice: str = "") -> Answer:
    """Show the screen that waits for what was mailed."""
    screen = "code" if run.codes.exists() else "sent"
    return Answer(run, screen, state={"form": {"email": run.email}, "notice": {"text": notice}})


def open_link(run: Run, given: Input, client: str = "") -> Answer:
    """Let in who opens a good link. Otherwise say what is wrong with it."""
    token = str(given.get("token") or "")
    try:
        link = _used_by(client, token) or links.use(token, by=client)
    except BadLink as bad:
        # Only who holds a link that was once good may have another sent to its address.
        known = Link.objects.select_related("run").filter(digest=proofs.digest(token)).first()
        fresh = again(known.run) if known and known.run else new_run(run.return_to, client)
        return Answer(fresh, f"link-{bad.reason}")
    run = link.run or run
    try:
        person = proofs.person_behind(link)
    except Refusal:
        return Answer(again(run), "link-wrong")
    return arriving.let_in(run, person, "email")


def take_code(run: Run, given: Input) -> Answer:
    """Let in who types the code. Asked again by who is in already, it only goes on: the answer was lost."""
    if run.person:
        return arriving.go_on(run)
    try:
        code = codes.use(run.email, str(given.get("code") or ""), run=run)
    except TooManyTries:
        return mistake(run, "code", "This code was tried too often. Have another one sent.", email=run.email)
    except WrongCode:
        text = "That is not the code, or its time is up. The newest mail has the one that counts."
        return mistake(run, "code", text, email=run.email)
    return arriving.let_in(run, proofs.person_behind(code), "email")


def start_over(run: Run, _: Input) -> Answer:
    """Ask for the address again, in a new run: the other tabs of the old one go on undisturbed."""
    fresh = again(run)
    fresh.email = ""
    fresh.save()
    return Answer(fresh, "welcome", state={"form": {"email": ""}})


def _send(run: Run, given: Input, send: Callable[[Run], None]) -> Answer:
    email = people.normal(str(given.get("email") or ""))
    if not _is_address(email):
        return mistake(run, "welcome", "That does not look like an e-mail address. Please check it.", email=email)
    if run.person or run.email not in ("", email):
        run = again(run)
    run.email = email
    if tenant := visits.tenant_of(email):
        return providers.to_tenant(run, tenant, email)
    return _sent(run, send)


def _send_again(run: Run, send: Callable[[Run], None]) -> Answer:
    if not run.email:
        return Answer(run, "welcome")
    return _sent(again(run) if run.person else run, send)


def _sent(run: Run, send: Callable[[Run], None]) -> Answer:
    try:
        with transaction.atomic(using=DATABASE):  # A link or code that is not mailed is not made, either.
            send(run)
    except TooManyMails:
        screen = waiting(run).screen if run.mailed_at else "welcome"
        return mistake(run, screen, PLENTY, email=run.email)
    is_again, run.mailed_at = run.mailed_at is not None, timezone.now()
    run.save()
    return waiting(run, "We sent it again." if is_again else "")


def _mail_link(run: Run) -> None:
    token = links.new_link(run.email, email=run.email, may_sign_up=True, run=run)
    step = {"descope-login-flow": f"{execution(run)}_mail", "t": token}
    mail.send_link(run.email, links.address(run.return_to, **step))


def _mail_code(run: Run) -> None:
    mail.send_code(run.email, codes.new_code(run.email, email=run.email, may_sign_up=True, run=run))


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MAX_EMAIL_LENGTH


def _used_by(client: str, token: str) -> Link | None:
    """Return the link if this very page used it a moment ago: its answer was lost on the way."""
    if not client or not token:
        return None
    since = timezone.now() - SENT_AGAIN
    return Link.objects.filter(digest=proofs.digest(token), used_by=client[:100], used_at__gt=since).first()
