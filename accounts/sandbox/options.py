"""What callers may say and ask for when somebody signs in: protocol, section 2.2."""

from collections.abc import Mapping
from typing import Any

from . import people, sessions
from .exceptions import BadToken
from .proofs import Wish
from .wire import Call, Payload

OWN_FIELDS = ("name", "givenName", "middleName", "familyName", "phone", "email")
PHONES = ("phone", "voice", "whatsapp")  # How the API spells the number, by the way to it.


def profile(call: Call) -> Payload:
    """Return what people may say of themselves when they sign up: never roles, a status or a verified address."""
    said = {**call.object("user")}
    for given, field in (("email", "email"), *((spelt, "phone") for spelt in PHONES)):
        if text := call.text(given):
            said[field] = text
    return {name: value for name, value in said.items() if name in OWN_FIELDS and isinstance(value, str)}


def claims(options: Mapping[str, Any]) -> Payload:
    """Return the claims that a client asked for. They go under `nsec`: nobody vouches for them."""
    wanted = options.get("customClaims")
    return {"nsec": wanted} if isinstance(wanted, dict) and wanted else {}


def sign_in_wish(call: Call, mode: str, channel: str) -> Wish:
    """Return what the call wants sent to sign somebody in or up. With their refresh token it is one more factor."""
    login_id, options = call.needed("loginId"), call.object("loginOptions")
    adds = options.get("mfa") is True or options.get("stepup") is True
    return Wish(
        login_id,
        mode,
        channel,
        profile=profile(call),
        claims=claims(options),
        first_methods=sessions.methods_of(call.secret, people.find(login_id)) if adds else (),
        ends_others=options.get("revokeOtherSessions") is True,
    )


def change_wish(call: Call, channel: str) -> Wish:
    """Return what the call wants sent to change an address or number of whoever's refresh token it carries."""
    login_id = call.needed("loginId")
    person = sessions.person_of(call.secret)
    if people.normal(login_id) not in person.login_ids:
        raise BadToken
    named = "email" if channel == "email" else "phone"
    return Wish(
        login_id,
        "update",
        channel,
        first_methods=sessions.methods_of(call.secret, person) if call.body.get("mfa") is True else (),
        change={
            named: call.needed(named),
            "addToLoginIDs": call.body.get("addToLoginIDs") is True,
            "onMergeUseExisting": call.body.get("onMergeUseExisting") is True,
        },
    )
