"""Proving oneself at a provider: away to its page, and back with a code or a refusal."""

from accounts.sandbox import state, visits
from accounts.sandbox.exceptions import BadExchange
from accounts.sandbox.models import Run, Tenant

from . import arriving
from .answers import Answer, Input, again, mistake


def to_google(run: Run, _: Input) -> Answer:
    return _to_service(run, "google")


def to_github(run: Run, _: Input) -> Answer:
    return _to_service(run, "github")


def to_tenant(run: Run, tenant: Tenant, email: str = "") -> Answer:
    run.save()
    return Answer(run, redirect_to=visits.begin(run.return_to, tenant=tenant, run=run, email=email))


def come_back(run: Run, given: Input) -> Answer:
    """Let in who comes back with a good code. Whoever was refused may choose another way."""
    if given.get("exchangeError"):
        return mistake(run, "welcome", "You were not let in there, and nothing was shared. Choose any way you like.")
    try:
        visit = visits.use(str(given.get("exchangeCode") or ""), run)
    except BadExchange:
        return mistake(again(run), "welcome", "That took too long, or was used before. Please start again.")
    if visit.person is None:
        return Answer(again(run), "stale")
    if run.person:  # Asked a second time: the answer was lost.
        return arriving.go_on(run)
    tenant = visit.tenant.tenant_id if visit.tenant else ""
    return arriving.let_in(run, visit.person, visits.method(visit), tenant)


def _to_service(run: Run, provider: str) -> Answer:
    """Lead to another service, in place of this page or in a window of its own beside it."""
    is_popup = state.now().social_popup
    run.save()
    address = visits.begin(run.return_to, provider=provider, run=run, is_popup=is_popup)
    return Answer(run, redirect_to=address, is_popup=is_popup)
