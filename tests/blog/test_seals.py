from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from accounts import guards
from accounts.models import User
from blog.guards import ALL_GUARDS
from blog.markup import RENDERER_VERSION
from blog.models import Post, Revision
from blog.seals import mismatches


@pytest.fixture
def without_guards() -> None:
    """As if somebody had opened the database with other tools. The test's own transaction brings them back."""
    guards.remove(ALL_GUARDS, "default")


def verified() -> tuple[str, str]:
    """Return what the command prints, and what it fails with."""
    out = StringIO()
    try:
        call_command("verify_seals", stdout=out)
    except CommandError as failure:
        return out.getvalue(), str(failure)
    return out.getvalue(), ""


def test_what_nobody_touched_is_as_it_was_sealed(published: Post) -> None:
    assert verified() == ("1 revisions looked at: all as they were sealed.\n", "")


@pytest.mark.usefixtures("without_guards")
@pytest.mark.parametrize("form", Revision.SEALED_FIELDS)
def test_one_changed_byte_in_any_sealed_field_is_named(published: Post, form: int) -> None:
    kept = Revision.objects.get()
    kept.seal_form = form
    models.QuerySet(Revision).update(seal_form=form, digest=kept.computed_digest())
    restored = {field: getattr(kept, field) for field in Revision.SEALED_FIELDS[form]}

    for field, value in restored.items():
        changed = [*value, "x"] if isinstance(value, list) else f"{value}x"
        models.QuerySet(Revision).update(**{field: changed})
        told, failure = verified()
        models.QuerySet(Revision).update(**{field: value})

        assert f"post {published.pk}, revision 1: its text is not the one that was sealed" in told, field
        assert failure
    assert not [found for found in mismatches() if found.where not in ("database", "lists")]


@pytest.mark.usefixtures("without_guards")
def test_a_post_that_nobody_approved_is_named(submitted: Post) -> None:
    Post.objects.update(live_revision=submitted.submitted_revision, published_at=submitted.created_at)

    told, _ = verified()

    assert f"post {submitted.pk}, revision 1: what readers see, and nobody approved it" in told


@pytest.mark.usefixtures("without_guards")
def test_a_missing_guard_is_named() -> None:
    told, _ = verified()

    assert all(guard.name in told for guard in ALL_GUARDS if guard.is_for(connection))


def test_the_guards_come_back_with_the_next_migration() -> None:
    guards.remove(ALL_GUARDS, "default")

    call_command("migrate", verbosity=0)

    assert guards.missing(ALL_GUARDS, "default") == []


@pytest.mark.usefixtures("without_guards")
def test_what_readers_are_sent_is_sealed_with_the_words(published: Post) -> None:
    models.QuerySet(Revision).update(html="<p>Other words.</p>")

    told, _ = verified()

    assert f"post {published.pk}, revision 1: its text is not the one that was sealed" in told


@pytest.mark.usefixtures("without_guards")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"slug": "buy-pills"}, "its address is not the one that was sealed, nor one it was given since"),
        ({"unpublish_at": timezone.now() + timedelta(days=9)}, "it is to end at another time than the history says"),
    ],
)
def test_a_change_beside_the_history_is_named(published: Post, change: dict[str, Any], says: str) -> None:
    Post.objects.update(**change)

    assert f"post {published.pk}: {says}" in verified()[0]


def test_what_was_unpublished_and_put_back_beside_the_verbs_is_named(published: Post, admin: User) -> None:
    revision = published.live_revision
    published.unpublish(by=admin)
    assert verified()[1] == ""

    Post.objects.update(live_revision=revision)  # It was approved once, so the guards let it through.

    assert "what readers see is not what the history says was published" in verified()[0]


def test_another_time_for_a_schedule_is_named(submitted: Post, admin: User) -> None:
    at = timezone.now() + timedelta(days=2)
    submitted.schedule(by=admin, revision=1, at=at)
    submitted.reschedule(by=admin, at=at + timedelta(days=1))
    assert verified()[1] == ""

    Post.objects.update(scheduled_at=at)

    assert "it is to go live at another time than the history says" in verified()[0]


def test_what_an_older_renderer_made_is_made_anew_before_it_is_sealed(
    draft: Post, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Post.objects.update(html="<p onclick=old>", html_renderer="an older one")
    draft.refresh_from_db()
    assert not draft.is_rendered

    draft.submit(by=editor)

    assert draft.submitted_revision is not None
    assert "onclick" not in draft.submitted_revision.html
    assert draft.submitted_revision.renderer_version == RENDERER_VERSION
