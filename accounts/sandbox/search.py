"""The search of the management API."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from .models import Person
from .people import normal

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
SORTABLE = {"createdTime": "created_at", "name": "name", "displayName": "name", "email": "email", "status": "status"}


def search_people(wanted: dict[str, Any], *, test_users: bool) -> tuple[list[Person], int]:
    """Return one page of the people that meet every condition in `wanted`, and how many there are in all."""
    found = Person.objects.filter(_conditions(wanted)).distinct()
    if not test_users and wanted.get("testUsersOnly") is not True:
        found = found.filter(is_test=False)
    if wanted.get("testUsersOnly") is True:
        found = found.filter(is_test=True)
    found = found.order_by(*_order(wanted.get("sort")), "created_at", "pk").prefetch_related("roles", "logins")
    limit = min(_number(wanted.get("limit")) or DEFAULT_LIMIT, MAX_LIMIT)
    first = _number(wanted.get("page")) * limit
    return list(found[first : first + limit]), found.count()


def _conditions(wanted: dict[str, Any]) -> Q:
    conditions = Q()
    for name, lookup in (
        ("userIds", "user_id__in"),
        ("statuses", "status__in"),
        ("phones", "phone__in"),
        ("roleNames", "roles__name__in"),
    ):
        if values := _names(wanted.get(name)):
            conditions &= Q(**{lookup: values})
    for name, lookup in (("emails", "email__in"), ("loginIds", "logins__value__in")):
        if values := _names(wanted.get(name)):
            conditions &= Q(**{lookup: [normal(value) for value in values]})
    if tenants := _names(wanted.get("tenantIds")):
        conditions &= Q(pk__in=[person.pk for person in Person.objects.all() if set(tenants) & set(person.tenants)])
    if text := str(wanted.get("text") or "").strip():
        conditions &= Q(name__icontains=text) | Q(email__icontains=text) | Q(logins__value__icontains=text)
    for name, lookup in (
        ("fromCreatedTime", "created_at__gte"),
        ("toCreatedTime", "created_at__lte"),
        ("fromModifiedTime", "modified_at__gte"),
        ("toModifiedTime", "modified_at__lte"),
    ):
        if milliseconds := _number(wanted.get(name)):
            conditions &= Q(**{lookup: datetime.fromtimestamp(milliseconds / 1000, tz=UTC)})
    return conditions


def _order(sort: object) -> list[str]:
    fields = [item for item in sort if isinstance(item, dict)] if isinstance(sort, list) else []
    return [
        ("-" if item.get("desc") else "") + SORTABLE[item["field"]] for item in fields if item.get("field") in SORTABLE
    ]


def _names(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _number(value: object) -> int:
    return max(0, min(value, 10**14)) if isinstance(value, int) else 0
