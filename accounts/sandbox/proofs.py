"""What links and codes have in common: to whom they are sent, whom they let in, and what follows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import people, sessions
from .exceptions import NoSuchPerson, PersonExists, Refusal
from .models import Code, Link, Person

# The ways to send something, and what `amr` says of each. It has no word of its own for a call.
CHANNELS = {"email": "email", "sms": "sms", "voice": "sms", "whatsapp": "whatsapp"}


@dataclass(frozen=True)
class Wish:
    """What a caller wants sent. `mode` is signin, signup, signup-in, or update, which sends to what it changes to."""

    login_id: str
    mode: str
    channel: str = "email"
    profile: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    first_methods: Sequence[str] = ()
    ends_others: bool = False
    change: Mapping[str, Any] = field(default_factory=dict)

    @property
    def goes_by_mail(self) -> bool:
        return self.channel == "email"

    def address(self) -> str:
        """Return the address or number to send to. Raises NoSuchPerson and PersonExists, as the mode asks."""
        named = "email" if self.goes_by_mail else "phone"
        if self.mode == "update":
            return _sendable(str(self.change.get(named) or ""), self.goes_by_mail)
        try:
            person = people.find(self.login_id)
        except NoSuchPerson:
            if self.mode == "signin":
                raise
            return _sendable(str(self.profile.get(named) or self.login_id), self.goes_by_mail)
        if self.mode == "signup":
            raise PersonExists
        return _sendable(getattr(person, named), self.goes_by_mail)

    def fields(self, address: str) -> dict[str, Any]:
        """Return what a link or a code keeps of it, sent to this address."""
        return {
            "channel": self.channel,
            "email" if self.goes_by_mail else "phone": address,
            "profile": dict(self.profile),
            "claims": dict(self.claims),
            "may_sign_up": self.mode in ("signup", "signup-in"),
            "first_methods": list(self.first_methods),
            "ends_others": self.ends_others,
            "change": dict(self.change),
        }

    def masked(self, address: str) -> dict[str, str]:
        """Return the address as the API shows it to whoever asked."""
        if not self.goes_by_mail:
            return {"maskedPhone": f"{address[:2]}***{address[-2:]}"}
        name, _, host = address.partition("@")
        return {"maskedEmail": f"{name[:1]}***@{host}"}


def _sendable(address: str, is_mail: bool) -> str:
    if is_mail and "@" in address and len(address) <= 254:
        return people.normal(address)
    if not is_mail and people.is_phone(address):
        return address.strip()
    raise Refusal(f"There is no {'e-mail address to write to' if is_mail else 'number to call'}")


def person_behind(proof: Link | Code) -> Person:
    """Return who the link or code is for, making or changing them if it says so. Where it was sent is verified now."""
    try:
        person = people.find(proof.login_id)
    except NoSuchPerson:
        if not proof.may_sign_up:
            raise
        person = people.create([proof.login_id], {**proof.profile, **_reached(proof)})
    if proof.change:
        return people.change_address(
            person,
            _reached(proof),
            is_login_id=proof.change.get("addToLoginIDs") is True,
            keeps_other=proof.change.get("onMergeUseExisting") is True,
        )
    if proof.email and proof.email == person.email and not person.is_email_verified:
        people.change(person, {"verifiedEmail": True})
    if proof.phone and proof.phone == person.phone and not person.is_phone_verified:
        people.change(person, {"verifiedPhone": True})
    return person


def _reached(proof: Link | Code) -> dict[str, Any]:
    email = {"email": proof.email, "verifiedEmail": True} if proof.email else {}
    phone = {"phone": proof.phone, "verifiedPhone": True} if proof.phone else {}
    return {**email, **phone}


def sign_in(person: Person, proof: Link | Code) -> dict[str, Any]:
    """Sign in whoever is behind the proof. Returns the API's answer. Raises Disabled."""
    methods = [*proof.first_methods, CHANNELS[proof.channel], *(["mfa"] if proof.first_methods else [])]
    if proof.ends_others and person.is_enabled:
        people.end_all_sessions(person)
    return sessions.sign_in(
        person,
        first_seen=sessions.mark_seen(person),
        methods=list(dict.fromkeys(methods)),
        claims=proof.claims,
    )


def digest(text: str) -> str:
    """Return the hash a secret is kept as. A plain one serves: tokens are long, and codes live for five tries."""
    return hashlib.sha256(text.encode()).hexdigest()
