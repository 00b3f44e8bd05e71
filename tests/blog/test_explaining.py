"""What somebody is told they may do, and why not, agrees with what happens. The matrix is that of test_permissions.py."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role
from blog.explaining import Answer, doors, explain
from blog.models import Outcome, Post
from blog.permissions import YOU, by_name
from blog.status import GoneAs
from blog.workflow import MOVES
from tests.blog.posts import post_in, with_roles
from tests.blog.test_permissions import EXPECTED, ROLES, VERBS
from tests.conftest import SignUp

Cast = Callable[[str, str], SimpleNamespace]
rows = pytest.mark.parametrize(
    ("state", "who"), [row for row in EXPECTED if row[1] != "visitor"], ids=lambda part: part.replace(", ", "-")
)


@pytest.fixture
def cast(sign_up: SignUp) -> Cast:
    """Return a function that casts `who` of the matrix, and a post in this state, their own or somebody's."""

    def cast(state: str, who: str) -> SimpleNamespace:
        person = sign_up("The Person", *ROLES[who.split(",")[0]])
        author = person if who.endswith("own") else sign_up("The Author", "editor")
        return SimpleNamespace(person=person, post=post_in(state, author, sign_up("The Chief", "admin")))

    return cast


def of(verb: str, answers: list[Answer]) -> Answer:
    return next(answer for answer in answers if answer.verb == verb)


@rows
def test_what_is_told_is_what_happens_and_every_no_has_its_reasons(cast: Cast, state: str, who: str) -> None:
    scene = cast(state, who)

    answers = explain(scene.person, scene.post)

    may = {answer.verb for answer in answers if answer.may}
    assert [answer.verb for answer in answers] == ["see", "open", *MOVES]
    assert may == {verb for verb in VERBS if EXPECTED[state, who][verb] == "ok"}
    assert may - {"see", "open"} == set(scene.post.moves_for(scene.person))
    assert [answer.verb for answer in answers if bool(answer.reasons) == answer.may] == []
    assert [answer.verb for answer in answers for reason in answer.reasons if not is_sentence(reason)] == []


def is_sentence(reason: str) -> bool:
    return reason[0].isupper() and reason.endswith((".", "”")) and "{" not in reason


def test_all_reasons_are_told_and_not_the_first_alone(draft: Post, other_editor: User) -> None:
    assert of("publish", explain(other_editor, draft)).reasons == ["Only admins may.", "The post is draft now."]


@pytest.fixture
def own_words(editor_and_admin: User, settings: Settings) -> Post:
    settings.REQUIRE_SECOND_PERSON = True
    return post_in("in_review", editor_and_admin, editor_and_admin)


def test_reasons_speak_of_you_or_of_somebody_by_name(own_words: Post, editor_and_admin: User) -> None:
    to_you = of("publish", explain(editor_and_admin, own_words, YOU)).reasons
    by_another = of("publish", explain(editor_and_admin, own_words, by_name(editor_and_admin))).reasons

    rest = "wrote some of these words, or submitted them, and this site asks for a second person."
    assert to_you == [f"You {rest}"]
    assert by_another == [f"Bea Both {rest}"]


def test_the_verb_follows_whom_a_reason_speaks_of(submitted: Post, admin: User) -> None:
    admin.is_freshly_proved = False

    to_you = of("publish", explain(admin, submitted, YOU)).reasons
    by_another = of("publish", explain(admin, submitted, by_name(admin))).reasons

    assert to_you[0].endswith("that you are an admin.")
    assert by_another[0].endswith("that Ada Admin is an admin.")


def test_a_name_with_braces_is_a_name(submitted: Post, admin: User) -> None:
    admin.is_freshly_proved, admin.name = False, "{they} {0}"

    assert "that {they} {0} is an admin." in of("publish", explain(admin, submitted, by_name(admin))).reasons[0]


def test_a_second_factor_comes_first_and_takes_nothing_away(submitted: Post, admin: User, settings: Settings) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH = True

    before = of("publish", explain(admin, submitted))
    admin.signed_in_at, admin.methods = timezone.now(), frozenset({"totp"})
    after = of("publish", explain(admin, submitted))

    assert before.may
    assert before.note == "First, you are asked to sign in again with a second factor."
    assert after.may
    assert after.note == ""


def test_where_the_same_words_wait_it_is_told_that_there_is_no_button(submitted: Post, editor: User) -> None:
    assert "no button" in of("submit", explain(editor, submitted)).note


def test_a_role_that_is_gone_takes_the_verbs_along(draft: Post, editor: User) -> None:
    answers = explain(with_roles(editor), draft)

    assert not any(answer.may for answer in answers)
    assert of("edit", answers).reasons == ["Only its author may, as long as they are an editor."]


def test_a_closed_account_sees_nothing(published: Post, reader: User) -> None:
    reader.is_disabled = True

    assert of("see", explain(reader, published)).reasons == ["The account is closed."]


@pytest.mark.parametrize(("visibility", "whom"), [("members", "everybody who is signed in"), ("public", "everybody:")])
def test_it_tells_who_reads_what_is_live(published: Post, settings: Settings, visibility: str, whom: str) -> None:
    settings.VISIBILITY = visibility

    told = doors(published)

    assert f"Revision 1 is open to {whom}" in told[0]
    assert f"{published.published_at:%Y, %H:%M}" in told[1]


def test_it_tells_what_the_clock_will_do(editor: User, admin: User) -> None:
    planned = post_in("published+planned", editor, admin)
    planned.unpublish_later(by=admin, at=timezone.now() + timedelta(days=9))

    told = doors(planned)

    assert told[2].startswith("Revision 2 goes live on ")
    assert told[3].startswith("Readers see it until ")


def test_it_tells_what_readers_get_instead(published: Post, admin: User) -> None:
    published.unpublish(by=admin, outcome=Outcome(GoneAs.GONE, note="It was wrong."))

    assert doors(published) == ["Readers do not see it.", "At its address they are told: “It was wrong.”"]


def test_it_tells_of_links_that_are_open(draft: Post, editor: User) -> None:
    link, _ = draft.share(by=editor)
    one = doors(draft)
    draft.share(by=editor)
    two = doors(draft)
    draft.unshare(by=editor, link=link.pk)

    assert one == [
        "Readers do not see it.",
        "One link to share is open: whoever has one reads the text without an account.",
    ]
    assert two[1].startswith("2 links to share are open")
    assert doors(draft) == one


def test_both_roles_are_more_than_either(draft: Post, editor: User, admin: User) -> None:
    both = with_roles(editor, Role.EDITOR, Role.ADMIN)

    may = {answer.verb for answer in explain(both, draft) if answer.may}

    assert may > {answer.verb for answer in explain(editor, draft) if answer.may}
