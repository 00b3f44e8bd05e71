"""Makes up for messages from Descope that never came. Run it daily, and after an outage."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import team, upkeep
from accounts.exceptions import ProviderUnavailable


class Command(BaseCommand):
    help = (
        "Ask Descope about everybody: register who is new, take over what changed, close the accounts of who is gone."
    )

    def handle(self, **options: Any) -> None:
        try:
            unfinished = team.finish_sign_outs()
            totals = upkeep.follow_everybody()
        except ProviderUnavailable as trouble:
            raise CommandError(f"Stopped: {trouble}. Run it again; what is done is done.") from trouble
        self.stdout.write(
            f"Looked at {totals.seen} people at Descope: {totals.new} new here, {totals.changed} changed, "
            f"{totals.disabled} disabled. {totals.gone} of ours are gone there, and closed here."
        )
        if unfinished:
            raise CommandError(f"Descope has not ended the sessions of {unfinished} people yet. Run it again.")
