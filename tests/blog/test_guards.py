"""What the database refuses by itself. Each test goes around the verbs, as a shell, a bulk update or raw SQL would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import guards, team
from accounts.models import TeamEntry, User
from blog.exceptions import NotPermitted
from blog.guards import ALL_GUARDS
from blog.models import (
    Approval,
    FormerSlug,
    HistoryEntry,
    HouseRule,
    Post,
    Revision,
    RevisionWriter,
    Tag,
    TagEntry,
    tag_keeping,
)
from blog.site_version import Note
from tests.blog.posts import known
from tests.conftest import SignUp

WRITTEN_ONCE = [Revision, RevisionWriter, Approval, HistoryEntry, HouseRule, FormerSlug, TagEntry, TeamEntry]


@pytest.fixture
def a_row_of_each(published: Post, admin: User, reader: User) -> None:
    team.give_role(by=admin, subject=reader.subject, role="editor", reason="Writes well.")
    published.readdress(by=admin, to="elsewhere")
    tag_keeping.rename(Tag.objects.get(), by=admin, to="Trade")


def refused(act: Callable[[], object]) -> str:
    """Return what the database says to this, and leave everything as it was."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()
    return str(refusal.value)


def plainly(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return a queryset without our own rules: what is left is the database's."""
    return models.QuerySet(model)


def sql(statement: str) -> Callable[[], object]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def test_every_guard_is_in_place() -> None:
    assert guards.missing(ALL_GUARDS, "default") == []


@pytest.mark.usefixtures("a_row_of_each")
@pytest.mark.parametrize("model", WRITTEN_ONCE)
def test_what_is_written_once_is_never_changed(model: type[models.Model]) -> None:
    before = list(plainly(model).values())

    assert "never changed" in refused(lambda: plainly(model).update(id=models.F("id")))
    assert "never changed" in refused(sql(f"UPDATE {model._meta.db_table} SET id = id"))  # noqa: S608
    assert before
    assert list(plainly(model).values()) == before


@pytest.mark.usefixtures("a_row_of_each")
@pytest.mark.parametrize("model", WRITTEN_ONCE)
def test_what_is_written_once_is_never_removed(model: type[models.Model]) -> None:
    before = list(plainly(model).values())

    assert "never removed" in refused(sql(f"DELETE FROM {model._meta.db_table}"))  # noqa: S608
    assert "never removed" in refused(lambda: plainly(model)._raw_delete("default"))
    assert list(plainly(model).values()) == before


def test_a_post_is_never_removed(draft: Post) -> None:
    assert "never removed" in refused(lambda: Post.objects.filter(pk=draft.pk)._raw_delete("default"))


@pytest.mark.parametrize("pointer", ["live_revision", "scheduled_revision"])
def test_nothing_goes_to_readers_unapproved(submitted: Post, pointer: str) -> None:
    row = Post.objects.filter(pk=submitted.pk)
    times = {"published_at": submitted.created_at, "scheduled_at": submitted.created_at}
    if pointer == "live_revision":
        del times["scheduled_at"]

    assert "approved" in refused(lambda: row.update(**{pointer: submitted.submitted_revision}, **times))


def test_an_approval_is_for_a_post_of_its_own(published: Post, other_editor: User) -> None:
    other = Post.objects.write(by=other_editor, title="Another", body="Words.")
    row = Post.objects.filter(pk=other.pk)

    assert "approved" in refused(
        lambda: row.update(live_revision=published.live_revision, published_at=published.published_at)
    )


def test_a_post_does_not_begin_its_life_before_readers(published: Post) -> None:
    published.pk, published.slug = None, "a-copy"

    assert "approved" in refused(lambda: models.Model.save_base(published, force_insert=True))


@pytest.fixture
def own_words(editor_and_admin: User, settings: Settings) -> Revision:
    """Words of somebody who could publish them, where a second person is asked for."""
    settings.REQUIRE_SECOND_PERSON = True
    post = Post.objects.write(by=editor_and_admin, title="Mine", body="Words.")
    post.submit(by=editor_and_admin)
    assert post.submitted_revision is not None
    return post.submitted_revision


def test_the_database_refuses_an_approval_of_own_words(own_words: Revision, editor_and_admin: User) -> None:
    told = refused(lambda: Approval.objects.give(own_words, by=editor_and_admin))

    assert "approval_by_a_second_person" in told


def test_an_approval_cannot_hide_whose_words_they_are(own_words: Revision, editor_and_admin: User) -> None:
    row = {"revision": own_words, "by": editor_and_admin, "is_own_words": False}

    assert "words of the person" in refused(lambda: Approval.objects.create(**row, is_second_person_asked_for=True))
    assert "words of the person" in refused(lambda: Approval.objects.create(**row, is_second_person_asked_for=False))


def test_an_approval_cannot_deny_the_rule_of_the_site(own_words: Revision, editor_and_admin: User) -> None:
    HouseRule.objects.write_down()

    assert "second person" in refused(
        lambda: Approval.objects.create(
            revision=own_words, by=editor_and_admin, is_own_words=True, is_second_person_asked_for=False
        )
    )


def test_who_wrote_a_part_may_not_publish_the_whole(
    editor_and_admin: User, other_editor: User, admin: User, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    post = Post.objects.write(by=editor_and_admin, title="Ours", body="My words.")
    post.hand_over(by=admin, to=known(other_editor), reason="On holiday.")
    post.edit(by=other_editor, version=post.version, title="Ours", body="My words. And hers.")
    post.submit(by=other_editor)

    with pytest.raises(NotPermitted):
        post.publish(by=editor_and_admin, revision=1)
    post.publish(by=admin, revision=1)
    assert post.is_live


def test_words_that_were_brought_back_are_still_their_writers(
    editor_and_admin: User, other_editor: User, admin: User, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    post = Post.objects.write(by=editor_and_admin, title="First", body="My words.")
    post.submit(by=editor_and_admin)
    post.hand_over(by=admin, to=known(other_editor), reason="On holiday.")
    post.edit(by=other_editor, version=post.version, title="Hers", body="All hers.")
    post.restore(by=other_editor, version=post.version, revision=1)
    post.submit(by=other_editor)
    assert post.submitted_revision is not None

    with pytest.raises(NotPermitted):
        post.publish(by=editor_and_admin, revision=post.submitted_revision.number)


def test_the_only_admin_publishes_alone_with_a_reason_that_stays(editor_and_admin: User, own_words: Revision) -> None:
    post = Post.objects.get(pk=own_words.post_id)
    assert "publish_alone" in post.moves_for(editor_and_admin)

    post.publish_alone(by=editor_and_admin, revision=1, reason="Nobody else is here yet.")

    assert post.is_live
    last = post.history.latest("pk")
    assert (last.verb, last.note) == ("publish_alone", "Nobody else is here yet.")
    approval = Approval.objects.get()
    assert (approval.is_own_words, approval.reason) == (True, "Nobody else is here yet.")


def test_nobody_publishes_alone_where_there_is_another_admin(
    editor_and_admin: User, own_words: Revision, admin: User
) -> None:
    known(admin)
    post = Post.objects.get(pk=own_words.post_id)

    assert "publish_alone" not in post.moves_for(editor_and_admin)
    with pytest.raises(NotPermitted):
        post.publish_alone(by=editor_and_admin, revision=1, reason="I cannot wait.")


def test_publishing_alone_is_not_for_the_words_of_others(submitted: Post, admin: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_PERSON = True

    assert "publish_alone" not in submitted.moves_for(admin)
    assert "publish" in submitted.moves_for(admin)


def test_changes_of_the_rules_are_written_down_once(submitted: Post, admin: User, settings: Settings) -> None:
    submitted.publish(by=admin, revision=1)
    settings.REQUIRE_SECOND_PERSON = True
    HouseRule.objects.write_down()
    HouseRule.objects.write_down()

    values = HouseRule.objects.filter(name="REQUIRE_SECOND_PERSON").order_by("pk").values_list("value", flat=True)
    assert list(values) == [False, True]


def test_a_retired_admin_does_not_count_as_a_second_person(
    editor_and_admin: User, own_words: Revision, sign_up: SignUp
) -> None:
    other = known(sign_up("Gone Admin", "admin"))
    User.objects.filter(pk=other.pk).update(is_disabled=True)

    assert "publish_alone" in Post.objects.get(pk=own_words.post_id).moves_for(editor_and_admin)


@pytest.mark.usefixtures("a_row_of_each")
@pytest.mark.parametrize("model", WRITTEN_ONCE)
def test_no_row_takes_the_place_of_one_that_is_written_once(model: type[models.Model]) -> None:
    table = model._meta.db_table
    row = plainly(model).earliest("pk")
    row._state.adding = True

    assert "never replaced" in refused(lambda: models.Model.save_base(row, force_insert=True))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers")
            assert cursor.fetchone() == (1,)
        assert "never" in refused(sql(f"REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608


@pytest.mark.parametrize("model", [*WRITTEN_ONCE, Post])
def test_no_table_is_emptied_at_a_stroke(model: type[models.Model]) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")

    assert "never removed" in refused(sql(f"TRUNCATE {model._meta.db_table} CASCADE"))


def test_the_address_of_what_was_submitted_stays(submitted: Post) -> None:
    row = Post.objects.filter(pk=submitted.pk)

    assert "address" in refused(lambda: row.update(slug="buy-pills"))


def test_a_migration_that_fails_leaves_every_guard_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, *args: object, **options: object) -> None:
        guards.remove(ALL_GUARDS, "default")
        raise IntegrityError("broken halfway")

    monkeypatch.setattr(DjangosMigrate, "handle", fail)

    with pytest.raises(IntegrityError):
        call_command("migrate", verbosity=0)

    assert guards.missing(ALL_GUARDS, "default") == []


def test_what_an_earlier_release_noted_is_gone_before_a_migration_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    former = Note("blog_post", "UPDATE", "NEW.id IS NOT OLD.id AND NEW.slug = 'of an earlier release'")
    guards.install([former], "default")
    there: list[str] = []
    monkeypatch.setattr(
        DjangosMigrate, "sync_apps", lambda *given: there.extend({former.name} - {*guards.missing([former], "default")})
    )
    assert guards.missing([former], "default") == []

    call_command("migrate", verbosity=0, run_syncdb=True)

    assert there == []
    assert guards.missing([former], "default") == [former.name]
    assert guards.missing(ALL_GUARDS, "default") == []


def test_a_site_without_its_guards_is_not_ready(client: Client) -> None:
    assert client.get("/readyz").json()["guards"] is True
    guards.remove(ALL_GUARDS, "default")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["guards"]) == (503, False)


def test_own_words_that_were_scheduled_before_the_rule_keep_their_time(
    editor_and_admin: User, admin: User, settings: Settings
) -> None:
    at = timezone.now() + timedelta(days=1)
    post = Post.objects.write(by=editor_and_admin, title="Mine", body="Words.")
    post.submit(by=editor_and_admin)
    post.schedule(by=editor_and_admin, revision=1, at=at)
    settings.REQUIRE_SECOND_PERSON = True

    with pytest.raises(NotPermitted):
        post.reschedule(by=editor_and_admin, at=at - timedelta(hours=20))
    post.reschedule(by=admin, at=at + timedelta(hours=1))

    assert "reschedule" not in post.moves_for(editor_and_admin)
    assert "unschedule" in post.moves_for(editor_and_admin)
