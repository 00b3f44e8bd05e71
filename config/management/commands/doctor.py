"""Looks at a deployment, and says what to mend."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import doctor
from config.deployment import Severity
from config.doctor import Looked


class Command(BaseCommand):
    help = "Look at this deployment and say what to mend. It changes nothing, and fails if something is broken."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", dest="everything", help="Look at every seal, not at a sample."
        )
        parser.add_argument("--online", action="store_true", help="Ask the site at SITE_URL, too, as its readers do.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Say it to programs.")

    def handle(self, *, everything: bool, online: bool, as_json: bool, **options: Any) -> None:
        looked = list(doctor.examine(everything=everything, online=online))
        if as_json:
            self.stdout.write(json.dumps(_as_data(looked), indent=1, ensure_ascii=False))
        else:
            self._tell(looked)
        if broken := _sentences(looked, Severity.STOPS):
            raise CommandError(f"{len(broken)} to mend.")

    def _tell(self, looked: list[Looked]) -> None:
        well = [one.in_words for one in looked if not one.findings]
        self.stdout.write(f"OK ({len(well)}): {', '.join(well)}.")
        for title, severity in (("Warning", Severity.WARNS), ("Broken", Severity.STOPS)):
            for _, sentence in _sentences(looked, severity):
                self.stdout.write(f"{title}: {sentence}")
        if unseen := [sentence for _, sentence in _sentences(looked, Severity.UNSEEN)]:
            self.stdout.write(f"Not looked at: {'; '.join(unseen)}.")


def _sentences(looked: list[Looked], severity: Severity) -> list[tuple[str, str]]:
    return [(found.check, found.sentence) for one in looked for found in one.findings if found.severity is severity]


def _as_data(looked: list[Looked]) -> dict[str, Any]:
    return {
        "ok": [one.check for one in looked if not one.findings],
        "warnings": [{"check": check, "sentence": text} for check, text in _sentences(looked, Severity.WARNS)],
        "broken": [{"check": check, "sentence": text} for check, text in _sentences(looked, Severity.STOPS)],
        "not_looked_at": [{"check": check, "sentence": text} for check, text in _sentences(looked, Severity.UNSEEN)],
    }
