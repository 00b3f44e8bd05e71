import stat
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import User
from accounts.sandbox.checks import only_while_debug_is_on
from accounts.sandbox.models import Person
from accounts.sandbox.people import role_names
from accounts.sandbox.router import SandboxRouter


def test_preparing_twice_makes_three_people_once() -> None:
    call_command("prepare_sandbox")
    call_command("prepare_sandbox")

    people = {person.name: role_names(person) for person in Person.objects.all()}

    assert people == {"Ada Admin": ["admin"], "Ed Editor": ["editor"], "Rita Reader": []}


def test_preparing_again_leaves_what_was_changed() -> None:
    call_command("prepare_sandbox")
    ada = Person.objects.get(name="Ada Admin")
    ada.roles.clear()

    call_command("prepare_sandbox")

    assert role_names(ada) == []


def test_other_programs_are_told_how_to_reach_it(settings: Settings, keys_folder: Path) -> None:
    call_command("prepare_sandbox")

    file = keys_folder / "sandbox.env"

    assert dict(line.split("=", 1) for line in file.read_text().splitlines()) == {
        "DESCOPE_BASE_URI": settings.DESCOPE_BASE_URI,
        "DESCOPE_PROJECT_ID": settings.DESCOPE_PROJECT_ID,
        "DESCOPE_MANAGEMENT_KEY": settings.DESCOPE_MANAGEMENT_KEY,
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_check_speaks_up_while_debug_is_off(settings: Settings) -> None:
    settings.DEBUG = True
    assert only_while_debug_is_on() == []

    settings.DEBUG = False
    assert [error.id for error in only_while_debug_is_on()] == ["sandbox.E001"]


def test_it_refuses_to_start_while_debug_is_off(settings: Settings) -> None:
    settings.DEBUG = False

    with pytest.raises(ImproperlyConfigured, match="DESCOPE_PROJECT_ID"):
        apps.get_app_config("sandbox").ready()


def test_its_data_stays_in_its_own_database() -> None:
    router = SandboxRouter()

    assert router.db_for_write(Person) == router.db_for_read(Person) == "sandbox"
    assert router.db_for_write(User) is router.db_for_read(User) is None
    assert router.allow_migrate("sandbox", "sandbox") is True
    assert router.allow_migrate("default", "sandbox") is False
    assert router.allow_migrate("sandbox", "blog") is False
    assert router.allow_migrate("default", "blog") is None
