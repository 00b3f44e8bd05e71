"""Posts: how they are found, and how they are started. The verbs stand in the modules beside this one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any, Self

from django.db import connections, models, transaction
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Prefetch, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person, User
from blog import markup, permissions, status
from blog.exceptions import NotPermitted
from blog.status import GoneAs, Status

from .addressing import Addressing
from .history import PUBLISHED, HistoryEntry
from .image import ImageUse, check_cover
from .keeping import Keeping
from .label import Series, Tag, Tagging
from .reviewing import Reviewing
from .row import PostRow, with_plain_newlines
from .search_entry import SearchEntry
from .sharing import Sharing
from .writing import Writing

POINTERS = frozenset({"live_revision", "scheduled_revision"})  # To what readers see, or are to see.
# The order of a list under a label, as the rows of the label have it.
CAME_OUT_AT, PLACE = "came_out_at", "place"
BYLINE = ("name", "left_at")  # What a revision's byline needs of its author.


class PostQuerySet(models.QuerySet["Post"]):
    def live(self) -> Self:
        """What readers can see now."""
        return self.filter(status.live())

    def visible_to(self, person: Person) -> Self:
        """What this person may know of."""
        return self.filter(permissions.visible_to(person))

    def gone_for(self, person: Person) -> Self:
        """What readers saw once and see no longer, and where this person is told more than that."""
        if not permissions.may_read_here(person):
            return self.none()
        gone = self.exclude(status.live()).exclude(gone_as=GoneAs.NOT_FOUND).exclude(status.is_to_end())
        seen = Q(pk__in=HistoryEntry.objects.filter(verb__in=PUBLISHED).values("post"))
        return gone.filter(seen | status.has_begun(), deleted_at=None)

    def tagged(self, tag: Tag | OuterRef) -> Self:
        """Those that readers see under this tag."""
        return self._labelled("taggings", tag=tag)

    def by_author(self, user: User | OuterRef) -> Self:
        """Those that readers see under the name of this person."""
        return self._labelled("editions", author=user)

    def in_series(self, series: Series | OuterRef) -> Self:
        """Those that readers see in this series."""
        return self._labelled("editions", series=series)

    def _labelled(self, rows: str, **label: Any) -> Self:
        """Those of which readers see a revision with this label, in the order of the rows that say so.

        These have the date of the post beside them, and so an index of the posts of each label, newest first.
        """
        labelled = self.live().filter(**{f"{rows}__{name}": value for name, value in label.items()})
        in_order = labelled.alias(
            **{CAME_OUT_AT: F(f"{rows}__published_at"), PLACE: F(f"{rows}__post")}, labelled=F(f"{rows}__revision")
        )
        is_shown = Q(labelled=status.shown_revision())
        if connections[self.db].vendor == "sqlite":
            # The date is the same. By it and the key an index has what else stands behind texts in the row: SQLite takes
            # that once it has statistics.
            return in_order.filter(is_shown, published_at=F(CAME_OUT_AT))
        # PostgreSQL would take two keys that are the same for a rare chance, and join all posts before it sorts them. Of
        # what COALESCE says it expects nothing.
        return in_order.filter(Coalesce(ExpressionWrapper(is_shown, BooleanField()), False))

    def showing(self, revisions: models.QuerySet[Any, Any]) -> Self:
        """Those of which readers see one of these revisions."""
        return self.live().alias(shown=status.shown_revision()).filter(shown__in=revisions)

    def in_review(self) -> Self:
        return self.filter(status=Status.IN_REVIEW)

    def newest_first(self) -> Self:
        """In the order of a front page."""
        return self.order_by(*(f"-{column}" for column in self._order))

    def oldest_first(self) -> Self:
        """In the order in which they came out."""
        return self.order_by(*self._order)

    @property
    def _order(self) -> tuple[str, str]:
        return (CAME_OUT_AT, PLACE) if CAME_OUT_AT in self.query.annotations else ("published_at", "pk")

    def between(self, first: datetime | Combinable | None = None, end: datetime | Combinable | None = None) -> Self:
        """Those that came out at this time or later, and before the other."""
        at = self._order[0]
        bounds = {f"{at}__{bound}": time for bound, time in (("gte", first), ("lt", end)) if time is not None}
        if at == CAME_OUT_AT:
            return self.filter(**bounds)
        # Asked first, or SQLite would begin at now, which is another bound, and pass by all that is newer.
        return type(self)(self.model, using=self.db).filter(**bounds) & self

    def published_in(self, year: int, month: int | None = None) -> Self:
        """Those that came out in this year, or in this month of it, where the site is at home."""
        begins = datetime(year, month or 1, 1)  # noqa: DTZ001 — the line after the next puts the zone to it.
        ends = begins.replace(year=year + (month in (None, 12)), month=1 if month in (None, 12) else month + 1)
        zone = timezone.get_default_timezone()
        return self.between(begins.replace(tzinfo=zone), ends.replace(tzinfo=zone))

    def newer_than(self, post: Post) -> Self:
        """What came out after a post, the next one first."""
        older = Q(published_at=post.published_at, pk__lte=post.pk)
        return self.filter(published_at__gte=post.published_at).exclude(older).oldest_first()

    def older_than(self, post: Post) -> Self:
        """What came out before a post, the one before it first."""
        newer = Q(published_at=post.published_at, pk__gte=post.pk)
        return self.filter(published_at__lte=post.published_at).exclude(newer).newest_first()

    def for_links(self) -> Self:
        """With what a link says, and no more."""
        own = ("slug", "published_at", "scheduled_at", "unpublish_at")
        titles = ("live_revision__title", "scheduled_revision__title")
        return self.select_related("live_revision", "scheduled_revision").only(*own, *titles)

    def for_reading(self) -> Self:
        """With what the reading page shows, and without what stands behind it."""
        revisions = ("live_revision", "scheduled_revision")
        return self.with_readers_text().defer("body", "html", *(f"{revision}__body" for revision in revisions))

    def with_readers_text(self) -> Self:
        """With what `current_revision` and its byline need."""
        return self.select_related("live_revision__author", "scheduled_revision__author")

    def for_feeds(self) -> Self:
        """With what a feed tells of each beside its text: one query for all, and one for their tags."""
        revisions = ("live_revision", "scheduled_revision")
        texts = ("body", "html", "edition__text", "edition__contents", "edition__feed_html")
        return (
            self.select_related(*(f"{one}__{more}" for one in revisions for more in ("author__as_author", "edition")))
            .prefetch_related(Prefetch("taggings", Tagging.objects.filter(status.shown()).select_related("tag")))
            .defer("body", "html", *(f"{one}__{text}" for one in revisions for text in texts))
        )

    def for_entries(self) -> Self:
        """With what a list shows readers of each, and no more."""
        own = ("slug", "published_at", "scheduled_at", "unpublish_at", "text_changed_at")
        words = ("title", "excerpt", "cover", "tags", "author_name", "language", "digest", "word_count")
        author = ("name", "left_at", "picture")
        revisions = ("live_revision", "scheduled_revision")
        more = [f"{one}__{field}" for one in revisions for field in (*words, *(f"author__{field}" for field in author))]
        return self.with_readers_text().only(*own, *more)

    def for_lists(self) -> Self:
        """With what a list on the desk shows and without the texts, which it does not."""
        revisions = ("live_revision", "scheduled_revision", "submitted_revision")
        texts = [f"{revision}__{text}" for revision in revisions for text in ("body", "html")]
        return (
            self.with_readers_text()
            .select_related("author", "submitted_revision__author", "claimed_by")
            .defer("body", "html", *texts)
        )

    def next_change_after(self, now: datetime) -> datetime | None:
        """Return when the clock next starts or ends something for readers, None where nothing is planned."""
        columns = ("published_at", "scheduled_at", "unpublish_at")
        planned = [self.filter(**{f"{column}__gt": now}).order_by(column).values_list(column)[:1] for column in columns]
        return min((at for (at,) in chain(*planned) if at is not None), default=None)

    def for_desk(self, *revisions: str) -> Self:
        """With what a row on the desk shows of the working copy and of these revisions, and no more.

        What Django writes into a statement and makes of its answer takes longer, column by column, than to find a post.
        """
        own = ("title", "tags", "status", "returned_reason", "updated_at", "published_at", "deleted_at", "author")
        pointers = ("live_revision", "scheduled_revision", "submitted_revision", "claimed_by")
        moments = ("scheduled_at", "unpublish_at", "submitted_at", "claimed_at")
        words = ("title", "tags", "note", "author_name", "word_count", "words_added", "words_removed", "created_at")
        people = ("claimed_by__name", *(f"{one}__author__{of}" for one in revisions for of in BYLINE))
        texts = [f"{one}__{word}" for one in revisions for word in (*words, "author")]
        related = ("claimed_by", *revisions, *(f"{one}__author" for one in revisions))
        return self.select_related(*related).only(*own, *pointers, *moments, *people, *texts)

    def cut(self, first: int, count: int) -> Self:
        """So many of these in their order, after the first ones.

        Their keys are asked for by themselves, before what belongs to them. In one statement SQLite may begin with the few
        authors, and read every post of theirs; and PostgreSQL, which weighs no other order for so many tables, joins to
        every post what belongs to it, before it takes the few.
        """
        return self.filter(pk__in=list(self.values_list("pk", flat=True)[first : first + count]))

    def settle_due(self) -> int:
        """Write down what the clock has moved since anybody did. Returns how many posts it was."""
        due = list(self.filter(status.due()).values_list("pk", flat=True))
        for pk in due:  # One text at a time is enough in memory.
            self.get(pk=pk).settle()
        return len(due)

    def take_down_all_of(self, person: User) -> int:
        """Take every post of somebody who leaves from readers and from the desk. Returns how many it was."""
        posts = list(self.filter(author=person, deleted_at=None).values_list("pk", flat=True))
        for pk in posts:
            self.get(pk=pk).take_down(by=person)
        return len(posts)

    def write(
        self,
        *,
        by: User,
        title: str,
        body: str,
        tags: Iterable[str] = (),
        excerpt: str = "",
        canonical_url: str = "",
        published_at: datetime | None = None,
        source_id: str = "",
    ) -> Post:
        """Start a post as a draft. Raises NotPermitted.

        `published_at`, `source_id` and `canonical_url` come with what was published elsewhere before.
        """
        post = Post(
            author=by,
            title=title,
            body=with_plain_newlines(body),
            tags=list(tags),
            excerpt=excerpt,
            canonical_url=canonical_url,
            published_at=published_at,
            source_id=source_id,
        )
        return self._started(post)[0]

    def write_once(
        self,
        *,
        by: User,
        write_key: str,
        title: str,
        body: str,
        tags: Iterable[str] = (),
        excerpt: str = "",
        cover: str = "",
        cover_alt: str = "",
        canonical_url: str = "",
        series: str = "",
        corrections: str = "",
        language: str = "",
    ) -> tuple[Post, bool]:
        """Start a post, unless the same words under the same key have started one before.

        Raises NotPermitted, and NotReady for a cover that is no picture kept here, as far as they may know. Returns the post as it stands, and whether it is new: a form or a call that is sent twice starts one.
        Without a key it is always new.
        """
        post = Post(
            author=by,
            title=title,
            body=with_plain_newlines(body),
            tags=list(tags),
            excerpt=excerpt,
            cover=cover,
            cover_alt=cover_alt,
            canonical_url=canonical_url,
            series=series,
            corrections=corrections,
            language=language,
        )
        if write_key:
            post.write_key = _fingerprint(write_key, *post.words)
        return self._started(post)

    def written_once(self, by: User, write_key: str) -> Self:
        """What this person started under this key, which is not empty: said aloud, or the index that has no others is
        not used, and every post of theirs is read.
        """
        return self.filter(author=by, write_key=write_key).exclude(write_key="")

    def _started(self, post: Post) -> tuple[Post, bool]:
        by = post.author
        if not permissions.may_write(by):
            raise NotPermitted("Only editors write here.")
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=by.pk)  # One start at a time for each person.
            started = self.written_once(by, post.write_key).first() if post.write_key else None
            if started is not None:
                return started, False
            post.writers = [by.pk]
            check_cover(post.cover, by=by)
            post.save_at_free_address()
            ImageUse.objects.note(post, by=by)
            rendered = post._begin_to_render(can_wait=True)
            post.record("write", by=by, was=Status.DRAFT)
        with suppress(markup.Busy):  # The text is safe; submitting it will render it.
            post._keep_rendered(rendered)
        return post, True


class Post(Writing, Reviewing, Addressing, Keeping, Sharing, PostRow):
    """A post with all its verbs."""

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            # The order of lists, and all that says whether readers see a post, which revision, and since when it has had
            # other words: rows hold texts, and take long to read.
            models.Index(
                fields=[
                    *("-published_at", "-id", "live_revision", "scheduled_revision", "scheduled_at", "unpublish_at"),
                    *("deleted_at", "author", "text_changed_at"),
                ],
                name="post_shown",
            ),
            # The same, from the revision on that was found by its words or its tags.
            models.Index(
                fields=[
                    *("live_revision", "published_at", "scheduled_at", "unpublish_at", "scheduled_revision"),
                    *("deleted_at", "author"),
                ],
                name="post_by_revision",
            ),
            models.Index(fields=["-created_at", "-id"], name="post_newest_written"),
            # What the lists of the desk are counted and read by.
            models.Index(
                fields=[
                    *("author", "status", "-updated_at", "-id", "deleted_at"),
                    *("published_at", "live_revision", "scheduled_at", "unpublish_at"),
                ],
                name="post_authors_desk",
            ),
            models.Index(fields=["author", "-updated_at", "-id", "deleted_at"], name="post_of_author"),
            models.Index(fields=["-updated_at", "-id", "deleted_at"], name="post_newest_saved"),
            models.Index(
                fields=["author", "-published_at", "-id", "live_revision", "scheduled_at", "unpublish_at"],
                name="post_authors_live",
            ),
            models.Index(
                fields=["status", "submitted_at", "id", "deleted_at", "claimed_by", "author"], name="post_review_queue"
            ),
            models.Index(fields=["scheduled_at"], name="post_scheduled", condition=Q(scheduled_at__isnull=False)),
            models.Index(fields=["unpublish_at"], name="post_ending", condition=Q(unpublish_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="post_live_has_date", condition=Q(live_revision=None) | Q(published_at__isnull=False)
            ),
            models.CheckConstraint(
                name="post_in_review_has_revision",
                condition=~Q(status=Status.IN_REVIEW) | Q(submitted_revision__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="post_schedule_is_whole",
                condition=Q(scheduled_revision=None, scheduled_at=None)
                | Q(scheduled_revision__isnull=False, scheduled_at__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="post_begins_before_it_ends",
                condition=Q(unpublish_at=None) | Q(scheduled_at=None) | Q(scheduled_at__lt=F("unpublish_at")),
            ),
            models.CheckConstraint(
                name="post_claimed_in_review", condition=Q(claimed_by=None) | Q(status=Status.IN_REVIEW)
            ),
            models.CheckConstraint(
                name="post_deleted_was_never_live",
                condition=Q(deleted_at=None) | Q(live_revision=None, scheduled_revision=None, title="", body=""),
            ),
            models.UniqueConstraint(name="post_imported_once", fields=["source_id"], condition=~Q(source_id="")),
            models.UniqueConstraint(
                name="post_written_once", fields=["author", "write_key"], condition=~Q(write_key="")
            ),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled"

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Save, and have it found by what readers see of it from now on: no verb can forget that."""
        super().save(update_fields=update_fields, **options)
        if update_fields is None or not POINTERS.isdisjoint(update_fields):
            SearchEntry.objects.keep(self)

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.slug])

    @property
    def changed_at(self) -> datetime | None:
        """When readers last got other words than before, or None if they always had these."""
        if self.is_scheduled or self.scheduled_revision is None:
            return self.text_changed_at
        edition = getattr(self.scheduled_revision, "edition", None)
        return self.scheduled_at if edition is not None and edition.changes_text else self.text_changed_at


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
