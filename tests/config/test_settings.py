"""Starting with one environment or another, each in a process of its own."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "of-a-test-in-production-mode-Zu8aeR5ohngoo6Quoo3ahth0iePh4ei",
    "SITE_URL": "https://galley.example/",
    "ALLOWED_HOSTS": "galley.example",
    "DESCOPE_PROJECT_ID": "P2production",
    "DATABASE_URL": "sqlite://:memory:",
    "VISIBILITY": "members",
}
SHOWN = """
import json, config.settings as s
print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=str))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with these settings and no others; an empty one is as good as none."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(  # noqa: S603 — our own Python, with arguments written in this file.
        [sys.executable, *arguments],
        cwd=Path(settings.BASE_DIR),
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def read(**environment: str) -> dict[str, Any]:
    shown = python("-c", SHOWN, **environment)
    assert shown.returncode == 0, shown.stderr
    values: dict[str, Any] = json.loads(shown.stdout)
    return values


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "DESCOPE_PROJECT_ID"])
def test_a_secret_that_is_missing_stops_the_start_with_one_sentence(name: str) -> None:
    refused = python("manage.py", "check", **PRODUCTION | {name: ""})

    assert refused.returncode != 0
    assert refused.stderr.startswith(f"Set {name}: ")
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def test_a_setting_that_makes_no_sense_stops_the_start_with_one_sentence() -> None:
    refused = python("manage.py", "check", **PRODUCTION | {"VISIBILITY": "everyone"})

    assert refused.returncode != 0
    assert refused.stderr == "VISIBILITY is “everyone”; it must be members or public.\n"


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("SESSION_DAYS", "a few", "SESSION_DAYS must be a whole number."),
        ("REQUIRE_SECOND_PERSON", "ture", "REQUIRE_SECOND_PERSON is “ture”; it must be true or false."),
        ("TIME_ZONE", "Mars/Base", "TIME_ZONE is “Mars/Base”; write it as Europe/Vienna or UTC."),
        (
            "DATABASE_URL",
            "mysql://galley:secret@db/galley",
            "DATABASE_URL must begin with sqlite:// or postgres://: Galley knows no other database.",
        ),
        (
            "DATABASE_URL",
            "postgres://galley:secret@db:x/galley",
            "DATABASE_URL cannot be understood; write it like postgres://user:password@host/name.",
        ),
        (
            "CACHE_URL",
            "radis://:secret@cache/0",
            "CACHE_URL cannot be understood; write it like redis://host:6379/0.",
        ),
        (
            "EMAIL_URL",
            "smpt://me:secret@mail",
            "EMAIL_URL cannot be understood; write it like smtp+tls://user:password@mail.example.org:587.",
        ),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused_in_one_sentence_without_its_secret(
    name: str, written: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in (PRODUCTION | {name: written}).items():
        monkeypatch.setenv(setting, value)

    spec = importlib.util.spec_from_file_location(
        "config.settings_of_another", settings.BASE_DIR / "config/settings.py"
    )
    assert spec is not None
    assert spec.loader is not None

    with pytest.raises(ImproperlyConfigured) as refused:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))

    assert str(refused.value) == sentence


def test_a_number_and_a_switch_that_are_left_empty_are_as_good_as_not_there() -> None:
    values = read(**PRODUCTION | {"PORT": "", "DEBUG": "", "REQUIRE_SECOND_PERSON": ""})

    assert (values["PORT"], values["DEBUG"], values["REQUIRE_SECOND_PERSON"]) == (8000, False, False)


def test_the_check_before_deployment_has_nothing_to_say(tmp_path: Path) -> None:
    secrets = {"DESCOPE_MANAGEMENT_KEY": "K2", "DESCOPE_WEBHOOK_SECRET": "of a test", "DATA_DIR": str(tmp_path)}

    checked = python("manage.py", "check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION | secrets)

    assert checked.returncode == 0, checked.stderr
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
    assert checked.stderr == ""


def test_production_is_safe_by_default() -> None:
    values = read(**PRODUCTION | {"DEBUG": ""})

    assert values["DEBUG"] is False
    assert values["USE_SANDBOX"] is False
    assert "accounts.sandbox" not in values["INSTALLED_APPS"]
    assert values["ALLOWED_HOSTS"] == ["galley.example"]


def test_cookies_of_an_https_site_are_secure_and_of_this_host_alone() -> None:
    values = read(**PRODUCTION)

    assert (values["SESSION_COOKIE_NAME"], values["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert values["SESSION_COOKIE_SECURE"] is values["CSRF_COOKIE_SECURE"] is True
    assert values["SESSION_COOKIE_HTTPONLY"] is values["CSRF_COOKIE_HTTPONLY"] is True
    assert values["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert values["SECURE_SSL_REDIRECT"] is True


def test_a_slash_at_the_end_of_the_sites_address_does_no_harm() -> None:
    assert read(**PRODUCTION)["SITE_URL"] == "https://galley.example"


def test_only_the_sign_in_page_gets_descopes_hosts_and_its_scripts_no_more_than_hosts() -> None:
    values = read(**PRODUCTION)

    assert "unsafe" not in json.dumps(values["CONTENT_SECURITY_POLICY"])
    assert "descope" not in json.dumps(values["CONTENT_SECURITY_POLICY"])
    assert values["SIGN_IN_CSP"]["style-src"][0] == "'unsafe-inline'"
    assert [source for source in values["SIGN_IN_CSP"]["script-src"] if not source.startswith("https://")] == []


def test_the_sandbox_stands_in_for_descope_in_development_alone() -> None:
    development = {"DEBUG": "true", "SECRET_KEY": "x" * 50, "DESCOPE_PROJECT_ID": "", "SITE_URL": "", "PORT": "8123"}

    alone, with_project = read(**development), read(**development | {"DESCOPE_PROJECT_ID": "P2development"})

    assert alone["USE_SANDBOX"] is True
    assert alone["DESCOPE_BASE_URI"].endswith("/_descope")
    assert alone["DESCOPE_MANAGEMENT_KEY"] not in ("", alone["SECRET_KEY"])
    assert alone["SIGN_IN_CSP"] == {}
    assert with_project["USE_SANDBOX"] is False
    assert with_project["DESCOPE_BASE_URI"] == "https://api.descope.com"


def test_every_setting_has_its_row_in_the_readme_and_every_row_its_setting() -> None:
    source, readme = (Path(settings.BASE_DIR, name).read_text() for name in ("config/settings.py", "README.md"))
    table = readme.partition("| Setting | Default |")[2].partition("\n\n")[0]
    read = set(re.findall(r'\b(?:env(?:\.\w+)?|\w+)\(\s*"([A-Z][A-Z_]+)"', source))
    rows = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"[A-Z_]+", row)}

    assert read - rows == set()
    assert rows - read == {"HOST", "WORKERS", "THREADS", "HANG_SECONDS", "WORKER_MEMORY_MB"}  # Of bin/serve.


def test_a_limit_is_read_as_calls_in_seconds() -> None:
    values = read(**PRODUCTION | {"SIGN_IN_LIMIT": "5/hour"})

    assert (values["SIGN_IN_LIMIT"], values["WEBHOOK_LIMIT"]) == ([5, 3600], [600, 60])


@pytest.mark.parametrize("written", ["60", "many/minute", "60/fortnight", "-1/minute"])
def test_a_limit_that_cannot_be_read_stops_the_start_with_one_sentence(written: str) -> None:
    refused = python("manage.py", "check", **PRODUCTION | {"SIGN_IN_LIMIT": written})

    assert refused.returncode != 0
    assert refused.stderr.startswith(f"SIGN_IN_LIMIT is “{written}”; write it as 60/minute")


def test_a_site_without_a_mail_server_sends_no_mail() -> None:
    values = read(**PRODUCTION | {"DESCOPE_MANAGEMENT_KEY": "K2"})

    assert (values["SENDS_MAIL"], values["WORKER_IN_SERVER"]) == (False, False)
    assert values["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"


def test_mail_goes_out_through_the_server_that_is_named() -> None:
    mail = {"EMAIL_URL": "smtp+tls://ann:p%40ss@mail.example:587", "DESCOPE_MANAGEMENT_KEY": "K2"}

    values = read(**PRODUCTION | mail)

    assert (values["EMAIL_HOST"], values["EMAIL_PORT"], values["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (values["EMAIL_HOST_USER"], values["EMAIL_HOST_PASSWORD"]) == ("ann", "p@ss")
    assert values["DEFAULT_FROM_EMAIL"] == "Galley <no-reply@galley.example>"
    assert values["SENDS_MAIL"]


def test_without_the_key_to_ask_who_may_see_a_post_nothing_is_mailed() -> None:
    assert not read(**PRODUCTION | {"EMAIL_URL": "smtp://mail.example"})["SENDS_MAIL"]
