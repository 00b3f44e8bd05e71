"""Who may do what, in full and by hand. Never derived from MOVES: its job is to disagree with it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Person, User, Visitor
from accounts.roles import Role
from blog.exceptions import NotPermitted, WrongStatus
from blog.models import Post
from blog.permissions import may_open_on_desk, may_write
from tests.blog.posts import STATES, known, post_in, with_roles
from tests.conftest import SignUp, bearer, signed_in

# The verbs, each under the head of its column in the table.
COLUMNS = {
    "see": "see", "opn": "open",
    "edi": "edit", "res": "restore", "sub": "submit", "wdr": "withdraw",
    "cla": "claim", "unc": "unclaim", "ret": "request_changes",
    "pub": "publish", "aln": "publish_alone", "sch": "schedule", "mov": "reschedule", "off": "unschedule",
    "unp": "unpublish", "lat": "unpublish_later", "kep": "keep_published",
    "arc": "archive", "una": "unarchive", "del": "delete", "han": "hand_over", "adr": "readdress",
    "shr": "share", "uns": "unshare",
}  # fmt: skip
VERBS = tuple(COLUMNS.values())

# ok: it happens · 401: sign in first · 403: you see the post, but may not · 404: you do not even see it ·
# 409: yours to do, but not as the post stands. “own” is the author; one whose role is gone keeps the posts.
MATRIX = """
draft                       see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   ok  409 ok  409  403 403 403  403 403 403 403 403  403 403 403  ok  409 ok  403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  409 409 409  ok  409 403 ok  409  ok  409
both, own                   ok  ok   ok  409 ok  409  409 409 409  409 403 409 409 409  409 409 409  ok  409 ok  ok  409  ok  409

draft+shared                see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   ok  409 ok  409  403 403 403  403 403 403 403 403  403 403 403  ok  409 ok  403 403  ok  ok
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  409 409 409  ok  409 403 ok  409  ok  ok
both, own                   ok  ok   ok  409 ok  409  409 409 409  409 403 409 409 409  409 409 409  ok  409 ok  ok  409  ok  ok

in_review                   see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   ok  ok  ok  ok   403 403 403  403 403 403 403 403  403 403 403  ok  409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  ok  409 ok   ok  403 ok  409 409  409 409 409  ok  409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  ok  ok   ok  409 ok   ok  403 ok  409 409  409 409 409  ok  409 409 ok  ok   ok  409

claimed                     see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   ok  ok  ok  ok   403 403 403  403 403 403 403 403  403 403 403  ok  409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 ok  ok   ok  403 ok  409 409  409 409 409  ok  409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  ok  ok   409 ok  ok   ok  403 ok  409 409  409 409 409  ok  409 409 ok  ok   ok  409

scheduled                   see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   ok  ok  409 409  403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 ok  ok   409 ok  409  409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  409 409  409 409 409  409 403 409 ok  ok   409 ok  409  409 409 409 ok  ok   ok  409

published                   see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   ok  403  403 403 403 403  403 403 403  403 403 403 403 403  403 403 403  403 403 403 403 403  403 403
editor, own                 ok  ok   ok  ok  409 409  403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  ok  ok  409  409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  409 409  409 409 409  409 403 409 409 409  ok  ok  409  409 409 409 ok  ok   ok  409

published+planned           see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   ok  403  403 403 403 403  403 403 403  403 403 403 403 403  403 403 403  403 403 403 403 403  403 403
editor, own                 ok  ok   ok  ok  409 409  403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 ok  ok   ok  ok  409  409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  409 409  409 409 409  409 403 409 ok  ok   ok  ok  409  409 409 409 ok  ok   ok  409

published+ending            see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   ok  403  403 403 403 403  403 403 403  403 403 403 403 403  403 403 403  403 403 403 403 403  403 403
editor, own                 ok  ok   ok  ok  409 409  403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  ok  ok  ok   409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  409 409  409 409 409  409 403 409 409 409  ok  ok  ok   409 409 409 ok  ok   ok  409

draft+live                  see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   ok  403  403 403 403 403  403 403 403  403 403 403 403 403  403 403 403  403 403 403 403 403  403 403
editor, own                 ok  ok   ok  ok  ok  409  403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  ok  ok  409  409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  ok  409  409 409 409  409 403 409 409 409  ok  ok  409  409 409 409 ok  ok   ok  409

in_review+live              see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   ok  403  403 403 403 403  403 403 403  403 403 403 403 403  403 403 403  403 403 403 403 403  403 403
editor, own                 ok  ok   ok  ok  ok  ok   403 403 403  403 403 403 403 403  403 403 403  409 409 409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  ok  409 ok   ok  403 ok  409 409  ok  ok  409  409 409 403 ok  ok   ok  409
both, own                   ok  ok   ok  ok  ok  ok   ok  409 ok   ok  403 ok  409 409  ok  ok  409  409 409 409 ok  ok   ok  409

archived                    see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   409 409 409 409  403 403 403  403 403 403 403 403  403 403 403  409 ok  ok  403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  409 409 409  409 ok  403 ok  409  ok  409
both, own                   ok  ok   409 409 409 409  409 409 409  409 403 409 409 409  409 409 409  409 ok  ok  ok  409  ok  409

archived+past               see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   409 409 409 409  403 403 403  403 403 403 403 403  403 403 403  409 ok  409 403 403  ok  409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  409 409 409  409 ok  403 ok  ok   ok  409
both, own                   ok  ok   409 409 409 409  409 409 409  409 403 409 409 409  409 409 409  409 ok  409 ok  ok   ok  409

taken-down                  see opn  edi res sub wdr  cla unc ret  pub aln sch mov off  unp lat kep  arc una del han adr  shr uns
visitor                     401 401  401 401 401 401  401 401 401  401 401 401 401 401  401 401 401  401 401 401 401 401  401 401
reader|reader, own|editor   404 404  404 404 404 404  404 404 404  404 404 404 404 404  404 404 404  404 404 404 404 404  404 404
editor, own                 ok  ok   409 409 409 409  403 403 403  403 403 403 403 403  403 403 403  409 409 ok  403 403  409 409
admin|admin, own|both       ok  ok   403 403 403 403  409 409 409  409 403 409 409 409  409 409 409  409 409 403 409 409  409 409
both, own                   ok  ok   409 409 409 409  409 409 409  409 403 409 409 409  409 409 409  409 409 ok  409 409  409 409
"""

WRITE = {"visitor": "401", "reader": "403", "editor": "ok", "admin": "403", "both": "ok"}

# What a visitor sees where VISIBILITY is public. The desk stays closed.
PUBLIC = {
    "draft": "404",
    "draft+shared": "404",
    "in_review": "404",
    "claimed": "404",
    "scheduled": "404",
    "published": "ok",
    "published+planned": "ok",
    "published+ending": "ok",
    "draft+live": "ok",
    "in_review+live": "ok",
    "archived": "404",
    "archived+past": "404",
    "taken-down": "404",
}

# Publishing or scheduling what waits, where REQUIRE_SECOND_PERSON is on; and publishing it alone, where the
# person is the only admin there is.
SECOND_PERSON = {
    "admin": ("ok", "403"),
    "admin, own": ("403", "ok"),
    "both": ("ok", "403"),
    "both, own": ("403", "ok"),
    "editor, own": ("403", "403"),
}

ROLES = {
    "visitor": (),
    "reader": (),
    "editor": (Role.EDITOR,),
    "admin": (Role.ADMIN,),
    "both": (Role.EDITOR, Role.ADMIN),
}

Row = dict[str, str]


def read_matrix(text: str) -> dict[tuple[str, str], Row]:
    """Return the table as {(state, who): {verb: what happens}}."""
    rows = {}
    for block in text.strip().split("\n\n"):
        heading, *lines = block.splitlines()
        state = heading.split()[0]
        assert heading.split()[1:] == list(COLUMNS)
        for line in lines:
            everyone, cells = line[:27].strip(), line[27:].split()
            for who in everyone.split("|"):
                rows[state, who] = dict(zip(VERBS, cells, strict=True))
    return rows


EXPECTED = read_matrix(MATRIX)


@pytest.fixture
def scene(sign_up: SignUp) -> Callable[[str, str], SimpleNamespace]:
    """Return a function that casts `who` of the table, and a post in this state, their own or somebody's."""

    def scene(state: str, who: str) -> SimpleNamespace:
        role = who.split(",")[0]
        person: Person = Visitor() if role == "visitor" else sign_up("The Person", *ROLES[role])
        author = person if who.endswith("own") else sign_up("The Author", "editor")
        assert isinstance(author, User)
        return SimpleNamespace(person=person, post=post_in(state, author, sign_up("The Chief", "admin")))

    return scene


Scene = Callable[[str, str], SimpleNamespace]
rows = pytest.mark.parametrize(("state", "who"), EXPECTED, ids=lambda part: part.replace(", ", "-"))


def test_the_matrix_has_every_state_and_everybody_in_it() -> None:
    everybody = {role + own for role in ROLES for own in ("", ", own")} - {"visitor, own"}

    assert set(EXPECTED) == {(state, who) for state in (*STATES, "draft+shared") for who in everybody}


# The first door: the domain.


def act(verb: str, post: Post, person: Person) -> None:
    """Do this to the post, as any door would. A visitor has no roles; the domain asks for nothing else."""
    by = person if isinstance(person, User) else User()
    waiting = post.submitted_revision.number if post.submitted_revision else 1
    match verb:
        case "edit":
            post.edit(by=by, version=post.version, title="Other", body="Other words.", tags=[])
        case "restore":
            post.restore(by=by, version=post.version, revision=1)
        case "request_changes" | "publish_alone":
            getattr(post, verb)(by=by, revision=waiting, reason="Shorter, please.")
        case "publish":
            post.publish(by=by, revision=waiting)
        case "schedule":
            post.schedule(by=by, revision=waiting, at=in_hours(5))
        case "reschedule" | "unpublish_later":
            getattr(post, verb)(by=by, at=in_hours(72))
        case "hand_over":
            post.hand_over(by=by, to=another_editor(), reason="On holiday.")
        case "readdress":
            post.readdress(by=by, to="elsewhere")
        case "delete":
            post.delete_for_good(by=by)
        case "unshare":
            post.unshare(by=by, link=open_link(post))
        case "see" | "open":
            pass
        case _:
            getattr(post, verb)(by=by)


def open_link(post: Post) -> int:
    """Return the id of a link that could be ended, or one that no link has."""
    link = post.share_links.open().first()
    return link.pk if link else 0


def in_hours(hours: int) -> datetime:
    return timezone.now() + timedelta(hours=hours)


def another_editor() -> User:
    """Return somebody who could go on with a post, and has no part in it so far."""
    return User.objects.get_or_create(
        subject="U-another", defaults={"name": "Another", "known_roles": ["editor"], "roles_known_at": timezone.now()}
    )[0]


def outcome_in_domain(verb: str, post: Post, person: Person) -> str:
    refused = ""
    is_hidden = not Post.objects.visible_to(person).filter(pk=post.pk).exists()
    try:
        if verb == "open" and not may_open_on_desk(person, post):
            refused = "403"
        act(verb, post, person)
    except NotPermitted:
        refused = "403"
    except WrongStatus:
        refused = "409"
    if person.is_visitor:
        return "401" if verb == "see" or refused == "403" else "done by a visitor"
    if is_hidden:
        return "404" if verb == "see" or refused == "403" else "done to a hidden post"
    return refused or "ok"


@rows
def test_the_domain_keeps_to_the_matrix(scene: Scene, state: str, who: str) -> None:
    cast = scene(state, who)

    assert each_verb(lambda verb: outcome_in_domain(verb, again(cast.post), cast.person)) == EXPECTED[state, who]


@rows
def test_the_verbs_offered_are_those_that_would_happen(scene: Scene, state: str, who: str) -> None:
    cast = scene(state, who)

    offered = set(cast.post.moves_for(cast.person))

    assert offered == {verb for verb in VERBS[2:] if EXPECTED[state, who][verb] == "ok"}


@pytest.mark.parametrize(("who", "expected"), WRITE.items())
def test_who_may_start_a_post(sign_up: SignUp, who: str, expected: str) -> None:
    person: Person = Visitor() if who == "visitor" else sign_up("The Person", *ROLES[who])
    by = person if isinstance(person, User) else User()

    if expected == "ok":
        Post.objects.write(by=by, title="New", body="Words.")
    else:
        with pytest.raises(NotPermitted):
            Post.objects.write(by=by, title="New", body="Words.")

    assert may_write(person) == Post.objects.exists() == (expected == "ok")


# The second door: the pages.


def outcome_on_pages(verb: str, post: Post, client: Client) -> str:
    desk = f"/desk/posts/{post.pk}"
    number = str(post.submitted_revision.number if post.submitted_revision else 1)
    words = {"title": "Other", "body": "Other words.", "version": str(post.version)}
    match verb:
        case "see":
            answer = client.get(f"/posts/{post.slug}")
        case "open":
            answer = client.get(desk)
        case "edit":
            answer = client.post(f"{desk}/edit", words)
        case "share" | "unshare":
            answer = client.post(f"{desk}/{verb}", {"lasts": "168", "link": str(open_link(post))})
        case _:
            form = {
                "revision": "1" if verb == "restore" else number,
                "version": str(post.version),
                "reason": "Shorter, please.",
                "when": f"{in_hours(5 if verb == 'schedule' else 72):%Y-%m-%dT%H:%M}",
                "person": str(another_editor().pk),
                "address": "elsewhere",
            }
            answer = client.post(f"{desk}/{verb.replace('_', '-')}", form)
    return named(answer)


def named(answer: Any) -> str:
    """Return what happened as the table says it. A page that leads on to a page of the site is an ok."""
    if answer.headers.get("Location", "").startswith("/sign-in"):
        return "401"
    return "ok" if answer.status_code in (200, 201, 302) else str(answer.status_code)


# Each role once: a whole walk through the pages takes minutes, and is among the long tests.
BY_ROLE = {"visitor", "reader", "editor, own", "admin", "both, own"}


@pytest.mark.parametrize(
    ("state", "who"),
    [pytest.param(*row, marks=() if row[1] in BY_ROLE else pytest.mark.long) for row in EXPECTED],
)
def test_the_pages_keep_to_the_matrix(scene: Scene, state: str, who: str) -> None:
    cast = scene(state, who)
    client = Client() if cast.person.is_visitor else signed_in(cast.person)
    before = everything_about(cast.post)

    def outcome(verb: str) -> str:
        found = outcome_on_pages(verb, again(cast.post), client)
        return found if found == "ok" or everything_about(cast.post) == before else f"{found}, but it happened"

    assert each_verb(outcome) == EXPECTED[state, who]


def everything_about(post: Post) -> list[object]:
    return [list(Post.objects.values()), list(post.history.values()), list(post.revisions.values())]


@pytest.mark.parametrize(("who", "expected"), WRITE.items())
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_start_a_post_on_the_page(sign_up: SignUp, who: str, expected: str, method: str) -> None:
    client = Client() if who == "visitor" else signed_in(sign_up("The Person", *ROLES[who]))

    answer = getattr(client, method)("/write", {"title": "New", "body": "Words."})

    assert named(answer) == expected
    assert Post.objects.exists() == (expected == "ok" and method == "post")


@pytest.mark.parametrize(("state", "expected"), PUBLIC.items())
def test_what_a_visitor_sees_of_a_public_site(
    scene: Scene, settings: SimpleNamespace, state: str, expected: str
) -> None:
    settings.VISIBILITY = "public"
    cast = scene(state, "visitor")
    visible = Post.objects.visible_to(Visitor()).filter(pk=cast.post.pk).exists()

    assert visible == (expected == "ok")
    assert each_verb(lambda verb: outcome_on_pages(verb, again(cast.post), Client())) == {
        **dict.fromkeys(VERBS, "401"),
        "see": expected,
    }
    assert outcome_in_api("see", cast.post, Client(), {}) == expected


# The third door: the API. It has no edit, submit or withdraw of its own.


def outcome_in_api(verb: str, post: Post, client: Client, headers: dict[str, str]) -> str:
    if verb == "see":
        return named(client.get(f"/api/posts/{post.pk}", headers=headers))
    body = {"postId": post.pk}
    return named(client.put("/api/posts/toggleStatus", body, content_type="application/json", headers=headers))


@rows
def test_the_api_keeps_to_the_matrix(scene: Scene, state: str, who: str) -> None:
    cast = scene(state, who)
    headers = {} if cast.person.is_visitor else bearer(cast.person)
    toggles = "unpublish" if cast.post.is_live else "publish"
    listed = Client().get("/api/posts/retrieve", headers=headers).json()["data"] or []

    found = {verb: outcome_in_api(verb, again(cast.post), Client(), headers) for verb in ("see", toggles)}

    assert found == {verb: EXPECTED[state, who][verb] for verb in ("see", toggles)}
    assert [post["id"] for post in listed] == ([cast.post.pk] if found["see"] == "ok" else [])


@pytest.mark.parametrize(("who", "expected"), WRITE.items())
def test_who_may_create_a_post_by_the_api(sign_up: SignUp, who: str, expected: str) -> None:
    headers = {} if who == "visitor" else bearer(sign_up("The Person", *ROLES[who]))
    body = {"title": "New", "content": "Words."}

    answer = Client().post("/api/posts/create", body, content_type="application/json", headers=headers)

    assert named(answer) == expected
    assert Post.objects.exists() == (expected == "ok")


# Where a second person is required.


@pytest.mark.parametrize(("who", "expected"), SECOND_PERSON.items())
@pytest.mark.parametrize("state", ["in_review", "claimed", "in_review+live"])
def test_nobody_publishes_their_own_words_where_a_second_person_is_required(
    scene: Scene, settings: SimpleNamespace, state: str, who: str, expected: tuple[str, str]
) -> None:
    cast = scene(state, who)
    settings.REQUIRE_SECOND_PERSON = True
    wanted = dict(zip(("publish", "schedule", "publish_alone"), (expected[0], *expected), strict=True))
    client = signed_in(cast.person)

    on_pages = each_of(wanted, lambda verb: outcome_on_pages(verb, again(cast.post), client))
    in_domain = each_of(wanted, lambda verb: outcome_in_domain(verb, again(cast.post), cast.person))
    offered = set(cast.post.moves_for(cast.person)) & set(wanted)

    assert on_pages == in_domain == wanted
    assert offered == {verb for verb in wanted if wanted[verb] == "ok"}


def test_an_admin_who_wrote_in_it_too_is_no_second_person(
    editor_and_admin: User, sign_up: SignUp, settings: SimpleNamespace
) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    known(editor_and_admin)
    co_writer = known(sign_up("Cora Co-writer", "editor", "admin"))
    post = Post.objects.write(by=editor_and_admin, title="Ours", body="My words.")
    post.hand_over(by=editor_and_admin, to=co_writer, reason="You know more of it.")
    post.edit(by=co_writer, version=post.version, title="Ours", body="My words, and hers.")
    post.submit(by=co_writer)

    ways = [
        {verb for verb in ("publish", "publish_alone") if verb in post.moves_for(person)}
        for person in (editor_and_admin, co_writer)
    ]
    known(sign_up("Ada Third", "admin"))

    assert ways == [{"publish_alone"}, {"publish_alone"}]
    assert "publish_alone" not in post.moves_for(co_writer)


def test_the_api_asks_for_a_second_person_too(editor_and_admin: User, settings: SimpleNamespace) -> None:
    settings.REQUIRE_SECOND_PERSON = True
    post = post_in("in_review", editor_and_admin, editor_and_admin)

    assert outcome_in_api("publish", post, Client(), bearer(editor_and_admin)) == "403"


def test_one_role_is_never_read_as_the_other(editor_and_admin: User, admin: User) -> None:
    post = post_in("in_review", editor_and_admin, admin)

    with pytest.raises(NotPermitted):
        post.publish(by=with_roles(editor_and_admin, Role.EDITOR), revision=1)
    with pytest.raises(NotPermitted):
        post.withdraw(by=with_roles(editor_and_admin, Role.ADMIN))


def again(post: Post) -> Post:
    """Return the post as the database has it."""
    return Post.objects.select_related("submitted_revision").get(pk=post.pk)


def each_verb(outcome: Callable[[str], str]) -> Row:
    return each_of(VERBS, outcome)


def each_of(verbs: Iterable[str], outcome: Callable[[str], str]) -> Row:
    """Return the outcome of each of these verbs, every one tried on the same post and then undone."""
    found = {}
    for verb in verbs:
        with transaction.atomic():
            found[verb] = outcome(verb)
            transaction.set_rollback(True)
    return found
