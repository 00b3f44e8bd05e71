"""Links and codes made without any mail: for test users, and to embed."""

from datetime import timedelta

from django.conf import settings

from accounts.sandbox import codes, enchanted, links, options, people
from accounts.sandbox.exceptions import Refusal
from accounts.sandbox.proofs import CHANNELS, Wish
from accounts.sandbox.wire import Call, Payload, manages

MAX_LIFETIME = timedelta(days=21)


@manages("POST")
def link_for_test_user(call: Call) -> Payload:
    wish, to = _to_test_user(call)
    token = links.new_link(wish.login_id, **wish.fields(to))
    return {"loginId": wish.login_id, "link": links.address(_page(call), t=token)}


@manages("POST")
def enchanted_link_for_test_user(call: Call) -> Payload:
    """Return the right one of the three links, and what to poll with until it is opened."""
    wish, to = _to_test_user(call)
    ref, addresses, number = enchanted.begin(wish, to, _page(call))
    return {"loginId": wish.login_id, "link": addresses[number], "pendingRef": ref}


@manages("POST")
def code_for_test_user(call: Call) -> Payload:
    wish, to = _to_test_user(call)
    return {"loginId": wish.login_id, "code": codes.new_code(wish.login_id, **wish.fields(to))}


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


def _to_test_user(call: Call) -> tuple[Wish, str]:
    """Return what would be sent to a test user, and where, if they can be reached. Raises Refusal for others."""
    person = people.find(call.needed("loginId"))
    if not person.is_test:
        raise Refusal("This is not a test user")
    channel = call.text("deliveryMethod", "email")
    if channel not in CHANNELS:
        raise Refusal(f"deliveryMethod must be one of {', '.join(CHANNELS)}")
    return options.sign_in_wish(call, "signin", channel), person.email if channel == "email" else person.phone
