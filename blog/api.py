"""JSON for programs: the tutorial's five routes, on the same querysets and verbs as the pages.

Whoever calls is known by their session cookie or bearer token alone; names, ids and tokens in a body
are never believed. Every answer is `{"error": …, "data": …}`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, NinjaAPI, Query, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.utils import check_csrf
from pydantic import AfterValidator, StringConstraints

from accounts import limits
from accounts.access import open_to_api_tokens, open_to_visitors
from accounts.exceptions import TooMany
from accounts.http import client_address, problem, too_many, with_person
from accounts.models import Person, User

from . import pace
from .addresses import absolute
from .exceptions import NotReady, StepUpNeeded, WrongStatus
from .markup import BUSY_SECONDS, MAX_CHARACTERS, Busy, Unrenderable
from .models import MAX_ALT_LENGTH, MAX_TITLE_LENGTH, Post, PostQuerySet, Revision, Tagging
from .permissions import may_open_on_desk
from .searching import Hit, found
from .tags import checked_tags

POSTS_A_CALL = 20
MAX_POSTS_A_CALL = 100
MAX_ID = 2**63 - 1
MAX_OFFSET = 1_000_000

Data = TypeVar("Data")
Names = dict[int, list[str]]  # Of the tags, by the key of the revision.


def storable(text: str) -> str:
    """Return the text if a database can keep it. Raises ValueError for NUL and for half a surrogate pair."""
    if "\0" in text:
        raise ValueError("a NUL character is no text")
    text.encode()
    return text


Text = Annotated[str, AfterValidator(storable)]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE_LENGTH),
    AfterValidator(storable),
]
Content = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_CHARACTERS, pattern=r"\S"), AfterValidator(storable)
]
Cover = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=300),
    AfterValidator(storable),
    AfterValidator(lambda address: address.removeprefix(settings.SITE_URL)),
]
CoverAlt = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ALT_LENGTH), AfterValidator(storable)]
PostId = Annotated[int, Field(ge=1, le=MAX_ID)]


def member(request: HttpRequest) -> Person | None:
    """Admit who is signed in. A cookie needs the CSRF token beside it, a bearer does not."""
    asking = with_person(request)
    if asking.user.is_visitor:
        return None
    if not asking.is_bearer and check_csrf(request) is not None:
        raise HttpError(403, "Send the CSRF token in the X-CSRFToken header, or use a bearer token.")
    return asking.user


def reader(request: HttpRequest) -> Any:
    """Admit whom the site lets read; what they may see, the querysets decide."""
    return settings.VISIBILITY == "public" or member(request)


class Answer(Schema, Generic[Data]):
    error: Literal[None] = None
    data: Data


class Author(Schema):
    name: str


class PostOut(Schema):
    id: int
    title: str
    content: str = Field(description="The text as HTML that has passed Galley's allow-list.")
    createdAt: datetime  # noqa: N815 — the tutorial's field names, here and below.
    author: Author
    published: bool
    publishedAt: datetime | None  # noqa: N815
    slug: str
    tags: list[str]
    cover: str = Field(description="The address of the picture above the text, or nothing.")
    coverAlt: str = Field(description="What the cover shows, in words.")  # noqa: N815
    submittedRevision: int | None = Field(  # noqa: N815
        description="The number of the revision that waits for review. Only its author and admins are told."
    )

    @classmethod
    def of(cls, post: Post, person: Person, names: Names | None = None) -> "PostOut":
        """Return the post as readers see it; to those who work on it, what they would publish or go on with.

        `names` are those of the tags, where they are at hand.
        """
        shown = shown_to(person, post)
        waiting = post.submitted_revision if may_open_on_desk(person, post) else None
        text = shown or post
        if names is None:
            names = names_of_tags([post.current_revision])
        return cls(
            id=post.pk,
            title=text.title,
            content=shown.html if shown else post.safe_html,
            createdAt=post.created_at,
            author=Author(name=shown.byline if shown else post.author.name),
            published=post.is_live,
            publishedAt=post.published_at if post.is_live else None,
            slug=post.slug,
            tags=names.get(shown.pk, shown.tags) if shown else post.tags,
            cover=absolute(text.cover),
            coverAlt=text.cover_alt,
            submittedRevision=waiting.number if waiting else None,
        )


def names_of_tags(seen: Iterable[Revision | None]) -> Names:
    """Return the tags of what readers see, as they are called today. What is worked on has them as they were typed."""
    tags = Tagging.objects.tags_of([revision for revision in seen if revision])
    return {revision: [tag.name for tag in found] for revision, found in tags.items()}


def shown_to(person: Person, post: Post) -> Revision | None:
    """Return the revision this person gets to read, or None where there is the working copy alone."""
    waiting = post.submitted_revision if may_open_on_desk(person, post) else None
    return post.current_revision or waiting


class PieceOut(Schema):
    text: str
    isMatch: bool = Field(description="Whether it is what was looked for.")  # noqa: N815


class HitOut(Schema):
    id: int
    title: str
    snippet: list[PieceOut] = Field(description="Plain text, in pieces, from around what was looked for.")
    author: Author
    publishedAt: datetime | None  # noqa: N815
    slug: str
    url: str
    tags: list[str]

    @classmethod
    def of(cls, hit: Hit, names: Names) -> "HitOut":
        """Return what was found, as readers see it, whoever asks."""
        return cls(
            id=hit.post.pk,
            title=hit.revision.title,
            snippet=[PieceOut(text=piece.text, isMatch=piece.is_match) for piece in hit.snippet],
            author=Author(name=hit.revision.byline),
            publishedAt=hit.post.published_at,
            slug=hit.post.slug,
            url=absolute(hit.post.get_absolute_url()),
            tags=names[hit.revision.pk],
        )


class FoundOut(Schema):
    total: int = Field(description="How many posts were found: no more than the 1,000 that were sealed last.")
    goesOn: bool = Field(description="Whether there are more than these.")  # noqa: N815
    understood: list[str] = Field(description="What was looked for, part by part, in words.")
    posts: list[HitOut]


class PersonOut(Schema):
    id: int
    name: str
    email: str


class CreateIn(Schema):
    title: Title
    content: Content = Field(description="Markdown; HTML in it passes through the allow-list.")
    tags: list[Text] = []
    cover: Cover = Field("", description="The address of a picture that the caller has uploaded to this site.")
    coverAlt: CoverAlt = Field("", description="What the cover shows, for those who cannot see it.")  # noqa: N815


class ToggleIn(Schema):
    postId: PostId  # noqa: N815
    revision: int | None = Field(None, ge=1, description="Publish this revision, and only if it is the one that waits.")


api = NinjaAPI(
    title="Galley",
    version="1",
    description="The API of the blog. Send a personal API token or a session token as bearer, "
    "or the session cookie with a CSRF token.",
    auth=member,
    docs_url="/docs",
    openapi_url="/openapi.json",
)


@api.post("/register", response=Answer[PersonOut], operation_id="register")
def register(request: HttpRequest) -> Any:
    """Tell the caller who they are here. Their record exists by now, whichever call came first."""
    limits.check_address("REGISTER_LIMIT", client_address(request))
    person = _member(request)
    return {"data": PersonOut(id=person.pk, name=person.name, email=person.email)}


@api.get("/posts/retrieve", response=Answer[list[PostOut]], auth=reader, operation_id="retrievePosts")
def retrieve(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=MAX_POSTS_A_CALL)] = POSTS_A_CALL,
    offset: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
) -> Any:
    """List the posts the caller may see, newest first: the newest 20, unless `limit` and `offset` ask for others."""
    person = with_person(request).user
    posts = list(_posts(person).order_by("-created_at", "-pk").cut(offset, limit))
    _load_html(shown_to(person, post) or post for post in posts)
    names = names_of_tags(post.current_revision for post in posts)
    return {"data": [PostOut.of(post, person, names) for post in posts]}


@api.get("/posts/search", response=Answer[FoundOut], auth=reader, operation_id="searchPosts")
def search(
    request: HttpRequest,
    q: Annotated[str, Query(description="Words, “phrases”, -word, tag:, author:, series:, from: and to:.")] = "",
    sort: Annotated[Literal["relevance", "newest"], Query()] = "relevance",
    limit: Annotated[int, Query(ge=1, le=MAX_POSTS_A_CALL)] = POSTS_A_CALL,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> Any:
    """Look for posts by their words, as the search page does: the best first, among those that readers see."""
    person = with_person(request).user
    limits.check_caller("SEARCH_LIMIT", person, client_address(request))
    result = found(person, q, newest=sort == "newest", first=offset, count=limit)
    understood = [part.in_words for part in result.query.parts]
    hits = result.hits
    names = names_of_tags(hit.revision for hit in hits)
    posts = [HitOut.of(hit, names) for hit in hits]
    return {"data": FoundOut(total=result.total, goesOn=result.goes_on, understood=understood, posts=posts)}


@api.post("/posts/create", response={201: Answer[PostOut], 200: Answer[PostOut]}, operation_id="createPost")
def create(request: HttpRequest, body: CreateIn) -> Any:
    """Write a post and submit it for review, in one step. Where it cannot be submitted, the draft is kept.

    Sent again with the same `Idempotency-Key` header and the same body, it answers 200 with the post as it stands.
    """
    person = _member(request)
    pace.let_in(request, "SAVE_LIMIT")
    write_key = request.headers.get("Idempotency-Key", "")
    post, is_new = Post.objects.write_once(
        by=person,
        write_key=write_key,
        title=body.title,
        body=body.content,
        tags=checked_tags(body.tags),
        cover=body.cover,
        cover_alt=body.coverAlt,
    )
    was_left_undone = not post.is_rendered and not post.was_ever_submitted  # Too much was going on the first time.
    if is_new or was_left_undone:
        post.submit(by=person)
    return Status(201 if is_new else 200, {"data": PostOut.of(post, person)})


@api.put("/posts/toggleStatus", response=Answer[PostOut], operation_id="toggleStatus")
def toggle_status(request: HttpRequest, body: ToggleIn) -> Any:
    """Publish the revision named. Where none is: unpublish what is live, else publish what waits."""
    person = _member(request)
    post = get_object_or_404(_posts(person), pk=body.postId)
    waiting = post.submitted_revision.number if post.submitted_revision else 0
    if post.is_live and body.revision is None:
        post.unpublish(by=person)
    else:
        post.publish(by=person, revision=body.revision or waiting)
    return {"data": PostOut.of(post, person)}


@api.get("/posts/{post_id}", response=Answer[PostOut], auth=reader, operation_id="getPost")
def retrieve_one(request: HttpRequest, post_id: int) -> Any:
    """Show one post, if the caller may see it."""
    person = with_person(request).user
    if not 1 <= post_id <= MAX_ID:
        raise Http404
    return {"data": PostOut.of(get_object_or_404(_posts(person), pk=post_id), person)}


def _posts(person: Person) -> PostQuerySet:
    return Post.objects.visible_to(person).for_lists()


def _load_html(texts: Iterable[Post | Revision]) -> None:
    """Load the HTML that will be shown and no other: that of a whole list in two queries."""
    by_model: dict[type[Post | Revision], list[Post | Revision]] = defaultdict(list)
    for text in texts:
        by_model[type(text)].append(text)
    for model, rows in by_model.items():
        html = dict(model._default_manager.filter(pk__in=[row.pk for row in rows]).values_list("pk", "html"))
        for row in rows:
            row.html = html[row.pk]


def _member(request: HttpRequest) -> User:
    person = with_person(request).user
    assert not person.is_visitor  # noqa: S101 — `member` let them in; this tells the type checker.
    return person


# What the domain refuses, as a status and in words.


@api.exception_handler(AuthenticationError)
def unauthorized(request: HttpRequest, refused: Exception) -> HttpResponse:
    response = problem(401, "Sign in first, or send a session token as bearer.")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, refused: Exception) -> HttpResponse:
    return problem(403, str(refused) or "You may not do this.")


@api.exception_handler(StepUpNeeded)
def step_up_needed(request: HttpRequest, refused: StepUpNeeded) -> HttpResponse:
    return problem(403, str(refused))


@api.exception_handler(TooMany)
def too_often(request: HttpRequest, trouble: TooMany) -> HttpResponse:
    return too_many(request, trouble)


@api.exception_handler(Http404)
def missing(request: HttpRequest, refused: Exception) -> HttpResponse:
    return problem(404, "There is no such post, or none you may see.")


@api.exception_handler(WrongStatus)
def conflict(request: HttpRequest, refused: Exception) -> HttpResponse:
    return problem(409, str(refused))


@api.exception_handler(NotReady)
def not_ready(request: HttpRequest, refused: Exception) -> HttpResponse:
    return problem(422, str(refused))


@api.exception_handler(Unrenderable)
def unrenderable(request: HttpRequest, trouble: Unrenderable) -> HttpResponse:
    detail = f"Saved as a draft, but not submitted. {trouble.reason} Look at line {trouble.line}."
    return problem(422, detail, line=trouble.line)


@api.exception_handler(Busy)
def busy(request: HttpRequest, trouble: Busy) -> HttpResponse:
    response = problem(503, "Saved as a draft, but not submitted: too much is going on. Try again in a moment.")
    response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


@api.exception_handler(DatabaseError)
@api.exception_handler(InterfaceError)
def left_to_the_site(request: HttpRequest, trouble: Exception) -> HttpResponse:
    """Config answers for a database that refuses, to pages and programs alike."""
    raise trouble


@api.exception_handler(DjangoValidationError)
def invalid_value(request: HttpRequest, refused: DjangoValidationError) -> HttpResponse:
    return problem(422, " ".join(refused.messages))


@api.exception_handler(ValidationError)
def invalid_body(request: HttpRequest, refused: ValidationError) -> HttpResponse:
    fields = [{"field": str(error["loc"][-1]), "message": error["msg"]} for error in refused.errors]
    return problem(422, "; ".join(f"{field['field']}: {field['message']}" for field in fields), fields=fields)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, refused: HttpError) -> HttpResponse:
    return problem(refused.status_code, str(refused))


# Every operation admits by `auth`, and refuses in JSON, so the middleware need not ask for sign-in.
# The pages about the API have no `auth`; they stay as closed as the site.
urls = api.urls  # Built anew each time it is asked for, so it is asked once.
for pattern in urls[0]:
    if pattern.callback is not None and str(pattern.pattern).startswith(("posts", "register")):
        open_to_visitors(pattern.callback)
        open_to_api_tokens(pattern.callback)
