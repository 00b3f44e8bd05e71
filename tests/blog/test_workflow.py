"""What each verb does: from where to where, what the history says, and what readers see meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from blog.exceptions import AnotherRevision, EditedMeanwhile, NotPermitted, NotReady, WrongStatus
from blog.markup import Unrenderable
from blog.models import HistoryEntry, Post
from blog.slugs import slug_of
from blog.status import Status
from blog.workflow import MOVES
from tests.blog.posts import STATES, post_in

# What is done to a post in this state, and where its working copy stands then. By hand, as the matrix is.
PATHS = [
    ("draft", "edit", "draft"),
    ("draft", "submit", "in_review"),
    ("in_review", "edit", "in_review"),
    ("in_review", "submit anew", "in_review"),
    ("in_review", "withdraw", "draft"),
    ("in_review", "request_changes", "draft"),
    ("in_review", "publish", "published"),
    ("published", "edit", "draft"),
    ("published", "unpublish", "in_review"),
    ("draft+live", "edit", "draft"),
    ("draft+live", "submit", "in_review"),
    ("draft+live", "unpublish", "in_review"),
    ("in_review+live", "edit", "in_review"),
    ("in_review+live", "submit anew", "in_review"),
    ("in_review+live", "withdraw", "draft"),
    ("in_review+live", "request_changes", "draft"),
    ("in_review+live", "publish", "published"),
    ("in_review+live", "unpublish", "in_review"),
    # With claims, schedules, ends and the archive.
    ("in_review", "claim", "in_review"),
    ("in_review", "schedule", "published"),
    ("in_review", "archive", "archived"),
    ("in_review+live", "claim", "in_review"),
    ("in_review+live", "schedule", "published"),
    ("in_review+live", "unpublish_later", "in_review"),
    ("claimed", "edit", "in_review"),
    ("claimed", "submit anew", "in_review"),
    ("claimed", "withdraw", "draft"),
    ("claimed", "unclaim", "in_review"),
    ("claimed", "request_changes", "draft"),
    ("claimed", "publish", "published"),
    ("claimed", "schedule", "published"),
    ("claimed", "archive", "archived"),
    ("draft", "archive", "archived"),
    ("draft+live", "unpublish_later", "draft"),
    ("scheduled", "edit", "draft"),
    ("scheduled", "reschedule", "published"),
    ("scheduled", "unschedule", "in_review"),
    ("scheduled", "unpublish_later", "published"),
    ("published", "unpublish_later", "published"),
    ("published+planned", "edit", "draft"),
    ("published+planned", "reschedule", "published"),
    ("published+planned", "unschedule", "in_review"),
    ("published+planned", "unpublish", "in_review"),
    ("published+planned", "unpublish_later", "published"),
    ("published+ending", "edit", "draft"),
    ("published+ending", "unpublish", "in_review"),
    ("published+ending", "unpublish_later", "published"),
    ("published+ending", "keep_published", "published"),
    ("archived", "unarchive", "draft"),
    ("archived+past", "unarchive", "draft"),
]
VERBS = (
    *("edit", "submit", "withdraw", "claim", "unclaim", "request_changes", "publish", "schedule", "reschedule"),
    *("unschedule", "unpublish", "unpublish_later", "keep_published", "archive", "unarchive"),
)


def do(verb: str, post: Post, by: User) -> None:
    waiting = post.submitted_revision.number if post.submitted_revision else 1
    match verb:
        case "submit anew":
            post.edit(by=by, version=post.version, title="Anew", body="Other words.", tags=["new"])
            post.submit(by=by)
        case "edit":
            post.edit(by=by, version=post.version, title="Edited", body="Edited *words*.", tags=["new"])
        case "request_changes":
            post.request_changes(by=by, revision=waiting, reason="  Shorter, please. ")
        case "publish":
            post.publish(by=by, revision=waiting)
        case "schedule":
            post.schedule(by=by, revision=waiting, at=timezone.now() + timedelta(hours=5))
        case "reschedule" | "unpublish_later":
            getattr(post, verb)(by=by, at=timezone.now() + timedelta(hours=72))
        case _:
            getattr(post, verb)(by=by)


@pytest.mark.parametrize(("state", "verb", "to"), PATHS)
def test_each_verb_leads_where_the_table_says(
    state: str, verb: str, to: str, editor_and_admin: User, admin: User
) -> None:
    post = post_in(state, editor_and_admin, admin)
    was_live = post.live_revision
    was = post.status

    do(verb, post, editor_and_admin)

    kept = Post.objects.get(pk=post.pk)
    starts_as = {"claimed": "in_review", "scheduled": "published"}
    assert (was, kept.status) == (starts_as.get(state, state.split("+")[0]), to)
    if verb not in ("publish", "unpublish"):
        assert kept.live_revision == was_live


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_starts_nowhere_else(state: str, verb: str, editor_and_admin: User, admin: User) -> None:
    post = post_in(state, editor_and_admin, admin)
    starts = [start for start, path_verb, _ in PATHS if path_verb.split()[0] == verb]

    if state not in starts:
        with pytest.raises(WrongStatus):
            do(verb, post, editor_and_admin)

        assert Post.objects.get(pk=post.pk).status == post.status


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_moves_a_deleted_post_even_for_who_still_has_it_open(
    verb: str, editor_and_admin: User, admin: User
) -> None:
    still_open = post_in("draft", editor_and_admin, admin)
    Post.objects.get(pk=still_open.pk).delete_for_good(by=editor_and_admin)
    before = everything_about(still_open)

    with pytest.raises(WrongStatus):
        do(verb, still_open, editor_and_admin)

    assert still_open.moves_for(editor_and_admin) == []
    assert everything_about(still_open) == before


def test_deleting_leaves_no_word_of_it_and_frees_its_address(draft: Post, editor: User, admin: User) -> None:
    slug = draft.slug

    draft.delete_for_good(by=editor)

    row = Post.objects.values().get(pk=draft.pk)
    assert not any("proofs" in str(value) or "twice" in str(value) for value in row.values())
    assert not Post.objects.visible_to(admin).exists()
    assert draft.history.latest("pk").verb == "delete"
    assert Post.objects.write(by=editor, title="On proofs", body="Anew.").slug == slug


def test_no_title_stands_in_the_way_of_deleting(draft: Post, editor: User) -> None:
    Post.objects.write(by=editor, title=f"Deleted {draft.pk}", body="A post of that name.")

    draft.delete_for_good(by=editor)

    assert draft.is_deleted
    assert slug_of(draft.slug) != draft.slug


def test_submitting_the_same_text_again_is_no_move(submitted: Post, editor: User) -> None:
    before = everything_about(submitted)

    submitted.submit(by=editor)

    assert everything_about(submitted) == before


@pytest.mark.parametrize("state", ["draft", "in_review", "published", "draft+live", "in_review+live"])
def test_saving_the_same_words_again_is_no_move(state: str, editor_and_admin: User, admin: User) -> None:
    post = post_in(state, editor_and_admin, admin)
    before = everything_about(post)

    post.edit(by=editor_and_admin, version=post.version, title=post.title, body=post.body, tags=post.tags)

    assert everything_about(post) == before


def test_the_same_save_sent_twice_is_one(draft: Post, editor: User) -> None:
    for _ in range(2):
        draft.edit(by=editor, version=1, title="Once", body="Saved once.\r\n", tags=["craft"])

    assert Post.objects.get(pk=draft.pk).version == 2


def everything_about(post: Post) -> list[object]:
    rows = Post.objects.filter(pk=post.pk), post.history.all(), post.revisions.all()
    return [list(row.values()) for row in rows]


@pytest.mark.parametrize(("state", "verb", "to"), PATHS)
def test_each_move_is_told_in_the_history(state: str, verb: str, to: str, editor_and_admin: User, admin: User) -> None:
    post = post_in(state, editor_and_admin, admin)
    HistoryEntry.objects.create(
        post=post, by=admin, verb="publish", from_status="draft", to_status="draft"
    )  # A stretch of edits is told once; this ends it.
    was_live, was_submitted, was_scheduled = post.live_revision, post.submitted_revision, post.scheduled_revision

    do(verb, post, editor_and_admin)

    entry = post.history.latest("pk")
    verb = verb.split()[0]
    revision = {
        "edit": None,
        "unarchive": None,
        "unpublish_later": None,
        "keep_published": None,
        "submit": post.submitted_revision,
        "unpublish": was_live,
        "reschedule": was_scheduled,
        "unschedule": was_scheduled,
    }.get(verb, was_submitted)
    starts_as = {"claimed": "in_review", "scheduled": "published"}
    was = starts_as.get(state, state.split("+")[0])
    assert (entry.verb, entry.by, entry.from_status, entry.to_status) == (verb, editor_and_admin, was, to)
    assert entry.revision == revision
    assert entry.note == ("Shorter, please." if verb == "request_changes" else "")
    assert abs(entry.at - timezone.now()) < timedelta(minutes=1)


def test_a_refused_move_leaves_no_trace(submitted: Post, editor: User) -> None:
    before = list(submitted.history.values())

    with pytest.raises(NotPermitted):
        submitted.publish(by=editor, revision=1)

    assert list(submitted.history.values()) == before


def test_a_stretch_of_saves_by_one_person_is_one_line(draft: Post, editor: User) -> None:
    for number in range(3):
        draft.edit(by=editor, version=draft.version, title=f"Take {number}", body="Words.")

    assert [entry.verb for entry in draft.history.all()] == ["write"]


# Editing


def test_editing_a_published_post_changes_nothing_for_readers(published: Post, editor: User) -> None:
    live = Post.objects.get(pk=published.pk).live_revision

    published.edit(by=editor, version=published.version, title="Second thoughts", body="Anew.")

    kept = Post.objects.get(pk=published.pk)
    assert kept.live_revision == live
    assert kept.has_unpublished_changes
    assert Post.objects.live().get() == kept
    assert (kept.live_revision.title, kept.title) == ("On proofs", "Second thoughts")  # type: ignore[union-attr]  # it is live


def test_a_save_on_an_older_version_is_refused(draft: Post, editor: User) -> None:
    stale = Post.objects.get(pk=draft.pk)
    draft.edit(by=editor, version=draft.version, title="First", body="First.")

    with pytest.raises(EditedMeanwhile):
        stale.edit(by=editor, version=1, title="Second", body="Second.")

    assert Post.objects.get(pk=draft.pk).body == "First."
    assert stale.body == "First."  # so that the page can show both


@pytest.mark.parametrize("version", [0, -1, 2, 2**70])
def test_a_version_that_never_was_is_refused(draft: Post, editor: User, version: int) -> None:
    with pytest.raises(EditedMeanwhile):
        draft.edit(by=editor, version=version, title="Other", body="Other.")


# Submitting


def test_submitting_seals_what_was_written(draft: Post, editor: User) -> None:
    draft.submit(by=editor)

    sealed = draft.submitted_revision
    assert sealed is not None
    assert (sealed.number, sealed.title, sealed.body, sealed.tags) == (1, "On proofs", "Read it *twice*.", ["craft"])
    assert (sealed.slug, sealed.author_name, sealed.created_by) == ("on-proofs", editor.name, editor)
    assert sealed.html == "<p>Read it <em>twice</em>.</p>"
    assert sealed.excerpt == "Read it twice."


def test_submitting_the_same_text_again_reuses_the_revision(submitted: Post, editor: User) -> None:
    submitted.submit(by=editor)

    assert submitted.revisions.count() == 1
    assert submitted.submitted_revision == submitted.revisions.get()


def test_submitting_a_changed_text_seals_the_next_revision(submitted: Post, editor: User) -> None:
    submitted.edit(by=editor, version=submitted.version, title="On proofs", body="More.", tags=["craft"])
    submitted.submit(by=editor)

    assert [revision.number for revision in submitted.revisions.order_by("number")] == [1, 2]
    assert submitted.submitted_revision == submitted.revisions.get(number=2)


@pytest.mark.parametrize(
    ("title", "body", "lack"),
    [("", "Words.", "title"), (" \t", "Words.", "title"), ("Title", "", "Write"), ("Title", " \n\n", "Write")],
)
def test_a_post_without_words_cannot_be_submitted(editor: User, title: str, body: str, lack: str) -> None:
    post = Post.objects.write(by=editor, title=title, body=body)

    with pytest.raises(NotReady, match=lack):
        post.submit(by=editor)

    assert Post.objects.get(pk=post.pk).status == Status.DRAFT


def test_a_text_that_will_not_render_is_kept_and_not_submitted(editor: User) -> None:
    body = "Fine.\n\n" + "1. " * 5_000
    post = Post.objects.write(by=editor, title="Brackets", body=body)

    with pytest.raises(Unrenderable) as refused:
        post.submit(by=editor)

    kept = Post.objects.get(pk=post.pk)
    assert (kept.body, kept.status, kept.html) == (body, Status.DRAFT, "")
    assert refused.value.line == kept.problem_line == 3


def test_a_text_that_was_mended_is_submitted(editor: User) -> None:
    post = Post.objects.write(by=editor, title="Brackets", body="1. " * 5_000)
    post.edit(by=editor, version=post.version, title="Brackets", body="Mended.")

    post.submit(by=editor)

    assert (post.problem, post.problem_line) == ("", None)


# Reviewing


def test_publishing_publishes_the_revision_that_was_read_though_writing_went_on(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.edit(by=editor, version=submitted.version, title="Drifted", body="Drifted.")

    submitted.publish(by=admin, revision=1)

    kept = Post.objects.get(pk=submitted.pk)
    assert kept.live_revision == kept.revisions.get(number=1)
    assert (kept.status, kept.title) == (Status.DRAFT, "Drifted")
    assert kept.has_unpublished_changes


@pytest.mark.parametrize("verb", ["publish", "request_changes"])
def test_deciding_on_another_revision_than_the_one_that_waits_is_refused(
    submitted: Post, editor: User, admin: User, verb: str
) -> None:
    stale = Post.objects.get(pk=submitted.pk)
    submitted.edit(by=editor, version=submitted.version, title="Newer", body="Newer.")
    submitted.submit(by=editor)

    with pytest.raises(AnotherRevision):
        do(verb, stale, admin)

    kept = Post.objects.get(pk=submitted.pk)
    assert (kept.live_revision, kept.submitted_revision) == (None, submitted.submitted_revision)


@pytest.mark.parametrize("number", [0, -1, 2, 2**70])
def test_a_revision_that_never_was_cannot_be_published(submitted: Post, admin: User, number: int) -> None:
    with pytest.raises(AnotherRevision):
        submitted.publish(by=admin, revision=number)


@pytest.mark.parametrize("verb", ["publish", "request_changes"])
def test_the_second_admin_is_too_late(submitted: Post, admin: User, editor_and_admin: User, verb: str) -> None:
    stale = Post.objects.get(pk=submitted.pk)
    submitted.publish(by=admin, revision=1)

    with pytest.raises(WrongStatus):
        do(verb, stale, editor_and_admin)

    assert stale.history.filter(verb="publish").count() == 1
    assert stale.history.latest("pk").by == admin


def test_an_author_who_withdraws_is_faster_than_the_admin_or_too_late(
    submitted: Post, editor: User, admin: User
) -> None:
    stale = Post.objects.get(pk=submitted.pk)
    submitted.withdraw(by=editor)

    with pytest.raises(WrongStatus):
        stale.publish(by=admin, revision=1)

    assert Post.objects.get(pk=submitted.pk).submitted_revision is None


def test_changes_are_asked_for_with_a_reason_until_the_next_submission(
    submitted: Post, editor: User, admin: User
) -> None:
    submitted.request_changes(by=admin, revision=1, reason=" Shorter, please. ")
    returned = Post.objects.get(pk=submitted.pk)
    submitted.submit(by=editor)

    assert (returned.status, returned.returned_reason) == (Status.DRAFT, "Shorter, please.")
    assert returned.submitted_revision is None
    assert Post.objects.get(pk=submitted.pk).returned_reason == ""


@pytest.mark.parametrize("reason", ["", " \n\t"])
def test_asking_for_changes_takes_a_reason(submitted: Post, admin: User, reason: str) -> None:
    with pytest.raises(NotReady):
        submitted.request_changes(by=admin, revision=1, reason=reason)

    assert Post.objects.get(pk=submitted.pk).status == Status.IN_REVIEW


def test_whoever_may_not_ask_for_changes_is_told_so_before_their_reason_is_read(submitted: Post, editor: User) -> None:
    with pytest.raises(NotPermitted):
        submitted.request_changes(by=editor, revision=1, reason="")


def test_a_withdrawn_post_is_the_authors_alone(submitted: Post, editor: User) -> None:
    submitted.withdraw(by=editor)

    kept = Post.objects.get(pk=submitted.pk)
    assert (kept.status, kept.submitted_revision) == (Status.DRAFT, None)
    assert not Post.objects.in_review().exists()


@pytest.mark.parametrize("state", ["published", "draft+live"])
def test_an_unpublished_post_waits_for_review_as_it_was_live(editor: User, admin: User, state: str) -> None:
    post = post_in(state, editor, admin)
    was_live, working_copy = post.live_revision, (post.title, post.body)

    post.unpublish(by=admin)

    kept = Post.objects.get(pk=post.pk)
    assert (kept.live_revision, kept.submitted_revision) == (None, was_live)
    assert (kept.title, kept.body) == working_copy
    assert not Post.objects.live().exists()


def test_what_was_unpublished_beside_a_draft_can_be_published_again_and_the_draft_goes_on(
    editor: User, admin: User
) -> None:
    post = post_in("draft+live", editor, admin)
    post.unpublish(by=admin)

    post.publish(by=admin, revision=1)

    kept = Post.objects.get(pk=post.pk)
    assert (kept.status, kept.title) == (Status.DRAFT, "On proofs, again")
    assert kept.live_revision == kept.revisions.get(number=1)


def test_publishing_again_keeps_the_first_publication_date(published: Post, admin: User) -> None:
    first = Post.objects.get(pk=published.pk).published_at

    published.unpublish(by=admin)
    published.publish(by=admin, revision=1)

    kept = Post.objects.get(pk=published.pk)
    assert kept.published_at == first
    assert kept.is_live


def test_a_newer_submission_stays_the_one_that_waits_when_the_live_one_goes(
    published: Post, editor: User, admin: User
) -> None:
    published.edit(by=editor, version=published.version, title="Newer", body="Newer.")
    published.submit(by=editor)

    published.unpublish(by=admin)

    assert published.submitted_revision == published.revisions.get(number=2)


def test_readers_see_a_post_from_its_hour_on(published: Post) -> None:
    Post.objects.filter(pk=published.pk).update(published_at=timezone.now() + timedelta(hours=1))
    later = Post.objects.get(pk=published.pk)

    assert not later.is_live
    assert not Post.objects.live().exists()


# How somebody is told that they may see a post, but not do this to it. By hand: each is read as a sentence.
REFUSED = {
    "edit": "edit it",
    "restore": "go back to an earlier revision of it",
    "submit": "submit it for review",
    "withdraw": "withdraw it from review",
    "claim": "take it to review",
    "unclaim": "give it back to the queue",
    "publish": "publish it",
    "schedule": "schedule it",
    "publish_alone": "publish it without a second person",
    "request_changes": "ask for changes to it",
    "reschedule": "move it to another time",
    "unschedule": "take it off the schedule",
    "unpublish": "unpublish it",
    "unpublish_later": "set its end",
    "keep_published": "take its end back",
    "archive": "archive it",
    "unarchive": "take it out of the archive",
    "delete": "delete it",
    "hand_over": "hand it over",
    "readdress": "change its address",
    "share": "share it",
    "unshare": "end its links",
}


@pytest.mark.parametrize(("verb", "phrase"), REFUSED.items())
def test_who_may_not_is_told_so_in_a_sentence(published: Post, reader: User, verb: str, phrase: str) -> None:
    with pytest.raises(NotPermitted) as refusal:
        published.ensure(verb, by=reader)

    assert str(refusal.value) == f"You may see this post, but not {phrase}."


def test_every_verb_has_its_sentence() -> None:
    assert set(REFUSED) == set(MOVES)
