"""Puts the whole site into one file, while it serves."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from config.backups import Refused, taking

NOT_IN_IT = (
    "SECRET_KEY and .env are not in it. Keep them elsewhere: without SECRET_KEY nobody's session and private feed "
    "address can be opened again."
)


class Command(BaseCommand):
    help = f"Write database, pictures and the files of DATA_DIR that matter into one file. {NOT_IN_IT}"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target", nargs="?", type=Path, help="A file that ends in .tar, or a folder. Without: DATA_DIR/backups."
        )
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="Remove all but the newest N backups in that folder."
        )

    def handle(self, *, target: Path | None, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep is how many backups stay: a number from 1 on, or 0 for all.")
        try:
            path, manifest = taking.take(target or settings.DATA_DIR / "backups", keep=keep)
        except Refused as refusal:
            raise CommandError(f"{refusal} Nothing of it is left.") from refusal
        except (OSError, EOFError) as error:
            raise CommandError(f"The backup could not be written: {error}. Nothing of it is left.") from error
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        rows = sum(manifest.counts.values())
        size = path.stat().st_size / 1024**2
        self.stdout.write(f"{path}: {rows} rows and {len(manifest.members) - 1} files, {size:.1f} MB. {NOT_IN_IT}")
        if lost := taking.lost(manifest):
            names = ", ".join(lost[:5])
            raise CommandError(f"The site has lost {len(lost)} pictures, which are not in the backup either: {names}")
