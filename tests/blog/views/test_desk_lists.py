"""The desk's lists: who finds what where, under which title, in which order, and what can be done with many."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session, TeamEntry, User
from accounts.roles import Role
from blog.desk.lists import LISTS
from blog.models import HistoryEntry, Post
from blog.status import Status
from tests.blog.desks import fill_desk
from tests.blog.posts import post_in, with_roles
from tests.conftest import SignUp, signed_in

OWN = ("mine", "drafts", "returned", "waiting", "scheduled", "live", "archived")
REVIEWING = ("queue", "coming-up", "published", "everything")
STATES = ("draft", "in_review", "published", "draft+live", "in_review+live", "archived")


def sections(client: Client) -> dict[str, list[str]]:
    overview = client.get("/desk").context["overview"]
    return {one.key: [row.title for row in one.rows] for one in overview.needs + overview.beside}


def titles(client: Client, path: str, **asked: str) -> list[str]:
    return [row.title for row in client.get(f"/desk/{path}", asked).context["rows"]]


def numbers(client: Client) -> dict[str, int]:
    """Return what the navigation of the desk counts."""
    return {item.key: item.count for group in client.get("/desk").context["nav"] for item in group.items}


def text_of(answer: Any) -> str:
    """Return what is read on the page, on one line."""
    main = answer.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def go_back(**ago: float) -> Callable[[], Any]:
    then = datetime.now(UTC) - timedelta(**ago)
    return lambda: then


def at(monkeypatch: pytest.MonkeyPatch, **ago: float) -> pytest.MonkeyPatch:
    """Let it be so long ago."""
    monkeypatch.setattr("django.utils.timezone.now", go_back(**ago))
    return monkeypatch


def schedule(post: Post, admin: User, **ahead: float) -> Post:
    assert post.submitted_revision is not None
    post.schedule(by=admin, revision=post.submitted_revision.number, at=timezone.now() + timedelta(**ahead))
    return post


@pytest.fixture
def one_of_each(editor: User, other_editor: User, admin: User) -> None:
    for state in STATES:
        post_in(state, editor, admin, title=f"Ed's {state}")
        post_in(state, other_editor, admin, title=f"Olga's {state}")
    returned = post_in("in_review", editor, admin, title="Ed's returned")
    returned.request_changes(by=admin, revision=1, reason="Shorter, please.")
    schedule(post_in("in_review", editor, admin, title="Ed's scheduled"), admin, days=1)


# Who finds what


@pytest.mark.usefixtures("one_of_each")
def test_an_editor_finds_their_own_posts_by_where_they_stand(editor: User) -> None:
    client = signed_in(editor)

    assert {key: titles(client, key) for key in OWN[1:]} == {
        "drafts": ["Ed's draft+live, again", "Ed's draft"],
        "returned": ["Ed's returned"],
        "waiting": ["Ed's in_review", "Ed's in_review+live, again"],
        "scheduled": ["Ed's scheduled"],
        "live": ["Ed's in_review+live", "Ed's draft+live", "Ed's published"],
        "archived": ["Ed's archived"],
    }
    assert len(titles(client, "mine")) == 8
    assert not any("Olga" in title for key in OWN for title in titles(client, key))


@pytest.mark.usefixtures("one_of_each")
def test_an_admin_finds_what_waits_oldest_first_what_is_coming_and_what_came_out(admin: User) -> None:
    client = signed_in(admin)

    assert titles(client, "queue") == [
        "Ed's in_review", "Olga's in_review", "Ed's in_review+live, again", "Olga's in_review+live, again",
    ]  # fmt: skip
    assert titles(client, "coming-up") == ["Ed's scheduled"]
    assert len(titles(client, "published")) == 6
    assert len(titles(client, "everything")) == 14


@pytest.mark.usefixtures("one_of_each")
def test_the_overview_shows_what_needs_somebody_and_leaves_out_what_is_empty(
    editor: User, other_editor: User, admin: User
) -> None:
    assert list(sections(signed_in(editor))) == ["returned", "drafts", "waiting", "scheduled", "live"]
    assert list(sections(signed_in(other_editor))) == ["drafts", "waiting", "live"]
    assert list(sections(signed_in(admin))) == ["queue", "coming-up", "published"]


@pytest.mark.usefixtures("one_of_each")
def test_who_holds_both_roles_finds_both(editor_and_admin: User) -> None:
    client = signed_in(editor_and_admin)

    assert list(sections(client)) == ["queue", "drafts", "coming-up", "published"]
    assert set(numbers(client)) == {*OWN, *REVIEWING, "people"}


@pytest.mark.usefixtures("one_of_each")
def test_the_navigation_counts_each_list_and_says_which_one_it_is_at(editor: User) -> None:
    client = signed_in(editor)

    counted = numbers(client)
    page = client.get("/desk/drafts").content.decode()

    assert counted == {key: len(titles(client, key)) for key in OWN}
    assert re.findall(r'<a href="([^"]*)" aria-current="page">', page) == ["/desk/drafts"]


@pytest.mark.parametrize("key", [*REVIEWING, "people"])
def test_the_lists_of_reviewers_are_not_for_editors(editor: User, key: str) -> None:
    assert signed_in(editor).get(f"/desk/{key}").status_code == 403


@pytest.mark.parametrize("key", OWN)
def test_the_lists_of_editors_are_not_for_those_who_do_not_write(admin: User, key: str) -> None:
    assert signed_in(admin).get(f"/desk/{key}").status_code == 403


@pytest.mark.parametrize("key", [*OWN, *REVIEWING, "people"])
def test_no_list_is_for_readers_and_none_takes_a_post(reader: User, editor_and_admin: User, key: str) -> None:
    assert signed_in(reader).get(f"/desk/{key}").status_code == 403
    assert signed_in(editor_and_admin).post(f"/desk/{key}").status_code == 405


def test_a_deleted_draft_is_on_no_list(editor_and_admin: User) -> None:
    draft = Post.objects.write(by=editor_and_admin, title="Away", body="Words.")
    draft.delete_for_good(by=editor_and_admin)
    client = signed_in(editor_and_admin)

    assert [titles(client, key) for key in (*OWN, *REVIEWING)] == [[]] * 11


# Under which title


def test_a_list_shows_the_title_of_the_text_that_it_is_about(editor_and_admin: User, admin: User) -> None:
    waiting = post_in("in_review", editor_and_admin, admin, title="Waiting")
    waiting.edit(by=editor_and_admin, version=1, title="Typed since", body="Words.")
    live = post_in("published", editor_and_admin, admin, title="Live")
    live.edit(by=editor_and_admin, version=1, title="Next draft", body="Words.")
    scheduled = schedule(post_in("in_review", editor_and_admin, admin, title="Scheduled"), admin, days=1)
    scheduled.edit(by=editor_and_admin, version=1, title="Typed after scheduling", body="Words.")
    client = signed_in(editor_and_admin)

    found = {key: titles(client, key) for key in ("queue", "waiting", "published", "live", "coming-up", "scheduled")}

    assert found == {
        "queue": ["Waiting"], "waiting": ["Waiting"], "published": ["Live"], "live": ["Live"],
        "coming-up": ["Scheduled"], "scheduled": ["Scheduled"],
    }  # fmt: skip
    assert titles(client, "drafts") == ["Typed after scheduling", "Next draft"]
    assert "you have written on since" in text_of(client.get("/desk/waiting"))


def test_what_was_typed_since_is_nowhere_on_a_reviewers_queue(submitted: Post, editor: User, admin: User) -> None:
    submitted.edit(by=editor, version=1, title="Typed since", body="Secretly.", tags=["unseen"])
    client = signed_in(admin)

    for answer in (client.get("/desk"), client.get("/desk/queue"), client.get("/desk/queue", {"q": "secretly"})):
        page = answer.content.decode()
        assert "Typed since" not in page
        assert "unseen" not in page
    assert titles(client, "queue", q="secretly") == []
    assert titles(client, "queue", q="twice") == ["On proofs"]


# What a row tells


def test_the_reason_stands_beside_a_returned_text(submitted: Post, editor: User, admin: User) -> None:
    submitted.request_changes(by=admin, revision=1, reason="Shorter & clearer, please.")
    client = signed_in(editor)

    for path in ("/desk", "/desk/returned"):
        assert "Shorter &amp; clearer, please." in client.get(path).content.decode()
        assert "returned a moment ago" in text_of(client.get(path))


def test_an_editor_sees_their_place_in_the_queue_and_since_when(
    editor: User, other_editor: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours, author, title in ((5, other_editor, "First"), (3, editor, "Second"), (1, other_editor, "Third")):
        with monkeypatch.context() as then:
            at(then, hours=hours)
            post_in("in_review", author, admin, title=title)

    page = text_of(signed_in(editor).get("/desk/waiting"))

    assert "2nd of 3" in page
    assert "waiting 3 hours" in page
    assert "First" not in page


def test_a_waiting_time_carries_the_exact_time(submitted: Post, admin: User, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    Post.objects.filter(pk=submitted.pk).update(submitted_at="2026-05-05T08:00:00Z")

    page = signed_in(admin).get("/desk/queue").content.decode()

    assert '<time datetime="2026-05-05T10:00:00+02:00" title="5 May 2026, 10:00 CEST">' in page


def test_the_queue_tells_the_size_of_a_new_text_and_of_a_change(editor: User, admin: User) -> None:
    post_in("in_review", editor, admin, title="New", body="One two three.")
    post_in("in_review+live", editor, admin, title="Changed", body="One two three.")

    page = text_of(signed_in(admin).get("/desk/queue"))

    assert "3 words" in page
    assert "+1 word " in page
    assert "1 word added, 0 removed" in page


def test_a_schedule_is_told_with_its_zone_and_so_is_an_end(
    submitted: Post, published: Post, editor: User, other_editor: User, admin: User, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    scheduled = post_in("in_review", editor, admin, title="To come")
    year = timezone.now().year + 1
    scheduled.schedule(by=admin, revision=1, at=datetime.fromisoformat(f"{year}-07-01T08:00:00+00:00"))
    published.unpublish_later(by=admin, at=datetime.fromisoformat(f"{year}-12-01T08:00:00+00:00"))

    own, coming = signed_in(editor), text_of(signed_in(admin).get("/desk/coming-up"))

    assert f"live on 1 Jul {year}, 10:00 CEST" in text_of(own.get("/desk/scheduled"))
    assert f"ends on 1 Dec {year}, 09:00 CET" in text_of(own.get("/desk/live"))
    assert coming.index("To come") < coming.index("On proofs")
    assert f"1 Jul {year}, 10:00 CEST" in coming
    assert f"1 Dec {year}, 09:00 CET" in coming


def test_a_change_that_is_scheduled_is_told_from_a_new_post(published: Post, editor: User, admin: User) -> None:
    published.edit(by=editor, version=1, title="On proofs, again", body="Words.")
    published.submit(by=editor)
    schedule(published, admin, days=1)

    assert "On proofs, again" in text_of(signed_in(admin).get("/desk/coming-up"))
    assert "a change to a live post" in text_of(signed_in(admin).get("/desk/coming-up"))
    assert "a change goes live on" in text_of(signed_in(editor).get("/desk/live"))


def test_what_the_clock_moved_is_on_the_right_list_when_the_desk_is_opened(
    submitted: Post, editor: User, admin: User
) -> None:
    schedule(submitted, admin, days=1)
    past = timezone.now() - timedelta(minutes=1)
    Post.objects.filter(pk=submitted.pk).update(scheduled_at=past, published_at=past)
    client = signed_in(editor)

    assert titles(client, "live") == ["On proofs"]
    assert titles(client, "scheduled") == []
    assert HistoryEntry.objects.filter(post=submitted, verb="publish").count() == 1


# Looking for something


def test_words_are_found_in_title_and_text_in_any_script_and_case(editor: User) -> None:
    for title, body in (
        ("Über Übergänge", "Ein Wort."), ("Заметки", "О вёрстке."), ("校正", "について"), ("Plain", "Nothing [here].*"),
    ):  # fmt: skip
        Post.objects.write(by=editor, title=title, body=body)
    client = signed_in(editor)

    assert titles(client, "mine", q="üBERGÄNGE") == ["Über Übergänge"]
    assert titles(client, "mine", q="u\u0308ber wort") == ["Über Übergänge"]
    assert titles(client, "mine", q="ЗАМЕТКИ вёрстке") == ["Заметки"]
    assert titles(client, "mine", q="につ") == ["校正"]
    assert titles(client, "mine", q="[HERE].*") == ["Plain"]
    assert titles(client, "mine", q=".*") == ["Plain"]
    assert titles(client, "mine", q="\0") == titles(client, "mine")
    assert titles(client, "mine", q="nowhere to be found") == []


def test_signs_that_databases_take_for_any_letter_are_looked_for_as_they_are(editor: User) -> None:
    for body in ("A 50% cut.", "A 500 cut.", "snake_case", "snakeXcase", "back\\slash"):
        Post.objects.write(by=editor, title=body, body=body)
    client = signed_in(editor)

    assert titles(client, "mine", q="50% CUT") == ["A 50% cut."]
    assert titles(client, "mine", q="snake_case") == ["snake_case"]
    assert titles(client, "mine", q="k\\s") == ["back\\slash"]


@pytest.mark.usefixtures("one_of_each")
def test_a_search_finds_ones_own_posts_alone(editor: User) -> None:
    client = signed_in(editor)

    for key in OWN:
        assert titles(client, key, q="olga") == []
    assert "olga" not in text_of(client.get("/desk/mine", {"tag": "Olga's", "standing": "live"})).lower()


@pytest.mark.usefixtures("one_of_each")
def test_an_admin_finds_all_posts_of_somebody_by_their_name(admin: User) -> None:
    found = titles(signed_in(admin), "everything", q="olga editor")

    assert len(found) == 6
    assert all("Olga's" in title for title in found)


def test_a_tag_narrows_a_list_however_it_is_written(editor: User) -> None:
    for title, tags in (
        ("One", ["Übung"]), ("Two", ["übung", "print"]), ("Three", ["print run"]), ("Four", ['a "b"']), ("Five", ["b"]),
    ):  # fmt: skip
        Post.objects.write(by=editor, title=title, body="Words.", tags=tags)
    client = signed_in(editor)

    choices = [choice.value for choice in client.get("/desk/drafts").context["search"].tags]

    assert choices == ['a "b"', "b", "print", "print run", "Übung"]
    assert titles(client, "drafts", tag="Übung", sort="title") == ["One", "Two"]
    assert titles(client, "drafts", tag="print") == ["Two"]
    assert titles(client, "drafts", tag="b") == ["Five"]
    assert titles(client, "drafts", tag='a "b"') == ["Four"]


def test_the_tags_to_choose_from_are_those_of_the_texts_on_the_list(
    published: Post, editor: User, other_editor: User, admin: User
) -> None:
    published.edit(by=editor, version=1, title="Next", body="Words.", tags=["next"])
    Post.objects.write(by=other_editor, title="Olga's", body="Words.", tags=["olga"])
    client = signed_in(editor)

    offered = {
        key: [choice.value for choice in client.get(f"/desk/{key}").context["search"].tags]
        for key in ("live", "drafts", "mine")
    }

    assert offered == {"live": ["craft"], "drafts": ["next"], "mine": ["next"]}


def test_what_is_coming_up_is_found_by_what_is_to_go_live_and_by_what_is_to_end(
    published: Post, editor: User, admin: User
) -> None:
    published.unpublish_later(by=admin, at=timezone.now() + timedelta(days=2))
    to_come = post_in("in_review", editor, admin, title="To come", body="Fresh words.")
    schedule(to_come, admin, days=1)
    to_come.edit(by=editor, version=1, title="Typed since", body="Hidden words.", tags=["unseen"])
    client = signed_in(admin)

    assert titles(client, "coming-up", tag="craft") == ["To come", "On proofs"]
    assert titles(client, "coming-up", sort="latest") == ["On proofs", "To come"]
    assert titles(client, "coming-up", sort="title") == ["On proofs", "To come"]
    assert titles(client, "coming-up", q="fresh") == ["To come"]
    assert titles(client, "coming-up", q="twice") == ["On proofs"]
    assert titles(client, "coming-up", q="hidden") == []
    assert titles(client, "coming-up", tag="unseen") == ["To come", "On proofs"]


@pytest.mark.usefixtures("one_of_each")
def test_all_of_ones_posts_are_narrowed_by_where_they_stand(editor: User) -> None:
    client = signed_in(editor)

    assert titles(client, "mine", standing="returned") == ["Ed's returned"]
    assert titles(client, "mine", standing="archived", sort="oldest") == ["Ed's archived"]
    assert len(titles(client, "mine", standing="live")) == 3


def test_the_queue_is_narrowed_to_what_is_in_my_hands_or_in_nobodys(
    editor: User, admin: User, editor_and_admin: User
) -> None:
    for title, by in (("Ada's", admin), ("Bea's", editor_and_admin), ("Nobody's", None)):
        post = post_in("in_review", editor, admin, title=title)
        if by:
            post.claim(by=by)
    client = signed_in(admin)

    assert titles(client, "queue", claim="mine") == ["Ada's"]
    assert titles(client, "queue", claim="free") == ["Nobody's"]
    assert sections(client)["in-hand"] == ["Ada's"]
    assert sections(client)["queue"] == ["Bea's", "Nobody's"]
    assert "in the hands of Bea Both" in text_of(client.get("/desk/queue"))


def test_the_overview_says_that_nothing_waits_where_nothing_does(submitted: Post, admin: User) -> None:
    client = signed_in(admin)
    submitted.claim(by=admin)
    in_hand = text_of(client.get("/desk"))
    submitted.unclaim(by=admin)
    submitted.publish(by=admin, revision=1)

    assert "Nothing waits." not in in_hand
    assert "Nothing waits." in text_of(client.get("/desk"))


def test_lists_are_sorted_as_is_allowed_and_otherwise_as_they_come(editor: User, admin: User) -> None:
    for title, body in (("Beta", "One."), ("alpha", "One two three."), ("Gamma", "One two.")):
        post_in("in_review", editor, admin, title=title, body=body)
    client = signed_in(admin)

    assert titles(client, "queue") == ["Beta", "alpha", "Gamma"]
    assert titles(client, "queue", sort="newest") == ["Gamma", "alpha", "Beta"]
    assert titles(client, "queue", sort="largest") == ["alpha", "Gamma", "Beta"]
    assert titles(client, "queue", sort="title") == ["alpha", "Beta", "Gamma"]
    for nonsense in ("soonest", "author__email", "-body", "pk);--"):
        assert titles(client, "queue", sort=nonsense) == ["Beta", "alpha", "Gamma"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two posts of a list are looked at."""
    monkeypatch.setattr("blog.desk.search.COUNTED", 2)


@pytest.mark.usefixtures("counted")
def test_of_a_long_list_the_first_are_looked_at_in_the_order_that_was_asked_for(editor: User) -> None:
    for title in ("Bee", "Ant", "Cow", "Dog"):
        Post.objects.write(by=editor, title=title, body="An animal.", tags=["animals"])
    client = signed_in(editor)

    assert titles(client, "mine", q="animal") == titles(client, "mine", tag="animals") == ["Dog", "Cow"]
    assert titles(client, "mine", q="animal", sort="oldest") == ["Bee", "Ant"]
    assert titles(client, "mine", sort="title") == ["Cow", "Dog"]
    assert titles(client, "mine") == ["Dog", "Cow", "Ant", "Bee"]
    for asked, is_told in (
        ("q=animal", True),
        ("sort=title", True),
        ("sort=oldest", False),
        ("q=x&standing=live", False),
    ):
        page = text_of(client.get(f"/desk/mine?{asked}"))
        assert ("Only the first 2 of this list were looked at" in page) == is_told, asked


def test_a_list_comes_in_pages_that_keep_what_was_asked_for(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.views.lists.PAGE_SIZE", 2)
    for number in range(5):
        Post.objects.write(by=editor, title=f"Draft {number}", body="Words.", tags=["craft"])
    client = signed_in(editor)
    asked = {"q": "draft words", "tag": "craft", "sort": "oldest"}

    page = client.get("/desk/drafts", asked).content.decode()

    assert "?q=draft+words&amp;tag=craft&amp;sort=oldest&amp;page=2" in page
    assert titles(client, "drafts", **asked, page="3") == ["Draft 4"]
    assert titles(client, "drafts", **asked, page="99") == ["Draft 4"]
    assert titles(client, "drafts", **asked, page="nonsense") == ["Draft 0", "Draft 1"]


# With many at once


def many(client: Client, address: str, *posts: Post) -> Any:
    return client.post(f"/desk/{address}", {"post": [post.pk for post in posts]})


def test_many_drafts_are_archived_each_by_its_own_verb(editor: User) -> None:
    posts = [Post.objects.write(by=editor, title=f"Draft {number}", body="Words.") for number in range(5)]
    client = signed_in(editor)

    answer = many(client, "drafts/archive", *posts)

    assert answer.headers["Location"] == "/desk/drafts"
    assert "Archived: “Draft 0”, “Draft 1”, “Draft 2” and 2 more." in client.get("/desk/drafts").content.decode()
    assert titles(client, "archived", sort="title") == [f"Draft {number}" for number in range(5)]
    assert HistoryEntry.objects.filter(verb="archive", by=editor).count() == 5


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("q=draft&sort=title", "/desk/drafts?q=draft&sort=title"),
        ("//evil.example\r\nX: y", "/desk/drafts?%2F%2Fevil.example%0D%0AX%3A+y="),
        ("", "/desk/drafts"),
    ],
)
def test_many_leads_back_to_the_list_as_it_was(draft: Post, editor: User, asked: str, address: str) -> None:
    answer = signed_in(editor).post("/desk/drafts/archive", {"post": draft.pk, "asked": asked})

    assert answer.headers["Location"] == address


def test_what_was_refused_of_many_is_told_with_the_reason(editor: User, admin: User) -> None:
    free, taken = (post_in("in_review", editor, admin, title=title) for title in ("Free", "Taken"))
    returned = post_in("in_review", editor, admin, title="Returned since")
    returned.request_changes(by=admin, revision=1, reason="Shorter.")
    other = with_roles(User.objects.get(pk=editor.pk), Role.ADMIN)
    taken.claim(by=other)

    answer = many(signed_in(admin), "queue/claim", free, taken, returned)

    assert answer.status_code == 200
    told = text_of(answer)
    assert re.search(
        r"Refused 2 .*Taken Somebody is reviewing it already\..*Returned since The post is draft now", told
    )
    assert re.search(r"Yours to review 1 .*Free", told)
    free.refresh_from_db()
    assert free.claimed_by == admin


def test_many_of_which_none_can_be_done_leave_all_as_it_was(editor: User, admin: User) -> None:
    live = post_in("draft+live", editor, admin)

    answer = many(signed_in(editor), "drafts/archive", live)

    assert answer.status_code == 409
    assert "Readers see it, or soon will. Unpublish it first." in text_of(answer)
    assert Post.objects.get(pk=live.pk).status == Status.DRAFT


def test_many_can_be_taken_back_out_withdrawn_given_back_and_unscheduled(editor_and_admin: User, admin: User) -> None:
    archived, waiting = (post_in(state, editor_and_admin, admin) for state in ("archived", "in_review"))
    scheduled = schedule(post_in("in_review", editor_and_admin, admin), admin, days=1)
    claimed = post_in("in_review", editor_and_admin, admin)
    claimed.claim(by=admin)
    client = signed_in(editor_and_admin)

    for address, post, status in (
        ("archived/unarchive", archived, Status.DRAFT),
        ("waiting/withdraw", waiting, Status.DRAFT),
        ("coming-up/unschedule", scheduled, Status.IN_REVIEW),
        ("queue/unclaim", claimed, Status.IN_REVIEW),
    ):
        assert many(client, address, post).status_code == 302
        post.refresh_from_db()
        assert post.status == status
    assert claimed.claimed_by is None
    assert scheduled.scheduled_at is None


def test_posts_of_others_are_not_there_for_many_and_neither_are_their_titles(
    editor: User, other_editor: User, admin: User
) -> None:
    theirs = [post_in(state, editor, admin, title=f"Ed's {state}") for state in STATES]
    client = signed_in(other_editor)

    for address in ("drafts/archive", "waiting/withdraw", "archived/unarchive", "returned/archive"):
        answer = many(client, address, *theirs)
        assert answer.status_code == 409
        assert "Ed&#x27;s" not in answer.content.decode()
        assert text_of(many(client, address, theirs[0])) == text_of(client.post(f"/desk/{address}", {"post": "987654"}))
    assert HistoryEntry.objects.filter(by=other_editor).count() == 0


@pytest.mark.parametrize("sent", [{}, {"post": "nonsense"}, {"post": ["1"] * 51}])
def test_many_wants_something_ticked_and_no_more_than_a_page(editor: User, sent: dict[str, Any]) -> None:
    assert signed_in(editor).post("/desk/drafts/archive", sent).status_code == 422


def test_many_is_refused_without_the_role_by_get_and_without_the_csrf_token(
    draft: Post, submitted: Post, editor: User, admin: User, reader: User
) -> None:
    assert many(signed_in(reader), "drafts/archive", draft).status_code == 403
    assert many(signed_in(editor), "queue/claim", submitted).status_code == 403
    assert many(signed_in(admin), "drafts/archive", draft).status_code == 403
    assert signed_in(editor).get("/desk/drafts/archive").status_code == 405
    assert signed_in(editor).post("/desk/drafts/publish", {"post": draft.pk}).status_code == 404
    assert many(signed_in(editor, enforce_csrf_checks=True), "drafts/archive", draft).status_code == 403


def test_unscheduling_many_asks_for_the_second_factor_before_anything_is_done_and_keeps_what_was_ticked(
    editor: User, admin: User, settings: Any
) -> None:
    posts = [schedule(post_in("in_review", editor, admin), admin, days=1) for _ in range(2)]
    settings.REQUIRE_MFA_TO_PUBLISH = True

    answer = many(signed_in(admin), "coming-up/unschedule", *posts)

    assert answer.status_code == 403
    assert "second factor" in text_of(answer)
    for post in posts:
        assert f'name="post" value="{post.pk}"' in answer.content.decode()
        assert Post.objects.get(pk=post.pk).is_scheduled


def test_a_row_of_the_queue_has_the_button_that_fits(submitted: Post, admin: User) -> None:
    client = signed_in(admin)
    claim, unclaim = (f'action="/desk/posts/{submitted.pk}/{verb}"' for verb in ("claim", "unclaim"))

    before = client.get("/desk/queue").content.decode()
    client.post(f"/desk/posts/{submitted.pk}/claim")
    after = client.get("/desk/queue").content.decode()

    assert claim in before
    assert unclaim not in before
    assert claim not in after
    assert unclaim in after


# People to look after


def test_people_to_look_after_are_those_who_wait_and_those_who_left(
    editor: User, other_editor: User, admin: User, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited, arrived, gone = (sign_up(name, "editor") for name in ("Nina New", "Ann Arrived", "Gil Gone"))
    for person in (invited, arrived):
        TeamEntry.objects.create(by_subject=admin.subject, subject=person.subject, verb="invite", reason="Joins.")
    signed_in(arrived)
    with monkeypatch.context() as then:
        at(then, days=20)
        lying, gone_on = (post_in("in_review", editor, admin, title=title) for title in ("Lying", "Gone on"))
        at(then, days=15)
        for post in (lying, gone_on):
            post.request_changes(by=admin, revision=1, reason="Shorter.")
    Post.objects.filter(pk=lying.pk).update(updated_at=timezone.now() - timedelta(days=15))
    fresh = post_in("in_review", other_editor, admin, title="Fresh")
    fresh.request_changes(by=admin, revision=1, reason="Shorter.")
    post_in("draft", gone, admin, title="Stranded")
    User.objects.filter(pk=gone.pk).update(is_disabled=True)

    page = signed_in(admin).get("/desk/people")

    assert [(care.name, care.title) for care in page.context["people"]] == [
        ("Gil Gone", "Stranded"), ("Ed Editor", "Lying"), ("Nina New", ""),
    ]  # fmt: skip
    assert "2 weeks ago" in text_of(page)
    assert numbers(signed_in(admin))["people"] == 3
    assert "Stranded" in text_of(signed_in(admin).get("/desk"))


def test_an_old_invitation_is_not_told_of_because_the_traces_of_an_answer_may_be_gone(
    admin: User, sign_up: SignUp, settings: Any
) -> None:
    invited = sign_up("Nina New", "editor")
    long_ago = timezone.now() - settings.SESSION_IDLE_LIFETIME
    TeamEntry.objects.create(
        by_subject=admin.subject, subject=invited.subject, verb="invite", reason="Joins.", at=long_ago
    )

    assert Session.objects.filter(user=invited).count() == 0
    assert signed_in(admin).get("/desk/people").context["people"] == []


# What it costs


def test_every_list_takes_as_many_queries_for_a_thousand_posts_as_for_ten(editor_and_admin: User, admin: User) -> None:
    client = signed_in(editor_and_admin)
    fill_desk(12, editor_and_admin, admin)
    few = queries_by_path(client)

    fill_desk(988, editor_and_admin, admin)
    lots = queries_by_path(client)

    assert Post.objects.count() == 1_000
    assert lots == few
    assert max(lots.values()) <= 20


def queries_by_path(client: Client) -> dict[str, int]:
    counts = {}
    for path in ("", *(f"/{key}" for key in LISTS), "/people", "/mine?q=words&tag=craft", "/queue?sort=largest"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/desk{path}").status_code == 200
        counts[path] = len(queries)
    return counts


def test_no_list_loads_the_texts_of_its_posts(editor_and_admin: User, admin: User) -> None:
    fill_desk(12, editor_and_admin, admin)
    client = signed_in(editor_and_admin)

    for path in ("", *(f"/{key}" for key in LISTS)):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk{path}")
        # Settling loads what is due, unordered; here that is nothing.
        listing = [query["sql"] for query in queries if '"blog_post"' in query["sql"] and "ORDER BY" in query["sql"]]
        selected = [sql.partition(" FROM ")[0] for sql in listing]
        assert not [sql for sql in selected if '"body"' in sql or '"html"' in sql], path
