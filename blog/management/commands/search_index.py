"""Make what posts are found by anew, or look whether it is what readers see."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from blog.models import SearchEntry
from blog.searching.tables import mismatches


class Command(BaseCommand):
    help = "Make what posts are found by anew: all of it. With --check, only look whether it is as it ought to be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Name what is not as it ought to be, and fail if something is not."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            SearchEntry.objects.all().delete()
            SearchEntry.objects.make_missing()
        found = list(mismatches("default"))
        for mismatch in found:
            self.stdout.write(mismatch)
        count = SearchEntry.objects.count()
        if found:
            raise CommandError(f"{count} texts can be found, {len(found)} mismatches.")
        self.stdout.write(f"{count} texts can be found, or wait for their time: those that readers see, and no other.")
