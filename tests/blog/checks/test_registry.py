from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from blog.checks import Finding, Proof, check
from blog.checks.registry import BUILT_IN, ensure_settings, known, switched_on
from tests.blog.checks.texts import Typed, found
from tests.config.test_settings import PRODUCTION, python, read


@check("no-questions", "Questions")
def questions(proof: Proof) -> Iterator[Finding]:
    for number, line in enumerate(proof.source.prose, start=1):
        if "?" in line:
            yield Finding("Answer this, or leave it out.", number)


@check("Capital Letters", "Names")
def badly_named(proof: Proof) -> Iterator[Finding]:
    yield from ()


@check("link-dead", "Links")
def taken(proof: Proof) -> Iterator[Finding]:
    yield from ()


def no_check(proof: Proof) -> Iterator[Finding]:
    yield from ()


def test_a_check_named_by_its_dotted_path_is_run_after_the_others(settings: Settings) -> None:
    settings.CHECKS_EXTRA = [f"{__name__}.questions"]

    findings = found(Typed(title="", body="One.\n\nTwo?\n\n```\nThree?\n```"))

    assert [(finding.check, finding.line) for finding in findings] == [("title-missing", None), ("no-questions", 3)]


def test_a_check_of_ones_own_can_be_made_to_block_and_be_put_off_by_name(settings: Settings) -> None:
    settings.CHECKS_EXTRA = [f"{__name__}.questions"]
    settings.CHECKS_BLOCKING = ["no-questions"]
    settings.CHECKS_OFF = ["no-questions"]

    ensure_settings()

    assert [check.name for check in switched_on()] == [check.name for check in BUILT_IN]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("nowhere.at_all", "CHECKS_EXTRA names “nowhere.at_all”, which cannot be imported: "),
        (f"{__name__}.nothing", f"CHECKS_EXTRA names “{__name__}.nothing”, which cannot be imported: "),
        ("no_dots", "CHECKS_EXTRA names “no_dots”, which cannot be imported: "),
        (f"{__name__}.no_check", f"CHECKS_EXTRA names “{__name__}.no_check”, which is no check; "),
        (f"{__name__}.badly_named", f"CHECKS_EXTRA: {__name__}.badly_named is named “Capital Letters”; "),
        (f"{__name__}.taken", f"CHECKS_EXTRA: {__name__}.taken is named “link-dead”, as another check is already."),
    ],
)
def test_an_extra_check_that_cannot_be_used_is_refused(path: str, complaint: str, settings: Settings) -> None:
    settings.CHECKS_EXTRA = [path]

    with pytest.raises(ImproperlyConfigured) as refusal:
        known()

    assert str(refusal.value).startswith(complaint)


@pytest.mark.parametrize("setting", ["CHECKS_BLOCKING", "CHECKS_BLOCKING_ADMINS", "CHECKS_OFF"])
def test_a_name_that_no_check_has_stops_the_start_with_one_sentence(setting: str) -> None:
    refused = python("manage.py", "check", **PRODUCTION | {setting: "body-empty, dead-link"})

    assert refused.returncode != 0
    assert refused.stderr.startswith(f"{setting} names “dead-link”; the checks are title-missing, ")
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def test_an_extra_check_that_is_not_there_stops_a_server_as_well() -> None:
    refused = python("-c", "import config.wsgi", **PRODUCTION | {"CHECKS_EXTRA": "nowhere.at_all"})

    assert refused.returncode != 0
    assert "CHECKS_EXTRA names “nowhere.at_all”" in refused.stderr


def test_lists_are_read_with_or_without_spaces_and_may_be_empty() -> None:
    values = read(**PRODUCTION | {"WORDS_TO_AVOID": "simply, at the end of the day ,,", "CHECKS_BLOCKING": ""})

    assert values["WORDS_TO_AVOID"] == ["simply", "at the end of the day"]
    assert values["CHECKS_BLOCKING"] == []
    assert values["CHECKS_OFF"] == []


def test_the_page_about_checks_names_each_of_them() -> None:
    page = (Path(site.BASE_DIR) / "docs" / "checks.md").read_text()

    assert [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")] == [
        check.name for check in BUILT_IN
    ]
