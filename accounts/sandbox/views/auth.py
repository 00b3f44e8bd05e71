"""What the holder of a refresh token or an access key may do: protocol, section 2.2."""

from accounts.sandbox import access_keys, options, people, sessions, state
from accounts.sandbox.models import Tenant
from accounts.sandbox.wire import Call, Payload, answers


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
    wanted = call.object("loginOptions")
    return access_keys.exchange(
        call.secret, claims=options.claims(wanted), tenant=str(wanted.get("selectedTenant") or "")
    )
