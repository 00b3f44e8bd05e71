import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import User
from blog.exceptions import EditedMeanwhile, NotPermitted
from blog.models import Post
from config import metrics
from observability import counters
from tests.config.test_broken import broken_site
from tests.conftest import signed_in

__all__ = ["broken_site"]

TOKEN = "only-for-tests-0123456789"
AS_PROMETHEUS = {"Authorization": f"Bearer {TOKEN}"}
COUNT = (
    "import sys; from pathlib import Path; from observability import counters; "
    "counters.switch_on(Path(sys.argv[1])); counters.saves.add('done')"
)


@pytest.fixture
def counting(settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    counters.switch_on(metrics.FOLDER)
    yield
    counters.switch_off()


def value_of(line: str) -> float:
    """Return the value on the line of the exposition that begins so, 0 where there is none."""
    told = Client().get("/metrics", headers=AS_PROMETHEUS).content.decode()
    return next((float(text.rpartition(" ")[2]) for text in told.splitlines() if text.startswith(line + " ")), 0.0)


def test_there_is_no_such_address_where_no_token_is_set(client: Client) -> None:
    assert client.get("/metrics", headers=AS_PROMETHEUS).status_code == 404


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_only_the_token_opens_it(sent: str, client: Client) -> None:
    refused = client.get("/metrics", headers={"Authorization": sent} if sent else {})

    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.usefixtures("counting")
def test_requests_are_counted_by_route_method_and_kind_of_answer(reader: User) -> None:
    browser = signed_in(reader)
    line = 'galley_request_seconds_count{method="GET",route="desk:write",status="4xx"}'
    before = value_of(line)

    browser.get("/write")
    browser.get("/write")

    assert value_of(line) == before + 2


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("path", ["/no/such/page", "/posts/no-such-post", "/shared/no-such-link", "/api/nothing"])
def test_no_path_becomes_a_label(path: str, reader: User) -> None:
    signed_in(reader).get(path)

    told = Client().get("/metrics", headers=AS_PROMETHEUS).content.decode()
    assert path not in told
    assert path.rpartition("/")[2] not in told


@pytest.mark.usefixtures("counting")
def test_an_invented_method_is_another(client: Client) -> None:
    client.generic("INVENTED", "/robots.txt")

    assert "INVENTED" not in Client().get("/metrics", headers=AS_PROMETHEUS).content.decode()


@pytest.mark.usefixtures("counting")
def test_renders_saves_and_sign_ins_are_counted(editor: User, draft: Post) -> None:
    renders = 'galley_render_seconds_count{outcome="done"}'
    before = {line: value_of(line) for line in (renders, *SAVES)}

    draft.edit(by=editor, version=draft.version, title=draft.title, body="Read it again.")
    address, text = f"/desk/posts/{draft.pk}/edit", {"title": "On proofs", "body": "Late.", "version": "1"}
    assert signed_in(editor).post(address, text).status_code == 409

    assert {line: value_of(line) - was for line, was in before.items()} == {renders: 1, **dict.fromkeys(SAVES, 1)}


@pytest.mark.usefixtures("counting")
def test_what_is_not_going_to_be_saved_is_not_rendered(editor: User, other_editor: User, draft: Post) -> None:
    renders = 'galley_render_seconds_count{outcome="done"}'
    before = value_of(renders)

    draft.edit(by=editor, version=draft.version, title=draft.title, body=draft.body, tags=draft.tags)
    with pytest.raises(EditedMeanwhile):
        draft.edit(by=editor, version=draft.version - 1, title="On proofs", body="Late.")
    with pytest.raises(NotPermitted):
        draft.edit(by=other_editor, version=draft.version, title="On proofs", body="Of somebody else.")
    draft.edit(by=editor, version=draft.version, title=draft.title, body="New words.")

    assert value_of(renders) == before + 1


SAVES = [
    'galley_saves_total{outcome="done"}',
    'galley_saves_total{outcome="too late"}',
    'galley_sign_ins_total{outcome="done"}',
]


@pytest.mark.usefixtures("counting")
def test_what_is_true_now_is_looked_up(reader: User) -> None:
    signed_in(reader)

    assert value_of("galley_sessions") == 1
    assert value_of("galley_tasks_waiting") == 0
    assert value_of("galley_database_up") == 1
    assert value_of("galley_memory_bytes") > 10_000_000
    assert value_of("galley_threads") >= 1


@pytest.mark.usefixtures("counting")
def test_counts_are_told_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("gone")

    Client().get("/robots.txt")
    monkeypatch.setattr(connection, "cursor", gone)

    told = Client().get("/metrics", headers=AS_PROMETHEUS).content.decode()

    assert "galley_database_up 0.0" in told
    assert "galley_request_seconds_count" in told
    assert "galley_sessions" not in told


@pytest.mark.usefixtures("counting")
def test_an_error_of_the_database_that_ends_a_request_is_counted(
    broken_site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: object, **given: object) -> None:
        raise OperationalError("gone")

    line = 'galley_database_errors_total{kind="OperationalError"}'
    before = value_of(line)
    monkeypatch.setattr(type(Post.objects.all()), "write_once", gone)

    broken_site.post("/write", {"title": "On proofs", "body": "x"})

    assert value_of(line) == before + 1


@pytest.mark.usefixtures("counting")
def test_the_counts_of_all_processes_are_summed_also_of_those_that_are_over() -> None:
    before = value_of(SAVES[0])

    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT, metrics.FOLDER], check=True, cwd=settings.BASE_DIR)  # noqa: S603 — our own.

    assert value_of(SAVES[0]) == before + 2


def test_a_server_that_starts_forgets_the_counts_of_processes_that_are_over(tmp_path: Path) -> None:
    over = subprocess.run([sys.executable, "-c", COUNT, tmp_path], check=True, cwd=settings.BASE_DIR)  # noqa: S603 — our own.
    assert over.returncode == 0
    mine = tmp_path / f"counter_{os.getpid()}.db"
    mine.touch()

    counters.forget_former(tmp_path)

    assert list(tmp_path.iterdir()) == [mine]


def test_nothing_is_even_imported_where_nothing_is_counted() -> None:
    asked = "import sys; from observability import counters; counters.saves.add('done'); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", asked], check=True, cwd=settings.BASE_DIR, capture_output=True)  # noqa: S603 — our own.

    assert b"prometheus_client" not in done.stdout
