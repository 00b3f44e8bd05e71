"""The settings that decide what may happen to a post, as they have been over time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.append_only import AppendOnlyModel, AppendOnlyQuerySet


class HouseRuleQuerySet(AppendOnlyQuerySet["HouseRule"]):
    def write_down(self) -> None:
        """Add each setting that is not as it was when last written down. The database's own guards read the newest."""
        newest = self.filter(pk__in=self.values("name").annotate(newest=models.Max("pk")).values("newest"))
        known = dict(newest.values_list("name", "value"))
        now = {name: getattr(settings, name) for name in HouseRule.SETTINGS}
        self.bulk_create(
            HouseRule(name=name, value=value) for name, value in now.items() if known.get(name, "never set") != value
        )


class HouseRule(AppendOnlyModel):
    """What a setting was changed to, and when that was noticed. Settings change outside of Galley: nobody is named."""

    SETTINGS = ("VISIBILITY", "REQUIRE_SECOND_PERSON", "REQUIRE_MFA_TO_PUBLISH", "ROLE_EDITOR", "ROLE_ADMIN")

    name = models.CharField(max_length=40)
    value = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    objects = HouseRuleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
