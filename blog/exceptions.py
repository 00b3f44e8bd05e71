"""What the domain can refuse. No status codes here: blog/middleware.py and blog/api.py translate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from .checks import Finding


class NotPermitted(PermissionDenied):
    """You can see the post; you may not do this to it."""


class StepUpNeeded(Exception):
    """You may do this, once you have shown again that it is you."""

    def __init__(self) -> None:
        super().__init__("This asks for a sign-in with a second factor, not older than a quarter of an hour.")


class WrongStatus(Exception):
    """The post is not where this move starts. `is_too_late` says whether somebody else was faster."""

    is_too_late = False


class EditedMeanwhile(WrongStatus):
    """The text was saved by somebody else, or in another window, since it was opened."""

    is_too_late = True


class AnotherRevision(WrongStatus):
    """Another revision is waiting than the one that was read."""

    is_too_late = True


class NotReady(Exception):
    """The text lacks something that readers need. The message says what, for the author."""


class ChecksFailed(NotReady):
    """The checks found something that stops this writer. `findings` are what to put right, or to give a reason for."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(str(finding) for finding in findings))
        self.findings = list(findings)
