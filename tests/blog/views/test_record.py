import csv
import io
import json
from typing import Any

import pytest

from accounts import team
from accounts.models import User
from blog.models import Post
from tests.blog.posts import known
from tests.conftest import signed_in


def taken_along(person: User, ending: str) -> str:
    answer = signed_in(person).get(f"/desk/history.{ending}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def as_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def deeds(published: Post, admin: User, reader: User, other_editor: User) -> None:
    published.hand_over(by=admin, to=known(other_editor), reason="=HYPERLINK(1)")
    team.give_role(by=admin, subject=reader.subject, role="editor", reason="Writes well.")


@pytest.mark.usefixtures("deeds")
def test_both_forms_tell_of_every_deed_in_its_order(admin: User) -> None:
    rows, lines = as_rows(taken_along(admin, "csv")), json.loads(taken_along(admin, "json"))

    told = [line["verb"] for line in lines if line["kind"] == "post"]
    assert told == ["write", "submit", "publish", "hand_over"]
    assert {line["kind"] for line in lines} == {"post", "team", "rule"}
    assert [row["verb"] for row in rows] == [line["verb"] for line in lines]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


@pytest.mark.usefixtures("deeds")
def test_a_line_says_who_did_what_by_which_door(admin: User, editor: User, published: Post) -> None:
    lines: list[dict[str, Any]] = json.loads(taken_along(admin, "json"))

    published_line = next(line for line in lines if line["verb"] == "publish")
    assert published_line | {"at": "", "sha256": ""} == {
        "at": "", "kind": "post", "verb": "publish", "by": admin.subject, "by_name": "Ada Admin", "door": "command",
        "post": published.pk, "from_status": "in_review", "to_status": "published", "revision": 1, "sha256": "",
        "takes_effect_at": None, "whom": "", "whom_name": "", "note": "",
    }  # fmt: skip
    assert published.live_revision is not None
    assert published_line["sha256"] == published.live_revision.digest


@pytest.mark.usefixtures("deeds")
def test_no_cell_is_a_formula(admin: User) -> None:
    row = next(row for row in as_rows(taken_along(admin, "csv")) if row["verb"] == "hand_over")

    assert row["note"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_it_is_for_admins(ending: str, editor: User, reader: User) -> None:
    assert signed_in(editor).get(f"/desk/history.{ending}").status_code == 403
    assert signed_in(reader).get(f"/desk/history.{ending}").status_code == 403


def test_what_is_done_by_a_page_or_a_call_says_so(submitted: Post, admin: User, editor: User) -> None:
    signed_in(admin).post(f"/desk/posts/{submitted.pk}/claim")

    last = submitted.history.latest("pk")
    assert (last.verb, last.door) == ("claim", "page")


def test_where_nothing_was_done_both_are_empty(admin: User) -> None:
    assert as_rows(taken_along(admin, "csv")) == []
    assert json.loads(taken_along(admin, "json")) == []
