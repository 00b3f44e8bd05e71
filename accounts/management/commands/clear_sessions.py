"""Removes what nobody needs any more. Run it daily."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken, Session, WebhookDelivery

# An ended session still tells the bearers that were its tokens; none of those lives this long.
KEEP_ENDED = timedelta(days=1)
KEEP_DELIVERIES = timedelta(days=30)
KEEP_TOKENS = timedelta(days=30)


class Command(BaseCommand):
    help = "Remove sessions and API tokens that are over, and the marks of old messages from Descope."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        is_over = (
            Q(ended_at__lt=now - KEEP_ENDED)
            | Q(started_at__lt=now - settings.SESSION_LIFETIME - KEEP_ENDED)
            | Q(last_refreshed_at__lt=now - settings.SESSION_IDLE_LIFETIME - KEEP_ENDED)
        )
        sessions, _ = Session.objects.filter(is_over).delete()
        deliveries, _ = WebhookDelivery.objects.filter(received_at__lt=now - KEEP_DELIVERIES).delete()
        tokens, _ = ApiToken.objects.filter(
            Q(revoked_at__lt=now - KEEP_TOKENS) | Q(expires_at__lt=now - KEEP_TOKENS)
        ).delete()
        self.stdout.write(f"Removed {sessions} session records, {deliveries} message marks and {tokens} API tokens.")
