"""From the proof of who somebody is to their session: what is still to be asked, and the end of the run."""

from django.utils import timezone

from accounts.sandbox import people, sessions, totp
from accounts.sandbox.exceptions import Disabled
from accounts.sandbox.models import Person, Run

from . import second_factor
from .answers import Answer, Input, again, mistake

MAX_NAME_LENGTH = 80


def let_in(run: Run, person: Person, method: str, tenant: str = "") -> Answer:
    """Go on with who has proved to be this person. `method` is what `amr` says of the proof."""
    run.person, run.email, run.methods, run.tenant = person, run.email or person.email, [method], tenant
    run.save()
    return go_on(run)


def go_on(run: Run) -> Answer:
    """Ask what is still to be asked of whoever is behind the run, one thing at a time."""
    person = run.person
    if person is None:
        return Answer(run, "welcome")
    if not person.is_enabled:
        return Answer(again(run), "closed")
    if second_factor.is_missing(run):
        return second_factor.ask(run)
    if not person.name:
        return Answer(run, "name")
    if run.completed_at is None:
        run.is_first_seen, run.completed_at = sessions.mark_seen(person), timezone.now()
        run.save()
    return success(run)


def take_totp(run: Run, given: Input) -> Answer:
    """Take the code of an authenticator. Asked again by who has given it, it only goes on: the answer was lost."""
    if run.person is None or not second_factor.is_missing(run):
        return go_on(run)
    if not totp.use(run.person, run.person.totp_key or run.totp_key, str(given.get("code") or "")):
        return second_factor.refuse(run)
    run.methods = [*run.methods, "totp", "mfa"]
    run.save()
    return go_on(run)


def take_name(run: Run, given: Input) -> Answer:
    if run.person is None or second_factor.is_missing(run):
        return go_on(run)
    name = " ".join("".join(c for c in str(given.get("fullName") or "") if c.isprintable()).split())
    if not name or len(name) > MAX_NAME_LENGTH:
        text = f"Please write a name of up to {MAX_NAME_LENGTH} characters."
        return mistake(run, "name", text, fullName=name)
    if run.person.name != name and not run.completed_at:
        people.change(run.person, {"name": name})
    return go_on(run)


def poll(run: Run, _: Input) -> Answer:
    if run.completed_at:
        return success(run)
    return Answer(run, action="poll")


def success(run: Run) -> Answer:
    """Each tab of a run gets a session of its own, so that none refreshes another's token away."""
    if run.person is None:
        return Answer(run, "welcome")
    try:
        grant = sessions.sign_in(
            run.person, first_seen=run.is_first_seen is True, methods=run.methods, tenant=run.tenant
        )
    except Disabled:
        return Answer(again(run), "closed")
    return Answer(run, success=grant)
