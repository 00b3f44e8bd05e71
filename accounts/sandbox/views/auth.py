"""Signing in by link or code, and what the holder of a refresh token may do: protocol, section 2.2."""

from accounts.sandbox import access_keys, links, people, sessions, state, totp, visits
from accounts.sandbox.exceptions import Refusal, WrongCode
from accounts.sandbox.flows.answers import own_page
from accounts.sandbox.models import Person, Tenant
from accounts.sandbox.wire import Call, Payload, answers

OWN_FIELDS = ("name", "givenName", "middleName", "familyName", "phone", "email")


@answers("POST")
def refresh(call: Call) -> Payload:
    state.count("refresh_calls")
    return sessions.refresh(call.secret)


@answers("POST")
def sign_out(call: Call) -> Payload:
    sessions.sign_out(call.secret)
    return {}


@answers("POST")
def sign_out_everywhere(call: Call) -> Payload:
    sessions.sign_out_everywhere(call.secret)
    return {}


@answers("GET")
def me(call: Call) -> Payload:
    return people.as_user(sessions.person_of(call.secret))


@answers("GET")
def my_history(call: Call) -> list[Payload]:
    return sessions.history([sessions.person_of(call.secret).user_id])


@answers("POST")
def my_tenants(call: Call) -> Payload:
    """Show the tenants that the call asks for, as far as they are the person's."""
    person = sessions.person_of(call.secret)
    asked = [sessions.tenant_of(call.secret)] if call.body.get("dct") is True else call.names("ids")
    found = Tenant.objects.filter(tenant_id__in=set(asked) & set(person.tenants))
    return {"tenants": [{"id": one.tenant_id, "name": one.name, "customAttributes": one.attributes} for one in found]}


@answers("POST")
def select_tenant(call: Call) -> Payload:
    return sessions.select_tenant(call.secret, call.needed("tenant"))


@answers("POST")
def exchange_access_key(call: Call) -> Payload:
    claims = call.object("loginOptions").get("customClaims")
    return access_keys.exchange(
        call.secret,
        claims={"nsec": claims} if isinstance(claims, dict) and claims else {},
        tenant=str(call.object("loginOptions").get("selectedTenant") or ""),
    )


@answers("POST")
def mail_link(call: Call, mode: str) -> Payload:
    masked = links.mail_link(
        call.needed("loginId"), call.needed("URI"), mode=mode, profile=_profile(call), claims=_claims(call)
    )
    return {"maskedEmail": masked}


@answers("POST")
def verify_link(call: Call) -> Payload:
    return links.redeem_link(call.needed("token"))


@answers("POST")
def mail_code(call: Call, mode: str) -> Payload:
    return {
        "maskedEmail": links.mail_code(call.needed("loginId"), mode=mode, profile=_profile(call), claims=_claims(call))
    }


@answers("POST")
def verify_code(call: Call) -> Payload:
    return links.redeem_code(call.needed("loginId"), call.needed("code"))


@answers("POST")
def sign_up_totp(call: Call) -> Payload:
    """Make a person who signs in by the codes of an authenticator alone."""
    login_id = call.needed("loginId")
    return _new_totp(people.create([login_id], _profile(call)))


@answers("POST")
def replace_totp(call: Call) -> Payload:
    return _new_totp(sessions.person_of(call.secret))


@answers("POST")
def verify_totp(call: Call) -> Payload:
    """Sign in by a code; with a refresh token of the same person, as their second factor."""
    person = people.find(call.needed("loginId"))
    first = sessions.methods_of(call.secret, person) if call.secret else []
    if not person.totp_key or not totp.use(person, person.totp_key, call.needed("code")):
        raise WrongCode
    methods = [*first, "totp", "mfa"] if first else ["totp"]
    return sessions.sign_in(
        person, first_seen=sessions.mark_seen(person), methods=list(dict.fromkeys(methods)), claims=_claims(call)
    )


def _new_totp(person: Person) -> Payload:
    """Give the person a new key. There is no picture of it: that would take a library."""
    person.totp_key, person.totp_step = totp.new_key(), 0
    person.save()
    return {"provisioningURL": totp.address(person.totp_key, f"{person}"), "image": "", "key": person.totp_key}


@answers("POST")
def begin_visit(call: Call) -> Payload:
    """Tell where to send the browser: to a social provider, or to a tenant's own."""
    return_to = call.query.get("redirectURL", "")
    if own_page(return_to) != return_to:
        raise Refusal("redirectURL must be a page of this site")
    tenant = visits.tenant_with_sso(call.query.get("tenant", "")) if "tenant" in call.query else None
    claims = call.object("customClaims")
    url = visits.begin(
        return_to,
        provider=call.query.get("provider", ""),
        tenant=tenant,
        email=call.query.get("loginHint", "")[:254],
        claims={"nsec": claims} if claims else {},
    )
    return {"url": url}


@answers("POST")
def end_visit(call: Call) -> Payload:
    return visits.redeem(call.needed("code"))


def _profile(call: Call) -> Payload:
    """Return what people may say of themselves when they sign up: never roles, a status or a verified address."""
    given = {**call.object("user"), "email": call.text("email") or call.object("user").get("email")}
    return {name: value for name, value in given.items() if name in OWN_FIELDS and isinstance(value, str)}


def _claims(call: Call) -> Payload:
    """Return the claims that a client asked for. They go under `nsec`: nobody vouches for them."""
    claims = call.object("loginOptions").get("customClaims")
    return {"nsec": claims} if isinstance(claims, dict) and claims else {}
