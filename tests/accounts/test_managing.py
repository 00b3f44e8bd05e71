"""What is asked of Descope with the management key."""

import pytest
from pytest_django import Settings

from accounts import descope
from accounts.exceptions import Declined, ProviderUnavailable
from accounts.models import User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from tests.conftest import SignUp

from .conftest import Wire

SEARCH = "/v2/mgmt/user/search"


def test_everybody_is_found_once_over_as_many_pages_as_it_takes(
    sign_up: SignUp, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = [sign_up(f"Person {number}").subject for number in range(7)]
    monkeypatch.setattr(descope, "SEARCH_SIZE", 3)

    pages = [descope.people_page(number, 3) for number in range(3)]

    assert [person.subject for page, _ in pages for person in page] == subjects
    assert [(len(page), total) for page, total in pages] == [(3, 7), (3, 7), (1, 7)]
    assert [person.subject for person in descope.everybody()] == subjects
    assert wire.times_asked(SEARCH) == 3 + 3


@pytest.mark.parametrize("answer", [{}, {"users": None}, {"users": {}}, [], "x"])
def test_a_search_that_answers_without_people_is_trouble_and_not_an_empty_site(answer: object, wire: Wire) -> None:
    wire.says(SEARCH, answer)

    with pytest.raises(ProviderUnavailable):
        list(descope.everybody())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_a_search_that_is_refused_is_trouble(status: int, wire: Wire) -> None:
    wire.says(SEARCH, {"errorCode": "E1"}, status=status)

    with pytest.raises(ProviderUnavailable):
        list(descope.everybody())


def test_a_wrong_management_key_declines_nothing(reader: User, wire: Wire) -> None:
    wire.says("/mgmt/", {"errorCode": "E011003"}, status=401)

    with pytest.raises(ProviderUnavailable):
        descope.give_role("rita.reader@example.com", Role.EDITOR)


def test_without_a_management_key_nothing_is_asked(wire: Wire, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    with pytest.raises(ProviderUnavailable, match="management key"):
        descope.people_page(0, 50)
    assert wire.asked == []


def test_roles_are_given_and_taken_under_the_names_they_have_in_descope(reader: User, settings: Settings) -> None:
    settings.ROLE_EDITOR = "author"
    SandboxRole.objects.create(name="author")

    descope.give_role("rita.reader@example.com", Role.EDITOR)
    given = sandbox_people.role_names(SandboxPerson.objects.get())
    descope.take_role("rita.reader@example.com", Role.EDITOR)

    assert given == ["author"]
    assert sandbox_people.role_names(SandboxPerson.objects.get()) == []


def test_where_a_tenant_is_set_roles_are_given_and_taken_in_it(editor: User, settings: Settings) -> None:
    settings.DESCOPE_TENANT_ID = "T-press"
    SandboxRole.objects.create(name="admin")
    sandbox_people.change(SandboxPerson.objects.get(), {"userTenants": [{"tenantId": "T-press", "roleNames": []}]})

    descope.give_role("ed.editor@example.com", Role.ADMIN)
    given = SandboxPerson.objects.get().tenants
    descope.take_role("ed.editor@example.com", Role.ADMIN)

    assert given == {"T-press": ["admin"]}
    assert SandboxPerson.objects.get().tenants == {"T-press": []}
    assert sandbox_people.role_names(SandboxPerson.objects.get()) == ["editor"]


def test_an_invitation_makes_the_person_in_the_tenant_that_counts(settings: Settings) -> None:
    settings.DESCOPE_TENANT_ID = "T-press"
    SandboxRole.objects.create(name="editor")

    profile = descope.invite("nora@example.com", "Nora New", Role.EDITOR)

    assert (profile.name, profile.login_id) == ("Nora New", "nora@example.com")
    assert profile.roles == frozenset({Role.EDITOR})
    assert [person.subject for person in descope.everybody(**descope.of_our_tenant())] == [profile.subject]


def test_what_cannot_be_done_is_declined(reader: User) -> None:
    with pytest.raises(Declined):
        descope.give_role("nobody@example.com", Role.EDITOR)
    with pytest.raises(Declined):
        descope.give_role("rita.reader@example.com", Role.ADMIN)  # A role that nobody has made.
    with pytest.raises(Declined):
        descope.invite("rita.reader@example.com", "Rita", None)
