"""The second factor, where somebody is asked for one: an authenticator, added at the first time."""

from django.conf import settings

from accounts.sandbox import totp
from accounts.sandbox.models import Run

from .answers import Answer, again, mistake

MAX_TRIES = 5
WRONG = "That is not the code of this moment. Each one counts for half a minute, and once."


def is_missing(run: Run) -> bool:
    if run.person is None or "totp" in run.methods:
        return False
    return run.flow == settings.DESCOPE_STEP_UP_FLOW_ID or run.person.asks_for_totp


def ask(run: Run) -> Answer:
    """Show the screen that asks for a code, or before the first one hands over a key."""
    if run.person is None:
        return Answer(run, "welcome")
    if run.person.totp_key:
        return Answer(run, "totp")
    if not run.totp_key:
        run.totp_key = totp.new_key()
        run.save()
    return Answer(run, "totp-new", state=_shared(run))


def refuse(run: Run) -> Answer:
    """Say that the code is wrong. After too many tries it takes a new first proof to try again."""
    run.totp_tries += 1
    run.save()
    if run.totp_tries >= MAX_TRIES:
        return Answer(again(run), "stale")
    screen = ask(run).screen
    answer = mistake(run, screen, WRONG)
    return Answer(run, screen, state={**answer.state, **_shared(run)})


def _shared(run: Run) -> dict[str, dict[str, str]]:
    if run.person is None or run.person.totp_key:
        return {}
    grouped = " ".join(run.totp_key[start : start + 4] for start in range(0, len(run.totp_key), 4))
    return {"authenticator": {"key": grouped, "link": totp.address(run.totp_key, run.email)}}
