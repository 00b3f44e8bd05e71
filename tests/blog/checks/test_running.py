import inspect
import logging
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.models import User
from blog import checks
from blog.checks import Check, Finding, Proof, check, registry
from blog.checks.running import MOST_OF_A_KIND
from blog.exceptions import ChecksFailed, NotReady
from tests.blog.checks.texts import Typed, found, names


@check("says-its-name", "Other names")
def pretender(proof: Proof) -> Iterator[Finding]:
    yield Finding("Look again.", check="title-missing")


@check("falls-over", "Standing up")
def broken(proof: Proof) -> Iterator[Finding]:
    yield Finding("Look again.")
    raise LookupError("in a plug-in")


NAMED = [Finding("One.", check="link-dead"), Finding("Two.", check="image-alt"), Finding("Three.", check="body-empty")]


def test_what_stops_an_editor_is_a_warning_to_one_who_is_an_admin_too(
    editor: User, editor_and_admin: User, settings: Settings
) -> None:
    settings.CHECKS_BLOCKING = ["link-dead", "body-empty"]
    settings.CHECKS_BLOCKING_ADMINS = ["body-empty"]

    assert names(checks.blocking(NAMED, editor)) == ["link-dead", "body-empty"]
    assert names(checks.warnings(NAMED, editor)) == ["image-alt"]
    assert names(checks.blocking(NAMED, editor_and_admin)) == ["body-empty"]
    assert names(checks.warnings(NAMED, editor_and_admin)) == ["link-dead", "image-alt"]


def test_unless_set_otherwise_nothing_that_is_sound_or_a_matter_of_taste_stops_anybody(
    editor: User, editor_and_admin: User
) -> None:
    findings = found(
        Typed(title="", body="# A\n\n### B\n\n![](https://example.org/a.png) [](/x) [x](/gone)", excerpt="")
    )

    assert names(checks.blocking(findings, editor)) == ["title-missing", "link-empty", "link-dead", "link-dead"]
    assert names(checks.blocking(findings, editor_and_admin)) == ["title-missing"]
    assert names(checks.warnings(findings, editor)) == ["description-missing", "heading-order", "image-alt"]


def test_a_check_that_is_off_is_not_run(settings: Settings) -> None:
    settings.CHECKS_OFF = ["title-missing"]

    assert found(Typed(title="")) == []


def test_a_thousand_findings_of_a_kind_are_told_in_a_few() -> None:
    findings = found(Typed(body="![](https://example.org/a.png)\n\n" * 1_000))

    assert len(findings) == MOST_OF_A_KIND + 1
    assert findings[-1] == Finding("What pictures show: there are 980 more of these.", check="image-alt")


def test_a_long_excerpt_keeps_its_beginning_and_its_end() -> None:
    (finding,) = found(Typed(body=f"![](https://example.org/{'a' * 200}/bridge.png)"))

    assert len(finding.excerpt) == 80
    assert finding.excerpt.startswith("https://example.org/aaa")
    assert finding.excerpt.endswith("aaa/bridge.png")


def test_a_plug_in_that_breaks_down_says_so_and_stops_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHECKS_EXTRA = [f"{__name__}.broken", f"{__name__}.pretender"]

    with caplog.at_level(logging.ERROR):
        findings = found(Typed())

    assert [(finding.check, finding.message) for finding in findings] == [
        ("falls-over", "The check “Standing up” broke down on this text; the site's log tells why."),
        ("says-its-name", "Look again."),
    ]
    assert "in a plug-in" in caplog.text


def test_a_check_speaks_for_itself_alone(editor: User, settings: Settings) -> None:
    settings.CHECKS_EXTRA = [f"{__name__}.pretender"]

    assert checks.blocking(found(Typed()), editor) == []


def test_what_stopped_a_writer_can_be_told_in_one_sentence_each() -> None:
    failed = ChecksFailed([Finding("Give the post a title."), Finding("Put this address right.", line=3)])

    assert isinstance(failed, NotReady)
    assert str(failed) == "Give the post a title. Put this address right. Look at line 3."
    assert [finding.line for finding in failed.findings] == [None, 3]


def test_each_check_is_at_most_thirty_lines() -> None:
    lengths = {check.name: len(inspect.getsource(check.find).splitlines()) for check in registry.BUILT_IN}

    assert all(isinstance(check, Check) for check in registry.BUILT_IN)
    assert {name: length for name, length in lengths.items() if length > 30} == {}
