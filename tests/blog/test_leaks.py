"""Nothing that is not live reaches those who may not see it, on any address there is.

The addresses come from the URL table itself: a new one fails here until it has a recipe.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from blog.icons import ICONS
from blog.models import Image, Post, digests_in
from blog.slugs import slug_of
from tests.blog.images.files import picture
from tests.blog.posts import post_in
from tests.conftest import SignUp, bearer, signed_in
from tests.kept import KeepingHandler, behind

# How to knock at each address: method, address, what is sent. {id} and {slug} are of the post that is hidden, as are
# {tag} and {series}; {picture} is the digest of the picture in it, and {hand} somebody of whom nothing is to be seen.
# {number} is the id where no post has one: in place of a token, or of what Descope calls somebody.
TYPED = {"title": "New", "body": "New words.", "version": "1", "then": "submit"}
MOVE = {"revision": "1", "reason": "Shorter, please."}
OTHER_VERBS = [
    "restore", "claim", "unclaim", "schedule", "publish-alone", "reschedule", "unschedule", "unpublish-later",
    "keep-published", "archive", "unarchive", "delete", "hand-over", "readdress", "share", "unshare",
]  # fmt: skip
ALL_ASKED = MOVE | {
    "version": "1",
    "when": "2031-01-01T10:00",
    "person": "{id}",
    "lasts": "168",
    "link": "{id}",
    "address": "elsewhere",
}
DESK_LISTS = (
    "drafts", "returned", "waiting", "scheduled", "live", "archived", "queue", "coming-up", "published",
)  # fmt: skip
FOR_MANY = (
    "drafts/archive", "returned/archive", "waiting/withdraw", "archived/unarchive", "queue/claim", "queue/unclaim",
    "coming-up/unschedule",
)  # fmt: skip
FILTERS = {"q": "e", "tag": "public", "standing": "drafts", "sort": "oldest", "claim": "free"}
ROLE = {"role": "editor", "reason": "Shorter, please."}
FILES = ("rss.xml", "atom.xml", "feed.json")
FEEDS = tuple(f"feeds/{file}" for file in FILES)
OLDER = {"archive": "2026-01"}
# What would find a hidden post, and does not itself stand in the answer as its words do.
SOUGHT = ("mark", "-nowhere", "tag:public words")
RECIPES: dict[str, list[tuple[str, str, Any]]] = {
    "search": [("get", "/search", {}), *(("get", "/search", {"q": typed, "sort": "newest"}) for typed in SOUGHT)],
    "": [("get", "/", {}), ("get", "/", {"page": "2"})],
    "tags": [("get", "/tags", {})],
    "tags/<address:slug>": [("get", "/tags/{tag}", {}), ("get", "/tags/{slug}", {})],
    "authors": [("get", "/authors", {})],
    "authors/<address:handle>": [("get", "/authors/{hand}", {}), ("get", "/authors/{slug}", {})],
    "series": [("get", "/series", {})],
    "series/<address:slug>": [("get", "/series/{series}", {}), ("get", "/series/{slug}", {})],
    "archive": [("get", "/archive", {})],
    "archive/<year:year>": [("get", f"/archive/{year}", {}) for year in ("2019", "2020")],
    "archive/<year:year>/<month:month>": [("get", f"/archive/{month}", {}) for month in ("2019/05", "2020/06")],
    "posts/<int:post_id>": [("get", "/posts/{id}", {})],
    "posts/<address:slug>": [("get", "/posts/{slug}", {})],
    "posts/<address:slug>/card-<str:digest>.png": [("get", "/posts/{slug}/card-0123456789ab.png", {})],
    "posts/<address:slug>.md": [("get", "/posts/{slug}.md", {})],
    "p/<int:post_id>": [("get", "/p/{id}", {})],
    "robots.txt": [("get", "/robots.txt", {})],
    "sitemap.xml": [("get", "/sitemap.xml", {})],
    "sitemap-<str:name>.xml": [
        ("get", f"/sitemap-{name}.xml", {})
        for name in ("posts-0", "posts-1", "pages", "tags", "series", "authors", "months")
    ],
    "favicon.ico": [("get", "/favicon.ico", {})],
    "manifest.webmanifest": [("get", "/manifest.webmanifest", {})],
    **{name: [("get", f"/{name}", {})] for name in ICONS},
    "card-<str:digest>.png": [("get", "/card-0123456789ab.png", {})],
    **{feed: [("get", f"/{feed}", {}), ("get", f"/{feed}", OLDER)] for feed in FEEDS},
    **{
        f"{kind}/<address:slug>/{feed}": [
            ("get", f"/{kind}/{{slug}}/{feed}", {}),
            ("get", f"/{kind}/public/{feed}", {}),
            ("get", f"/{kind}/ed-editor/{feed}", {}),
        ]
        for kind in ("tags", "authors", "series")
        for feed in FEEDS
    },
    **{f"feeds/private/<str:token>/{file}": [("get", f"/feeds/private/{{number}}/{file}", {})] for file in FILES},
    **{
        f"feeds/private/<str:token>/{kind}/<address:slug>/{file}": [
            ("get", f"/feeds/private/{{id}}/{kind}/{{slug}}/{file}", {})
        ]
        for kind in ("tags", "authors", "series")
        for file in FILES
    },
    **{
        f"{before}search/{feed}": [("get", f"/{knock}search/{feed}", {"q": typed}) for typed in ("", *SOUGHT)]
        for before, knock, files in (("", "", FEEDS), ("feeds/private/<str:token>/", "feeds/private/{number}/", FILES))
        for feed in files
    },
    "feeds": [("get", "/feeds", {})],
    "feeds/pictures/<int:feed_id>-<str:seal>/<str:digest>.webp": [
        ("get", "/feeds/pictures/{id}-abc/{picture}.webp", {}),
    ],
    "account/feeds": [("get", "/account/feeds", {})],
    "account/feeds/renew": [],  # It makes what the recipes of private feeds would then show.
    "account/feeds/revoke": [],  # It is of the one who asks, and of nobody else.
    "write": [("get", "/write", {})],
    "desk": [("get", "/desk", {})],
    **{f"desk/{key}": [("get", f"/desk/{key}", {})] for key in DESK_LISTS},
    "desk/everything": [("get", "/desk/everything", {}), ("get", "/desk/everything", FILTERS)],
    "desk/mine": [("get", "/desk/mine", {}), ("get", "/desk/mine", FILTERS)],
    **{f"desk/{address}": [("post", f"/desk/{address}", {"post": "{id}"})] for address in FOR_MANY},
    "desk/people": [("get", "/desk/people", {})],
    "desk/posts/<int:post_id>": [("get", "/desk/posts/{id}", {})],
    "desk/posts/<int:post_id>/edit": [
        ("get", "/desk/posts/{id}/edit", {}),
        ("post", "/desk/posts/{id}/edit", TYPED),
        ("post", "/desk/posts/{id}/edit", {}),
    ],
    "desk/posts/<int:post_id>/review": [
        ("get", "/desk/posts/{id}/review", {}),
        *(("get", "/desk/posts/{id}/review", {"show": side}) for side in ("changes", "source", "details")),
    ],
    "desk/posts/<int:post_id>/history": [
        ("get", "/desk/posts/{id}/history", {}),
        ("get", "/desk/posts/{id}/history", {"to": "1"}),
        ("get", "/desk/posts/{id}/history", {"from": "1", "to": "working-copy", "show": "source"}),
    ],
    "desk/posts/<int:post_id>/links": [("get", "/desk/posts/{id}/links", {})],
    "desk/posts/<int:post_id>/explain": [
        ("get", "/desk/posts/{id}/explain", {}),
        ("get", "/desk/posts/{id}/explain", {"person": "{id}", "q": "e"}),
    ],
    "shared/<str:token>": [("get", "/shared/{id}", {}), ("get", "/shared/{slug}", {"token": "{id}"})],
    "desk/posts/<int:post_id>/submit": [("post", "/desk/posts/{id}/submit", {})],
    "desk/posts/<int:post_id>/withdraw": [("post", "/desk/posts/{id}/withdraw", {})],
    "desk/posts/<int:post_id>/request-changes": [
        ("post", "/desk/posts/{id}/request-changes", MOVE),
        ("post", "/desk/posts/{id}/request-changes", {}),
    ],
    "desk/posts/<int:post_id>/publish": [
        ("post", "/desk/posts/{id}/publish", MOVE),
        ("post", "/desk/posts/{id}/publish", {}),
    ],
    "desk/posts/<int:post_id>/unpublish": [("post", "/desk/posts/{id}/unpublish", {})],
    **{f"desk/posts/<int:post_id>/{verb}": [("post", f"/desk/posts/{{id}}/{verb}", ALL_ASKED)] for verb in OTHER_VERBS},
    "desk/images": [
        ("get", "/desk/images", {"post": "{id}"}),
        ("post", "/desk/images", {"post": "{id}", "alt": "A red sheet"}),
    ],
    "desk/images/<str:digest>": [
        ("get", "/desk/images/{picture}", {}),
        ("get", "/desk/images/{picture}", {"post": "{id}"}),
        ("get", "/desk/images/{id}", {}),
    ],
    "desk/images/<str:digest>/delete": [("post", "/desk/images/{picture}/delete", {})],
    "desk/notifications": [("get", "/desk/notifications", {}), ("get", "/desk/notifications", {"page": "2"})],
    "desk/notifications/read": [("post", "/desk/notifications/read", {"newest": "{id}"})],
    "desk/notifications/<int:notification_id>/read": [("post", "/desk/notifications/{id}/read", {})],
    "account/notifications": [("get", "/account/notifications", {}), ("post", "/account/notifications", {})],
    "notifications/unsubscribe/<str:token>": [
        ("get", "/notifications/unsubscribe/{number}", {}),
        ("post", "/notifications/unsubscribe/{slug}", {}),
    ],
    "desk/history.csv": [("get", "/desk/history.csv", {})],
    "desk/history.json": [("get", "/desk/history.json", {})],
    "desk/author-page": [
        ("get", "/desk/author-page", {}),
        ("post", "/desk/author-page", {"handle": "{hand}", "bio": "Mine.", "website": ""}),
    ],
    "desk/tags": [("get", "/desk/tags", {})],
    "desk/tags/<int:tag_id>": [("get", "/desk/tags/{id}", {})],
    "desk/tags/<int:tag_id>/rename": [("post", "/desk/tags/{id}/rename", {"name": "Other"})],
    "desk/tags/<int:tag_id>/merge": [
        ("get", "/desk/tags/{id}/merge", {"into": "1"}),
        ("post", "/desk/tags/{id}/merge", {"into": "1"}),
    ],
    "desk/team": [("get", "/desk/team", {})],
    "desk/team/invite": [("post", "/desk/team/invite", {"email": "new@example.com", "reason": "A test."})],
    "desk/team/<str:subject>/give-role": [("post", "/desk/team/{number}/give-role", ROLE)],
    "desk/team/<str:subject>/take-role": [("post", "/desk/team/{number}/take-role", ROLE)],
    "desk/team/<str:subject>/sign-out-everywhere": [("post", "/desk/team/{number}/sign-out-everywhere", ROLE)],
    "desk/team/<str:subject>/disable": [("post", "/desk/team/{number}/disable", ROLE)],
    "desk/team/<str:subject>/enable": [("post", "/desk/team/{number}/enable", ROLE)],
    "about": [("get", "/about", {})],
    "privacy": [("get", "/privacy", {})],
    "theme": [("post", "/theme", {"theme": "dark", "next": "/posts/{slug}"})],
    "colours/<str:fingerprint>.css": [("get", "/colours/{slug}.css", {})],
    "api/openapi.json": [("get", "/api/openapi.json", {})],
    "api/docs": [("get", "/api/docs", {})],
    "api/": [("get", "/api/", {})],
    "api/register": [("json post", "/api/register", {})],
    "api/posts/retrieve": [
        ("get", "/api/posts/retrieve", {}),
        ("get", "/api/posts/retrieve", {"limit": "100", "offset": "0", "author": "1", "status": "draft"}),
    ],
    "api/posts/search": [("get", "/api/posts/search", {"q": typed}) for typed in SOUGHT],
    "api/posts/create": [("json post", "/api/posts/create", {"title": "", "content": ""})],
    "api/posts/toggleStatus": [
        ("json put", "/api/posts/toggleStatus", {"postId": "{id}"}),
        ("json put", "/api/posts/toggleStatus", {"postId": "{id}", "revision": 1}),
    ],
    "api/posts/<post_id>": [("get", "/api/posts/{id}", {})],
    "sign-in": [("get", "/sign-in", {"next": "/posts/{id}"})],
    "auth/session": [("json post", "/auth/session", {"next": "/posts/{id}"})],
    "auth/error": [("get", "/auth/error", {"reason": "/posts/{id}"})],
    "account": [("get", "/account", {})],
    "account/name": [("post", "/account/name", {"name": ""})],
    "account/picture/fetch": [],  # It says so on the next page, once.
    "account/picture/remove": [],  # As above.
    "media/<str:digest>.webp": [("get", "/media/{picture}.webp", {}), ("get", "/media/{slug}.webp", {})],
    "media/<str:digest>-<int:width>.webp": [
        ("get", "/media/{picture}-480.webp", {}),
        ("get", "/media/{picture}-800.webp", {}),
        ("get", "/media/{slug}-480.webp", {}),
    ],
    "people/<str:digest>.webp": [("get", "/people/{id}.webp", {}), ("get", "/people/{slug}.webp", {})],
    "account/sessions/<int:session_id>/end": [],  # The number is of a session, and could be the asker's own.
    "account/tokens": [("get", "/account/tokens", {})],
    "account/tokens/create": [("post", "/account/tokens/create", {})],
    "account/tokens/<int:token_id>/revoke": [("post", "/account/tokens/{id}/revoke", {})],
    "account/data": [],  # It differs with the clock; tests/blog/views/test_my_data.py looks for words of others.
    "account/delete": [("get", "/account/delete", {}), ("post", "/account/delete", {"confirmation": "no"})],
    "account/sign-out-everywhere": [],  # As of sign-out, below.
    "webhooks/descope": [("json post", "/webhooks/descope", {})],
    "sign-out": [],  # It ends the session that the other recipes need.
    "<path:anything>": [("get", "/posts/{slug}.json", {}), ("get", "/media/{slug}", {}), ("get", "/feeds/{id}", {})],
}

# They vary with the names of posts, with the clock, and from one request to the next.
RANDOM = ("Content-Length", "Expires", "Date", "X-Request-Id")
NO_POST = SimpleNamespace(id=987654321, slug="no-such-post-at-all", body="", tags=["no tag"], series="")
HAND = "marker-hand"
READERS = ["visitor", "visitor of a public site", "reader", "reader with a bearer", "other editor"]


def test_every_address_has_a_recipe() -> None:
    # The sandbox knows nothing of posts: the import contracts see to that.
    assert sorted(RECIPES) == sorted({route for route in routes(get_resolver()) if not route.startswith("_descope/")})


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern, route)


@pytest.fixture
def hidden(editor: User, admin: User, sign_up: SignUp) -> list[Post]:
    """A post of each kind that readers may not know of, with words of its own in every place that holds words.

    And, in the list or not, an author all of whose words are still to come.
    """
    post_in("scheduled", sign_up("Marker Hand", "editor"), admin, title="Marker by another hand")

    def written(name: str, body: str = "Marker-body.", **more: Any) -> Post:
        body = f"{body}\n\n{a_picture(editor)}"
        words = {"title": f"Marker {name} title", "body": body, "tags": [f"marker-{name}-tag"]}
        post = Post.objects.write(by=editor, excerpt=f"Marker-{name}-excerpt.", **(words | more))
        Post.objects.filter(pk=post.pk).update(series=f"Marker {name} series")
        post.refresh_from_db()
        post.share(by=editor)
        return post

    def submitted(name: str) -> Post:
        post = written(name)
        post.submit(by=editor)
        return post

    def published(name: str) -> Post:
        post = submitted(name)
        post.publish(by=admin, revision=1)
        return post

    returned = submitted("returned")
    returned.request_changes(by=admin, revision=1, reason="Marker-reason.")
    returned.edit(by=editor, version=1, title="Marker returned anew", body=returned.body, tags=[])
    withdrawn = submitted("withdrawn")
    withdrawn.withdraw(by=editor)
    unpublished = published("unpublished")
    unpublished.unpublish(by=admin)
    scheduled = published("scheduled")
    Post.objects.filter(pk=scheduled.pk).update(published_at=timezone.now() + timedelta(days=1))
    archived = written("archived")
    Post.objects.filter(pk=archived.pk).update(status="archived")
    imported = written(
        "imported",
        source_id="urn:marker",
        canonical_url="https://marker.example/",
        published_at=datetime(2019, 5, 4, tzinfo=UTC),
    )
    unrenderable = written("unrenderable", body="Marker-brackets." + "\n\n" + "1. " * 5_000)
    return [
        written("draft"), submitted("in-review"), returned, withdrawn, unpublished, scheduled, archived, imported,
        unrenderable,
    ]  # fmt: skip


@pytest.fixture
def half_hidden(editor: User, admin: User) -> list[Post]:
    """Posts that readers may see, with a next draft that they may not."""
    posts = []
    for name in ("draft", "in-review", "returned"):
        post = Post.objects.write(by=editor, title=f"Public {name}", body="Public words.", tags=["public"])
        post.submit(by=editor)
        post.publish(by=admin, revision=1)
        words = f"Marker-next.\n\n{a_picture(editor)}"
        post.edit(by=editor, version=1, title=f"Marker next {name}", body=words, tags=["marker-next"])
        if name != "draft":
            post.submit(by=editor)
        if name == "returned":
            post.request_changes(by=admin, revision=2, reason="Marker-next-reason.")
        posts.append(post)
    return posts


def a_picture(by: User) -> str:
    """Bring a picture like no other, and return the Markdown that shows it."""
    size = (500, 8 + Image.objects.count())  # Wide enough for a smaller copy.
    return Image.objects.upload(by=by, data=picture(size=size), alt="Marker picture").markdown


@pytest.fixture
def ask(who: str, reader: User, other_editor: User, editor: User, admin: User, settings: SimpleNamespace) -> Any:
    """Return a function that knocks at an address as this person and tells what came back."""
    settings.SEARCH_ENGINES = True  # Else there is no sitemap at all.
    settings.FEED_LIMIT = settings.SEARCH_LIMIT = (100_000, 60)  # It is the same for all that is asked here.
    settings.VISIBILITY = "public" if who == "visitor of a public site" else "members"
    client = {"reader": lambda: signed_in(reader), "other editor": lambda: signed_in(other_editor)}.get(who, Client)()
    server = KeepingHandler()
    for other in (editor, admin):  # Whoever may see all of it was here before, and what they got is kept for others.
        behind(server, signed_in(other)).get("/")
    behind(server, client)
    headers = bearer(reader) if who == "reader with a bearer" else {}
    client.get("/", headers=headers)  # From here on the browser has the cookie of forms: later answers are alike.

    def ask(recipe: tuple[str, str, Any], post: Any) -> Any:
        way, address, sent = recipe
        address = filled(address, post)
        if way.startswith("json"):
            body = json.dumps(sent).replace('"{id}"', str(post.id)).replace("{id}", str(post.id))
            return getattr(client, way[5:])(address, body, content_type="application/json", headers=headers)
        return getattr(client, way)(address, {key: filled(text, post) for key, text in sent.items()}, headers=headers)

    return ask


def filled(text: str, post: Any) -> str:
    return text.format_map(names_of(post)) if "{" in text else text


def names_of(post: Any) -> dict[str, str]:
    return {
        "id": str(post.id),
        "number": str(post.id),
        "slug": post.slug,
        "picture": picture_in(post),
        "tag": slug_of(post.tags[0]) if post.tags else "no-tag",
        "series": slug_of(post.series) or "no-series",
        "hand": HAND if post is not NO_POST else "no-hand",
    }


def picture_in(post: Any) -> str:
    """Return the digest of the picture in a post, or one of nothing."""
    return next(iter(digests_in(post.body)), "0" * 64)


def told(answer: Any, post: Any) -> str:
    """Return all that an answer tells, without what was asked and without what is random in it."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items() if name not in RANDOM)
    cookies = "\n".join(f"{name}: {len(cookie.value)}" for name, cookie in answer.cookies.items())
    content = "A marker: this is the picture." if answer.streaming else words_of(answer)
    answer.close()
    text = f"{answer.status_code}\n{headers}\n{cookies}\n{content}"
    text = re.sub(
        r'(csrfmiddlewaretoken" value="|csrf-token="|nonce[-=]"?|name="write_key" value=")[\w+/=-]+', r"\1", text
    )
    return re.sub(
        # In an address, or as what was typed and is given back.
        rf"(/|%2F|readonly>\n|(?:post|person|token)(?:=|%3D))({'|'.join(names_of(post).values())})\b",
        "/WHAT-WAS-ASKED-FOR",
        text,
    )


def words_of(answer: Any) -> str:
    """Return what is told; of a drawn picture, a name for what is drawn."""
    is_drawn = answer.headers.get("Content-Type", "").startswith("image/")
    return hashlib.sha256(answer.content).hexdigest() if is_drawn else answer.content.decode()


EVERY_RECIPE = [recipe for recipes in RECIPES.values() for recipe in recipes]


def worth_asking(recipe: tuple[str, str, Any], posts: list[Post]) -> list[Post]:
    """Return the posts to ask of: the first alone where the recipe names none and is the same for all."""
    return posts if re.search(r"\{(id|slug|picture|tag|series|hand)\}", str(recipe)) else posts[:1]


@pytest.mark.parametrize("who", READERS)
def test_no_address_tells_a_hidden_post_from_none_or_a_word_of_what_is_not_live(
    ask: Any, hidden: list[Post], half_hidden: list[Post]
) -> None:
    before = list(Post.objects.values())

    for recipe in EVERY_RECIPE:
        nothing = told(ask(recipe, NO_POST), NO_POST)
        for post in worth_asking(recipe, hidden + half_hidden):
            answer = told(ask(recipe, post), post)
            assert "marker" not in answer.lower(), (recipe, post.title)
            assert answer == nothing or post in half_hidden, (recipe, post.title)

    assert list(Post.objects.values()) == before


@pytest.mark.parametrize("who", ["visitor of a public site", "reader", "other editor"])
def test_a_next_draft_leaves_no_trace_on_what_is_live(ask: Any, published: Post, editor: User, admin: User) -> None:
    asked = SimpleNamespace(id=published.pk, slug=published.slug, body="", tags=["craft"], series="")

    def answers() -> list[str]:
        addresses = (
            *("/posts/{slug}", "/posts/{id}", "/api/posts/{id}", "/api/posts/retrieve", "/"),
            *("/tags", "/tags/{tag}", "/tags/marker", "/authors", "/authors/ed-editor", "/series", "/archive"),
        )
        return [told(ask(("get", address, {}), asked), asked) for address in addresses]

    before = answers()
    published.edit(by=editor, version=published.version, title="Marker", body="Marker.", tags=["marker"])
    edited = answers()
    published.submit(by=editor)
    submitted = answers()
    published.request_changes(by=admin, revision=2, reason="Marker.")

    assert before == edited == submitted == answers()


def test_the_author_and_an_admin_do_see_them(hidden: list[Post], editor: User, admin: User) -> None:
    for person in (editor, admin):
        client = signed_in(person)
        for post in hidden:
            assert "marker" in client.get(f"/desk/posts/{post.pk}").content.decode().lower()
            assert "marker" in client.get(f"/api/posts/{post.pk}").content.decode().lower()
            for name in (picture_in(post), f"{picture_in(post)}-480"):
                assert "marker" in told(client.get(f"/media/{name}.webp"), post)
