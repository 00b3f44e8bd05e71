"""Brings a backup back, and proves it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config.backups import Refused, restoring


class Command(BaseCommand):
    help = (
        "Bring back what manage.py backup has written, into an empty place, and prove by digests, counts and seals that "
        "all of it is there. Stop the server and the worker first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="Only read the file and say whether it is whole.")
        parser.add_argument(
            "--replace", action="store_true", help="Put it in the place of the site that is there, which stays beside."
        )
        parser.add_argument("--no-input", action="store_false", dest="asks", help="Do not ask before replacing.")
        parser.add_argument(
            "--keep-access",
            action="store_true",
            help="Let sessions, API tokens, private feeds and shared links go on as they were when it was taken: for a "
            "move to another machine, with nothing in between.",
        )

    def handle(self, *, file: Path, check: bool, replace: bool, asks: bool, keep_access: bool, **options: Any) -> None:
        try:
            restored = restoring.checked(file)
            self._tell(f"{file} is whole: {restored.manifest.site_url} as of {restored.manifest.taken_at}.")
            if check:
                return
            self._check_room(replace=replace, asks=asks)
            restoring.restore(file, restored, keep_access=keep_access)
        except Refused as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from refusal
        except OSError as error:
            raise CommandError(f"It could not be brought back: {error}. Nothing was changed.") from error
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {error}") from error
        self._report(restored)

    def _check_room(self, *, replace: bool, asks: bool) -> None:
        there = restoring.what_is_there()
        if there and not replace:
            raise Refused(f"There is a site here already, with {there}: --replace puts the backup in its place.")
        if there:
            self._tell(f"It takes the place of a site with {there}, which stays beside.")
        if there and asks and input("Go on? Type yes: ").strip() != "yes":
            raise Refused("You did not say yes.")

    def _report(self, restored: restoring.Restored) -> None:
        for line in restored.holds:
            self._tell(f"Holds: {line}")
        for former in restored.beside:
            self._tell(f"What was there before: {former}")
        if not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
            self._tell(
                "Now empty the database of Redis at CACHE_URL (redis-cli FLUSHDB): what it keeps is of another time."
            )
        if restored.waiting:
            self._tell(
                f"The backup is of an older Galley. Now run: manage.py migrate, then manage.py verify_seals "
                f"({len(restored.waiting)} migrations wait, {restored.waiting[0]} first)."
            )
        if restored.broken:
            raise CommandError("It is back, and this is not as it should be:\n" + "\n".join(restored.broken))

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
