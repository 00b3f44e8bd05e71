"""Links and codes made without any mail: for test users, and to embed."""

from datetime import timedelta

from django.conf import settings

from accounts.sandbox import codes, enchanted, links, options, people
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.models import Person
from accounts.sandbox.wire import Call, Payload, manages

MAX_LIFETIME = timedelta(days=21)


@manages("POST")
def link_for_test_user(call: Call) -> Payload:
    person, login_id = _test_user(call)
    token = links.new_link(login_id, email=person.email, claims=options.claims(call.object("loginOptions")))
    return {"loginId": login_id, "link": links.address(_page(call), t=token)}


@manages("POST")
def enchanted_link_for_test_user(call: Call) -> Payload:
    """Return the right one of the three links, and what to poll with until it is opened."""
    _, login_id = _test_user(call)
    wish = options.sign_in_wish(call, "signin", "email")
    ref, addresses, number = enchanted.begin(wish, wish.address(), _page(call))
    return {"loginId": login_id, "link": addresses[number], "pendingRef": ref}


@manages("POST")
def code_for_test_user(call: Call) -> Payload:
    person, login_id = _test_user(call)
    return {
        "loginId": login_id,
        "code": codes.new_code(login_id, email=person.email, claims=options.claims(call.object("loginOptions"))),
    }


@manages("POST")
def embedded_link(call: Call) -> Payload:
    """Make a token that signs somebody in, for the caller to send as they like. `timeout` is in seconds."""
    login_id = call.needed("loginId")
    people.find(login_id)
    seconds = call.body.get("timeout")
    lifetime = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else links.LIFETIME
    token = links.new_link(login_id, claims=call.object("customClaims"), lifetime=min(lifetime, MAX_LIFETIME))
    return {"token": token}


def _page(call: Call) -> str:
    return call.text("URI") or f"{settings.SITE_URL}/sign-in"


def _test_user(call: Call) -> tuple[Person, str]:
    login_id = call.needed("loginId")
    person = people.find(login_id)
    if not person.is_test:
        raise Refusal("This is not a test user")
    return person, login_id
