"""What the navigation asks on every page."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from accounts.http import with_person
from accounts.models import Person
from accounts.team import may_see_team

from .models import Notification
from .permissions import may_manage_tags, may_use_desk, may_write


def desk(request: HttpRequest) -> dict[str, Any]:
    return desk_of(with_person(request).user)


def desk_of(person: Person) -> dict[str, Any]:
    return {
        "may_write": may_write(person),
        "has_desk": may_use_desk(person),
        "may_manage_tags": may_manage_tags(person),
        "may_see_team": may_see_team(person),
        "unread_notifications": partial(Notification.objects.unread_count, person),  # Asked by a desk's page alone.
    }
