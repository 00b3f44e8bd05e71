from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts import guards
from blog.guards import GUARDS
from blog.models import Post, Revision
from blog.seals import mismatches


@pytest.fixture
def without_guards() -> None:
    """As if somebody had opened the database with other tools. The test's own transaction brings them back."""
    guards.remove(GUARDS, "default")


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
    assert not [found for found in mismatches() if "guard" not in str(found)]


@pytest.mark.usefixtures("without_guards")
def test_a_post_that_nobody_approved_is_named(submitted: Post) -> None:
    Post.objects.update(live_revision=submitted.submitted_revision, published_at=submitted.created_at)

    told, _ = verified()

    assert f"post {submitted.pk}, revision 1: what readers see, and nobody approved it" in told


@pytest.mark.usefixtures("without_guards")
def test_a_missing_guard_is_named() -> None:
    told, _ = verified()

    assert all(guard.name in told for guard in GUARDS)


def test_the_guards_come_back_with_the_next_migration() -> None:
    guards.remove(GUARDS, "default")

    call_command("migrate", verbosity=0)

    assert guards.missing(GUARDS, connection) == []
