"""Fill an empty site with posts that readers see, in bulk: the verbs would take an hour.

Their words come by chance, always the same, as often as words do in English: the most common one is in every post.
Others may use it: `fill(10_000)`, after django.setup() and with the tables there.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 500
WORDS_A_POST = 1_000
VOCABULARY = 20_000
TAGS = 60
AUTHORS = 8
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi")


def fill(count: int) -> None:
    """Add so many published posts by several authors, with tags, editions and what they are found by."""
    from blog.models import Author, Tag, TagSpelling

    chance = random.Random(1)  # noqa: S311 — nothing is to be kept secret.
    authors = [_author(number) for number in range(AUTHORS)]
    for author in authors:
        Author.objects.of(author)
    tags = [Tag.objects.named(f"topic {number}") for number in range(TAGS)]
    assert TagSpelling.objects.count() == TAGS  # noqa: S101
    texts = _texts(chance)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        _publish([_words(number, next(texts), tags, authors, chance) for number in numbers], authors[0])


def _author(number: int) -> "User":
    from accounts.models import User

    return User.objects.create(subject=f"bench-{number}", name=f"Author {number}", email=f"author{number}@example.com")


def vocabulary() -> list[str]:
    """Return the words, the most common first. Each is of three or four syllables."""
    words = ("".join(parts) for parts in product(SYLLABLES, repeat=4))
    chosen = list(islice(words, 0, None, 5))[:VOCABULARY]
    random.Random(2).shuffle(chosen)  # noqa: S311 — as above.
    return chosen


def _texts(chance: random.Random) -> Iterator[list[str]]:
    words = vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        yield chance.choices(words, cum_weights=weights, k=WORDS_A_POST)


def _words(
    number: int, text: list[str], tags: list[Any], authors: list["User"], chance: random.Random
) -> dict[str, Any]:
    paragraphs = [" ".join(text[start : start + 100]) for start in range(0, len(text), 100)]
    return {
        "slug": f"post-{number}",
        "title": " ".join(text[:6]).capitalize(),
        "body": "\n\n".join(paragraphs),
        "html": "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
        "text": "\n".join(paragraphs),
        "excerpt": " ".join(text[:25]),
        "tags": chance.sample(tags, 3),
        "author": authors[number % len(authors)],
        "published_at": FIRST_DAY + timedelta(hours=9 * number),
    }


def _publish(all_words: list[dict[str, Any]], admin: "User") -> None:
    """Put these before readers, as the guards of the database want it: sealed, approved, and only then pointed to."""
    from django.db import transaction
    from django.db.models import OuterRef, Subquery

    from blog.models import MAKER_VERSION, Approval, Edition, Post, Revision, RevisionWriter, SearchEntry, Tagging

    with transaction.atomic():
        posts = Post.objects.bulk_create(_post(words) for words in all_words)
        revisions = Revision.objects.bulk_create(map(_revision, posts, all_words))
        RevisionWriter.objects.bulk_create(RevisionWriter(revision=one, user=one.created_by) for one in revisions)
        Approval.objects.bulk_create(
            Approval(
                revision=one, by=admin, is_own_words=one.created_by_id == admin.pk, is_second_person_asked_for=False
            )
            for one in revisions
        )
        editions = Edition.objects.bulk_create(
            Edition(
                revision=revision,
                post=revision.post,
                author=revision.author,
                text=words["text"],
                image_count=0,
                changes_text=False,
                maker=MAKER_VERSION,
            )
            for revision, words in zip(revisions, all_words, strict=True)
        )
        Tagging.objects.bulk_create(
            Tagging(post=revision.post, revision=revision, tag=tag, position=position)
            for revision, words in zip(revisions, all_words, strict=True)
            for position, tag in enumerate(words["tags"])
        )
        newest = Revision.objects.filter(post=OuterRef("pk")).values("pk")[:1]
        Post.objects.filter(pk__in=[post.pk for post in posts]).update(live_revision=Subquery(newest))
        SearchEntry.objects.bulk_create(SearchEntry.objects.of(edition, waits=False) for edition in editions)


def _post(words: dict[str, Any]) -> Any:
    from blog.models import Post
    from blog.status import Status

    return Post(
        **{field: words[field] for field in ("slug", "title", "body", "html", "excerpt", "author", "published_at")},
        tags=[tag.name for tag in words["tags"]],
        writers=[words["author"].pk],
        status=Status.PUBLISHED,
        live_since=words["published_at"],
    )


def _revision(post: Any, words: dict[str, Any]) -> Any:
    from blog.models import Revision

    revision = Revision(
        **{field: words[field] for field in ("slug", "title", "body", "html", "excerpt", "author")},
        post=post,
        number=1,
        tags=post.tags,
        has_own_excerpt=True,
        author_name=words["author"].name,
        renderer_version="bench",
        word_count=WORDS_A_POST,
        created_by=words["author"],
        created_at=words["published_at"],
        seal_form=max(Revision.SEALED_FIELDS),
    )
    revision.digest = revision.computed_digest()
    return revision
