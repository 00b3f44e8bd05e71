"""Recompute every seal, and name what is not as it was sealed or approved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from blog.models import Revision
from blog.seals import mismatches


class Command(BaseCommand):
    help = (
        "Recompute the seal of every revision, and look for posts that readers see without approval. "
        "Names each mismatch, and fails if there is one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for mismatch in mismatches():
            found += 1
            self.stdout.write(str(mismatch))
        total = Revision.objects.count()
        if found:
            raise CommandError(f"{total} revisions looked at, {found} mismatches.")
        self.stdout.write(f"{total} revisions looked at: all as they were sealed.")
