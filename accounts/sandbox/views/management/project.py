"""What concerns the project as a whole: its licence, its audit, and tokens made anew."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from accounts.sandbox import tokens, webhooks
from accounts.sandbox.models import Event
from accounts.sandbox.wire import Call, Payload, manages

SHOWN = 1000


@manages("GET")
def license_tier(call: Call) -> Payload:
    return {"rateLimitTier": "tier1"}


@manages("POST")
def search_audit(call: Call) -> Payload:
    """Return the events that meet every condition, newest first. The call has no pages."""
    found = Event.objects.filter(_conditions(call))[:SHOWN]
    lists = {"tenants": set(call.names("tenants")), "login_ids": set(call.names("externalIds"))}
    return {
        "audits": [
            webhooks.as_audit(event)
            for event in found
            if all(not wanted or wanted & set(getattr(event, field)) for field, wanted in lists.items())
            and not (call.body.get("noTenants") is True and event.tenants)
        ]
    }


@manages("POST")
def create_event(call: Call) -> Payload:
    webhooks.note(
        Event(
            action=call.needed("action")[:100],
            user_id=call.text("userId")[:40],
            actor_id=call.needed("actorId")[:100],
            tenants=[call.text("tenantId")] if call.text("tenantId") else [],
            data={**call.object("data"), "type": call.text("type")},
        )
    )
    return {}


@manages("POST")
def set_audit_webhook(call: Call) -> Payload:
    """Say where events go. There is one webhook here, and it keeps its secret: the call has none."""
    call.needed("name")
    webhooks.change({name: call.body[name] for name in ("name", "url", "headers") if name in call.body})
    return {}


@manages("POST")
def update_jwt(call: Call) -> Payload:
    seconds = call.body.get("refreshDuration")
    lifetime = timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
    return {"jwt": tokens.updated(call.needed("jwt"), call.object("customClaims"), lifetime)}


def _conditions(call: Call) -> Q:
    conditions = Q()
    if user_ids := call.names("userIds"):
        conditions &= Q(user_id__in=user_ids)
    if actions := call.names("actions"):
        conditions &= Q(action__in=actions)
    if excluded := call.names("excludedActions"):
        conditions &= ~Q(action__in=excluded)
    if text := call.text("text"):
        conditions &= Q(action__icontains=text) | Q(user_id__icontains=text) | Q(data__icontains=text)
    for name, lookup in (("from", "occurred_at__gte"), ("to", "occurred_at__lte")):
        milliseconds = call.body.get(name)
        if isinstance(milliseconds, int) and 0 < milliseconds < 10**14:
            conditions &= Q(**{lookup: datetime.fromtimestamp(milliseconds / 1000, tz=UTC)})
    return conditions
