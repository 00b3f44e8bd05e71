"""Signing in by the codes of an authenticator, alone or as a second factor."""

from accounts.sandbox import options, people, sessions, totp
from accounts.sandbox.exceptions import WrongCode
from accounts.sandbox.models import Person
from accounts.sandbox.wire import Call, Payload, answers


@answers("POST")
def sign_up(call: Call) -> Payload:
    """Make a person who signs in by the codes of an authenticator alone."""
    return _new_key(people.create([call.needed("loginId")], options.profile(call)))


@answers("POST")
def replace(call: Call) -> Payload:
    return _new_key(sessions.person_of(call.secret))


@answers("POST")
def verify(call: Call) -> Payload:
    """Sign in by a code; with a refresh token of the same person, as their second factor."""
    person = people.find(call.needed("loginId"))
    first = sessions.methods_of(call.secret, person) if call.secret else []
    if not person.totp_key or not totp.use(person, person.totp_key, call.needed("code")):
        raise WrongCode
    methods = [*first, "totp", "mfa"] if first else ["totp"]
    return sessions.sign_in(
        person,
        first_seen=sessions.mark_seen(person),
        methods=list(dict.fromkeys(methods)),
        claims=options.claims(call.object("loginOptions")),
    )


def _new_key(person: Person) -> Payload:
    """Give the person a new key. There is no picture of it: that would take a library."""
    person.totp_key, person.totp_step = totp.new_key(), 0
    person.save()
    return {"provisioningURL": totp.address(person.totp_key, f"{person}"), "image": "", "key": person.totp_key}
