import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from accounts import descope
from accounts.models import Session, User, WebhookDelivery
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from tests.conftest import bearer, signed_in

from .conftest import Wire

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

LOAD = "/v1/mgmt/user"


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def post(body: bytes, sign: str) -> "Answer":
    headers = {"x-descope-webhook-s256": sign}
    return Client(enforce_csrf_checks=True).post("/webhooks/descope", body, "application/json", headers=headers)


@pytest.fixture
def send(settings: Settings) -> Any:
    """Return a function that sends a message as Descope does: JSON, signed with the secret."""

    def send(message: Any) -> "Answer":
        body = json.dumps(message).encode()
        return post(body, signature(body, settings.DESCOPE_WEBHOOK_SECRET))

    return send


def about(user: User, action: str = "UserModified", **more: object) -> dict[str, object]:
    return {"action": action, "userId": user.subject, **more}


def at_descope(user: User) -> SandboxPerson:
    return SandboxPerson.objects.get(user_id=user.subject)


# The signature


def test_a_signed_message_is_taken(reader: User, send: Any) -> None:
    assert send([about(reader, occurred=1_795_000_000_000)]).status_code == 200
    assert WebhookDelivery.objects.count() == 1


BODY = json.dumps([{"action": "UserDeleted", "userId": "U1"}]).encode()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        "é",
        "\x80\xff",
        "====",
        signature(BODY, "another secret"),
        signature(BODY, ""),
        signature(BODY + b" ", "the secret"),
        signature(BODY, "the secret")[:-4],
        signature(BODY, "the secret") + "AAAA",
        signature(BODY, "the secret").lower(),
        hmac.new(b"the secret", BODY, hashlib.sha256).hexdigest(),
        "sha256=" + signature(BODY, "the secret"),
    ],
)
def test_a_message_that_is_not_signed_with_the_secret_is_refused(given: str, settings: Settings) -> None:
    settings.DESCOPE_WEBHOOK_SECRET = "the secret"

    assert post(BODY, given).status_code == 401
    assert post(BODY, signature(BODY, "the secret")).status_code == 200


def test_a_message_without_a_signature_is_refused(client: Client) -> None:
    assert client.post("/webhooks/descope", BODY, "application/json").status_code == 401


def test_without_a_secret_nothing_is_taken(settings: Settings) -> None:
    settings.DESCOPE_WEBHOOK_SECRET = ""

    assert post(BODY, signature(BODY, "")).status_code == 503
    assert not WebhookDelivery.objects.exists()


def test_only_posts_are_taken(client: Client) -> None:
    assert client.get("/webhooks/descope").status_code == 405


# The body


@pytest.mark.parametrize("size", [0, 64 * 1024 + 1, 2 * 1024 * 1024])
def test_a_body_of_no_likely_size_is_refused(size: int, settings: Settings) -> None:
    body = b"x" * size

    assert post(body, signature(body, settings.DESCOPE_WEBHOOK_SECRET)).status_code == 413


@pytest.mark.parametrize("body", [b"x", b"{", b"\xff\xfe", b"[" * 50_000], ids=["word", "half", "bytes", "deep"])
def test_a_signed_body_that_is_not_json_is_refused(body: bytes, settings: Settings) -> None:
    assert post(body, signature(body, settings.DESCOPE_WEBHOOK_SECRET)).status_code == 400


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: [e], lambda e: {"events": [e]}, lambda e: [None, 7, e]])
def test_an_event_may_come_alone_in_an_array_or_wrapped(wrap: Any, reader: User, send: Any) -> None:
    sandbox_people.delete(at_descope(reader))

    assert send(wrap(about(reader, "UserDeleted"))).status_code == 200

    assert User.objects.get().is_disabled


@pytest.mark.parametrize(
    "person",
    [
        {"userId": "{subject}"},
        {"user": {"userId": "{subject}"}},
        {"data": {"user": {"userId": "{subject}"}}},
    ],
)
def test_an_event_may_name_its_person_in_one_of_three_places(person: Any, reader: User, send: Any) -> None:
    sandbox_people.delete(at_descope(reader))

    send(json.loads(json.dumps(person).replace("{subject}", reader.subject)))

    assert User.objects.get().is_disabled


ODD_EVENTS: list[object] = [
    {},
    [],
    None,
    7,
    "UserDeleted",
    [None, 7, "x", [], [[]]],
    {"events": "x"},
    {"action": "RoleCreated", "data": {"name": "owner"}},
    {"action": "NoSuchThing", "userId": ""},
    {"action": ["UserDeleted"], "userId": 7},
    {"action": {"a": 1}, "userId": ["U1"], "user": "x", "data": []},
    {"action": "UserDeleted", "userId": None, "user": {"userId": None}, "data": {"user": 7}},
    {"action": "UserDeleted", "userId": "U" * 256},
]


@pytest.mark.parametrize("message", ODD_EVENTS)
@pytest.mark.parametrize("key", ["K2", ""])
def test_an_event_that_names_nobody_is_taken_and_does_nothing(
    message: object, key: str, reader: User, send: Any, settings: Settings
) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = key

    assert send(message).status_code == 200
    assert User.objects.filter(is_disabled=False).count() == 1


@pytest.mark.parametrize("action", [["UserDeleted"], {"a": 1}, 7, None, "NoSuchThing"])
def test_an_event_of_an_odd_kind_is_a_hint_like_any_other(
    action: object, reader: User, send: Any, settings: Settings
) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    assert send(about(reader) | {"action": action}).status_code == 200
    assert not User.objects.get().is_disabled


# What it does


def test_somebody_who_has_never_been_here_is_met(reader: User, send: Any) -> None:
    User.objects.all().delete()

    send(about(reader, "UserCreated", name="What the message says"))

    assert User.objects.get().name == "Rita Reader"
    assert User.objects.get().email == "rita.reader@example.com"


def test_a_message_is_acted_on_once(reader: User, send: Any, wire: Wire) -> None:
    message = about(reader, occurred=1_795_000_000_000)

    answers = [send(message).json()["data"]["status"] for _ in range(3)]

    assert answers == ["done", "seen before", "seen before"]
    assert wire.times_asked(LOAD) == 1


def test_a_message_that_was_cut_short_goes_on_from_there(reader: User, editor: User, send: Any, wire: Wire) -> None:
    message = [about(reader, occurred=1_795_000_000_000), about(editor, occurred=1_795_000_000_000)]
    silence = httpx.ReadTimeout("no answer")
    answers: list[Callable[[httpx.Request], httpx.Response] | Exception] = [wire.pass_on, silence, wire.pass_on]

    def answer(request: httpx.Request) -> httpx.Response:
        now = answers.pop(0)
        if isinstance(now, Exception):
            raise now
        return now(request)

    wire.answers(LOAD, answer)
    first = send(message).status_code
    descope.breaker.answered()
    second = send(message)

    assert (first, second.status_code, second.json()["data"]["status"]) == (503, 200, "done")
    assert wire.times_asked(LOAD) == 3
    assert send(message).json()["data"]["status"] == "seen before"


def test_a_message_without_a_time_is_acted_on_each_time(reader: User, send: Any, wire: Wire) -> None:
    send(about(reader))
    sandbox_people.set_status(at_descope(reader), "disabled")

    send(about(reader))

    assert User.objects.get().is_disabled
    assert not WebhookDelivery.objects.exists()


def test_a_role_that_was_taken_is_taken_from_bearers_too(admin: User, send: Any) -> None:
    program = Client(headers=bearer(admin))
    assert program.get("/desk").status_code == 200
    sandbox_people.set_roles(at_descope(admin), [])

    send(about(admin))

    assert program.get("/desk").status_code == 403


def test_a_role_given_or_taken_counts_from_the_next_request(reader: User, send: Any, wire: Wire) -> None:
    browser = signed_in(reader)
    assert browser.get("/write").status_code == 403
    SandboxRole.objects.get_or_create(name="editor")
    for roles, status in [(["editor"], 200), ([], 403)]:
        sandbox_people.set_roles(at_descope(reader), roles)

        send(about(reader, data={"roleNames": roles}))

        assert browser.get("/write").status_code == status


def test_a_sign_in_makes_no_session_refresh(reader: User, send: Any, wire: Wire) -> None:
    browser = signed_in(reader)

    send(about(reader, "LoginSucceed"))

    assert browser.get("/account").status_code == 200
    assert wire.times_asked("/v1/auth/refresh") == 0


def test_who_is_disabled_at_descope_is_out_everywhere(reader: User, send: Any) -> None:
    browser, headers = signed_in(reader), bearer(reader)
    sandbox_people.set_status(at_descope(reader), "disabled")

    send(about(reader))

    assert browser.get("/account").status_code == 302
    assert Client().get("/account", headers=headers).status_code == 401
    assert not Session.objects.filter(ended_at=None).exists()


def test_who_is_enabled_again_may_sign_in_again(reader: User, send: Any) -> None:
    for status in ("disabled", "enabled"):
        sandbox_people.set_status(at_descope(reader), status)
        send(about(reader, now=status))
    User.objects.update(tokens_not_before=None)  # A second later.

    assert signed_in(reader).get("/account").status_code == 200


def test_who_is_deleted_at_descope_is_out_everywhere_and_keeps_their_name(reader: User, send: Any) -> None:
    browser, headers = signed_in(reader), bearer(reader)
    sandbox_people.delete(at_descope(reader))

    send(about(reader, "UserDeleted"))

    assert browser.get("/account").status_code == 302
    assert Client().get("/account", headers=headers).status_code == 401
    assert User.objects.get().name == "Rita Reader"


def test_a_creation_that_comes_after_the_deletion_brings_nobody_back(reader: User, send: Any) -> None:
    sandbox_people.delete(at_descope(reader))

    send(about(reader, "UserDeleted"))
    send(about(reader, "UserCreated"))

    assert User.objects.get().is_disabled


def test_a_deletion_of_somebody_we_never_met_is_no_error(reader: User, send: Any) -> None:
    User.objects.all().delete()
    sandbox_people.delete(at_descope(reader))

    assert send(about(reader, "UserDeleted")).status_code == 200
    assert not User.objects.exists()


def test_a_message_is_not_believed_against_descope(reader: User, send: Any) -> None:
    browser = signed_in(reader)

    send(about(reader, "UserDeleted", status="disabled", name="Eve"))

    assert browser.get("/account").status_code == 200
    assert User.objects.get().name == "Rita Reader"


UNCLEAR_ANSWERS: dict[str, httpx.Response | Exception] = {
    "nobody there": httpx.ConnectError("down"),
    "an error": httpx.Response(500),
    "a wrong key": httpx.Response(401),
    "HTML": httpx.Response(200, html="<p>Please wait"),
    "a list": httpx.Response(200, json=[]),
    "nobody": httpx.Response(200, json={}),
    "a user that is none": httpx.Response(200, json={"user": "x"}),
    "somebody else": httpx.Response(200, json={"user": {"userId": "Uelse", "name": "Else"}}),
}


@pytest.mark.parametrize("answer", UNCLEAR_ANSWERS.values(), ids=UNCLEAR_ANSWERS)
def test_a_message_waits_until_descope_can_be_asked(
    answer: httpx.Response | Exception, reader: User, send: Any, wire: Wire
) -> None:
    sandbox_people.delete(at_descope(reader))
    wire.answers(LOAD, answer)
    assert send(about(reader, "UserDeleted")).status_code == 503
    assert not WebhookDelivery.objects.exists()
    assert not User.objects.get().is_disabled

    wire.recovers()

    assert send(about(reader, "UserDeleted")).status_code == 200
    assert User.objects.get().is_disabled


# Without a management key, what is signed is all there is


@pytest.fixture
def no_key(settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""


@pytest.mark.usefixtures("no_key")
def test_without_a_key_somebody_new_is_met_by_name_but_by_no_address(send: Any) -> None:
    send({"event": "signed up", "userId": "U1", "name": " Nell New ", "email": "ada.admin@example.com"})

    met = User.objects.get()
    assert (met.subject, met.name, met.email) == ("U1", "Nell New", "")


@pytest.mark.usefixtures("no_key")
def test_without_a_key_a_deletion_is_believed_and_nothing_undoes_it(reader: User, send: Any) -> None:
    browser = signed_in(reader)

    send(about(reader, "UserDeleted"))
    send(about(reader, "UserModified", name="Rita Again"))

    assert browser.get("/account").status_code == 302
    assert User.objects.get().is_disabled
