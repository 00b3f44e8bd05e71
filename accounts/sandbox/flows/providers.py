"""Proving oneself at a provider: away to its page, and back with a code or a refusal."""

from accounts.sandbox import visits
from accounts.sandbox.exceptions import BadExchange
from accounts.sandbox.models import Run, Tenant

from . import arriving
from .answers import Answer, Input, again, mistake


def to_google(run: Run, _: Input) -> Answer:
    return _away(run, visits.begin(run.return_to, provider="google", run=run))


def to_github(run: Run, _: Input) -> Answer:
    return _away(run, visits.begin(run.return_to, provider="github", run=run))


def to_tenant(run: Run, tenant: Tenant, email: str = "") -> Answer:
    return _away(run, visits.begin(run.return_to, tenant=tenant, run=run, email=email))


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


def _away(run: Run, address: str) -> Answer:
    run.save()
    return Answer(run, redirect_to=address)
