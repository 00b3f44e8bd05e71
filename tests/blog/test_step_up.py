"""Publishing where it asks for a second factor and a recent sign-in."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Session, User
from accounts.sandbox import sessions as sandbox_sessions
from accounts.sandbox.models import Person as SandboxPerson
from blog.models import Post
from tests.conftest import bearer, signed_in


@pytest.fixture(autouse=True)
def asked_for(settings: Settings) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH = True


def signed_in_by(method: str, user: User, *, ago: timedelta = timedelta()) -> Client:
    """Return a browser whose session token names this method in `amr`, from a sign-in so long ago."""
    browser = signed_in(user)
    session = Session.objects.get(user=user)
    session.payload |= {"amr": ["email", method]}
    session.started_at = timezone.now() - ago
    session.save()
    return browser


def publish(browser: Client, post: Post) -> str:
    """Press Publish on the review page, and return where that leads."""
    review = f"/desk/posts/{post.pk}/review"
    answer = browser.post(
        f"/desk/posts/{post.pk}/publish", {"revision": "1"}, headers={"Referer": f"http://testserver{review}"}
    )
    return answer.headers["Location"]


@pytest.mark.parametrize("method", ["mfa", "totp", "webauthn"])
def test_who_has_just_shown_a_second_factor_publishes(method: str, submitted: Post, admin: User) -> None:
    assert publish(signed_in_by(method, admin), submitted) == submitted.get_absolute_url()
    assert Post.objects.live().exists()


@pytest.mark.parametrize(
    ("method", "ago"), [("email", timedelta()), ("oauth", timedelta()), ("mfa", timedelta(minutes=15))]
)
def test_others_are_led_through_the_step_up_flow_and_back_to_the_button(
    method: str, ago: timedelta, submitted: Post, admin: User
) -> None:
    browser = signed_in_by(method, admin, ago=ago)

    led_to = publish(browser, submitted)
    page = browser.get(led_to, headers={"Host": "localhost:8000"})

    back = quote(f"/desk/posts/{submitted.pk}/review", safe="")
    assert led_to == f"/sign-in?next={back}&step-up=1"
    assert page.context["flow_id"] == "step-up"
    assert page.context["next"] == f"/desk/posts/{submitted.pk}/review"
    assert not Post.objects.live().exists()


def test_tokens_posted_again_make_no_factor_younger_and_new_ones_do(submitted: Post, admin: User) -> None:
    person = SandboxPerson.objects.get(user_id=admin.subject)
    first, second = [sandbox_sessions.sign_in(person, first_seen=False, methods=["email", "totp"]) for _ in range(2)]
    exchanged(first)
    Session.objects.update(started_at=timezone.now() - timedelta(minutes=16))

    led_to = publish(exchanged(first), submitted)
    was_live = Post.objects.live().exists()
    publish(exchanged(second), submitted)

    assert "step-up=1" in led_to
    assert not was_live
    assert Post.objects.live().exists()


def exchanged(grant: dict[str, Any]) -> Client:
    browser = Client()
    tokens = {name: grant[name] for name in ("sessionJwt", "refreshJwt")}
    assert browser.post("/auth/session", tokens, content_type="application/json").status_code == 200
    return browser


def test_unpublishing_asks_for_it_too(submitted: Post, admin: User) -> None:
    publish(signed_in_by("mfa", admin), submitted)
    Session.objects.all().delete()

    answer = signed_in_by("email", admin).post(f"/desk/posts/{submitted.pk}/unpublish")

    assert "step-up=1" in answer.headers["Location"]
    assert Post.objects.live().exists()


def test_what_was_typed_waits_in_this_tab_while_another_proves_it(submitted: Post, admin: User) -> None:
    publish(signed_in_by("mfa", admin), submitted)
    Session.objects.all().delete()
    browser = signed_in_by("email", admin)
    typed = {"outcome_kind": "gone", "outcome_note": "Withdrawn at the author’s wish & <ours>."}

    answer = browser.post(f"/desk/posts/{submitted.pk}/unpublish", typed)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert answer.context["typed"] == list(typed.items())
    assert "step-up=1" in answer.context["step_up_url"]
    assert f'action="/desk/posts/{submitted.pk}/unpublish"' in page
    assert 'value="Withdrawn at the author’s wish &amp; &lt;ours&gt;."' in page
    assert ">Unpublish</button>" in page
    assert Post.objects.live().exists()


def test_a_bearer_tells_no_time_of_sign_in_and_is_refused(submitted: Post, admin: User) -> None:
    program = Client(headers=bearer(admin))

    answer = program.put("/api/posts/toggleStatus", {"postId": submitted.pk}, content_type="application/json")

    assert answer.status_code == 403
    assert "second factor" in answer.json()["error"]["detail"]


def test_nobody_gains_by_it_what_they_may_not(submitted: Post, editor: User) -> None:
    answer = signed_in_by("mfa", editor).post(f"/desk/posts/{submitted.pk}/publish", {"revision": "1"})

    assert answer.status_code == 403


def test_where_it_is_not_asked_for_the_step_up_page_is_the_sign_in_page(reader: User, settings: Settings) -> None:
    settings.REQUIRE_MFA_TO_PUBLISH = False

    assert signed_in(reader).get("/sign-in?step-up=1").headers["Location"] == "/"


def test_a_new_sign_in_counts_from_its_own_moment(admin: User, submitted: Post) -> None:
    browser = signed_in_by("mfa", admin, ago=timedelta(hours=1))
    person = SandboxPerson.objects.get(user_id=admin.subject)
    tokens = sandbox_sessions.sign_in(person, first_seen=False, methods=["mfa"])

    browser.post(
        "/auth/session",
        {"sessionJwt": tokens["sessionJwt"], "refreshJwt": tokens["refreshJwt"]},
        content_type="application/json",
    )

    assert publish(browser, submitted) == submitted.get_absolute_url()
