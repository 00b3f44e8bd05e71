"""What its author does to a post."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from blog import checks, markup
from blog.checks import Finding, site
from blog.exceptions import ChecksFailed, EditedMeanwhile, NotReady, WrongStatus
from blog.status import Status
from blog.workflow import MOVES
from observability.counters import saves

from .image import Image, ImageUse, check_cover, digests_in
from .revision import Revision, Words
from .row import PostRow, with_plain_newlines

# What a save of the working copy changes in its row.
EDITED = (*Words._fields, "writers", "version", "status", "updated_at")


class Writing(PostRow):
    class Meta:
        abstract = True

    def edit(
        self,
        *,
        by: User,
        version: int,
        title: str,
        body: str,
        tags: Iterable[str] = (),
        excerpt: str | None = None,
        cover: str | None = None,
        cover_alt: str | None = None,
        canonical_url: str | None = None,
        series: str | None = None,
        corrections: str | None = None,
        language: str | None = None,
    ) -> None:
        """Save the working copy. What readers see stays as it is; and so does all else where no word has changed.

        What is None stays as it was. Raises NotPermitted, WrongStatus, EditedMeanwhile unless `version` is the one last
        saved, and NotReady for a new cover that is no picture kept here, as far as they may know.
        """
        given: dict[str, Any] = {
            "title": title,
            "body": with_plain_newlines(body),
            "tags": list(tags),
            "excerpt": excerpt,
            "cover": cover,
            "cover_alt": cover_alt,
            "canonical_url": canonical_url,
            "series": series,
            "corrections": corrections,
            "language": language,
        }
        changes = {field: value for field, value in given.items() if value is not None}
        ahead = self._render_ahead(self.words._replace(**changes), by=by, version=version)
        with transaction.atomic():
            was = self._begin("edit", by=by)
            words = self.words._replace(**changes)
            if words == self.words:
                return
            self._check_is_newest(version)
            if words.cover != self.cover:
                check_cover(words.cover, by=by)
            self._take(words, by=by)
            rendered = ahead or self._begin_to_render(can_wait=True)
            self._finish("edit", by=by, was=was, changed=EDITED)
        saves.add("done")
        with suppress(markup.Busy):
            self._keep_rendered(rendered)

    def restore(self, *, by: User, version: int, revision: int) -> None:
        """Make the words of an earlier revision the working copy. What was there is kept as a revision of its own.

        Raises NotPermitted, WrongStatus, too, where there is none of this number, EditedMeanwhile as `edit` does, and
        markup.Busy.
        """
        self.ensure("restore", by=by)
        if not self.is_rendered:
            self.render()
        with transaction.atomic():
            was = self._begin("restore", by=by)
            self._check_is_newest(version)
            earlier = self.revisions.filter(number=revision).first()
            if earlier is None:
                raise WrongStatus("There is no revision of this number.")
            alike = self.revisions.filter(title=self.title, body=self.body)  # Not all: each may be long.
            if not any(kept.is_of(self) for kept in alike):
                Revision.objects.seal(self._as_post, by=by, note=f"Kept when revision {revision} was brought back")
            self.writers = sorted({*self.writers, *earlier.writers.values_list("user", flat=True)})
            self._take(earlier.words, by=by)
            self._finish("restore", by=by, was=was, revision=earlier)
        with suppress(markup.Busy):
            self.render()

    def submit(self, *, by: User, note: str = "", override: str = "", shown: Collection[str] = ()) -> None:
        """Seal the working copy as a revision and put it in the review queue. Does nothing if it waits there already.

        `note` is for the reviewer, and `override` says why it should go on in spite of what the checks found, which
        the history keeps. It covers the findings whose fingerprints are `shown`, and no others. Raises NotPermitted,
        WrongStatus, NotReady, ChecksFailed where something is not covered, markup.Unrenderable with the line to look
        at, and markup.Busy.
        """
        self.ensure("submit", by=by)
        if not self.is_rendered:
            self.render()
        self._check_ready()
        version, note, override = self.version, note.strip(), override.strip()
        findings = checks.blocking(self.findings_for(by), by)
        if any(not override or finding.fingerprint not in shown for finding in findings):
            raise ChecksFailed(findings)
        if findings:
            note = f"{note}\n\nSubmitted in spite of the checks ({_named(findings)}): {override}".strip()
        with transaction.atomic():
            was = self._begin("submit", by=by)
            if self.version != version:
                raise EditedMeanwhile("Somebody saved this post while you were submitting it.")
            if was == Status.IN_REVIEW and not self.has_changes_to_submit:
                return
            if self.has_changes_to_submit:
                self._await_review(Revision.objects.seal(self._as_post, by=by, note=note))
            self.returned_reason = ""
            self._finish("submit", by=by, was=was, revision=self.submitted_revision, note=note)

    def findings_for(self, person: User) -> list[Finding]:
        """Return what the checks find in the working copy, as far as this person may know the site."""
        resolves = site.resolves_for(person, self._as_post._meta.default_manager.all(), self.html)
        image_bytes = site.image_bytes_for(person, Image.objects.all(), self.html, self.cover)
        return checks.run(self, resolves=resolves, image_bytes=image_bytes)

    def withdraw(self, *, by: User) -> None:
        """Take the post out of the review queue. Raises NotPermitted and WrongStatus."""
        with transaction.atomic():
            was = self._begin("withdraw", by=by)
            self._finish("withdraw", by=by, was=was, revision=self._leave_review())

    def _render_ahead(self, words: Words, *, by: User, version: int) -> Callable[[], SafeString] | None:
        """Have words rendered from before the row is locked, where it looks as if they will be saved.

        Not where they show pictures: their sizes are known once it has been noted that they are shown.
        """
        looks_new = self.version == version and words != self.words
        if not looks_new or not MOVES["edit"].by(by, self._as_post) or digests_in(words.body):
            return None
        return markup.begin(words.body, is_covered=bool(words.cover), whose=self.author_id, can_wait=True)

    def _take(self, words: Words, *, by: User) -> None:
        """Make these the words of the working copy."""
        is_new_title = self.title != words.title
        shows_pictures = digests_in(self.body, self.cover, words.body, words.cover)
        self._put_words(words)
        self.writers = sorted({*self.writers, by.pk})
        self.version += 1
        self.updated_at = timezone.now()
        if shows_pictures:
            ImageUse.objects.note(self, by=by)
        if is_new_title and not self.was_ever_submitted:  # From then on the address stays.
            self.save_at_free_address()

    def _check_is_newest(self, version: int) -> None:
        if self.version != version:
            saves.add("too late")
            raise EditedMeanwhile("Somebody saved this post after you opened it.")

    def _check_ready(self) -> None:
        """What no reason overrides."""
        if not self.title.strip():
            raise NotReady("Give the post a title before you submit it.")
        if not self.body.strip():
            raise NotReady("Write something before you submit it.")
        if self.problem:
            raise markup.Unrenderable(self.problem, self.problem_line or 1)


def _named(findings: list[Finding]) -> str:
    return ", ".join(dict.fromkeys(finding.check for finding in findings))
