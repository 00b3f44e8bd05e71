from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import descope, people, upkeep
from accounts.claims import Claims
from accounts.descope import Profile
from accounts.models import User
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from tests.conftest import signed_in

from .conftest import Wire
from .forge import Forge


def profile(subject: str = "U1abcdef", name: str = "", email: str = "", *, is_enabled: bool = True) -> Profile:
    return Profile(subject, name, email, is_enabled)


def claims_of(user: User) -> Claims:
    return Claims.read(Forge.of(user).claims())


def test_however_often_somebody_registers_they_are_one_person() -> None:
    met = [people.register(profile(name="Nell New")) for _ in range(3)]

    assert [is_new for _, is_new in met] == [True, False, False]
    assert User.objects.count() == 1


def test_who_registers_at_the_same_moment_elsewhere_is_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    look = User.objects.get

    def look_too_early(**where: str) -> User:
        monkeypatch.undo()
        User.objects.create(subject=where["subject"], name="From elsewhere")
        raise User.DoesNotExist

    monkeypatch.setattr("django.db.models.query.QuerySet.get", lambda queryset, **where: look_too_early(**where))
    user, is_new = people.register(profile(name="Nell New"))

    assert look().pk == user.pk
    assert (user.name, is_new) == ("Nell New", False)


@pytest.mark.parametrize(
    ("name", "email", "shown"),
    [
        ("Nell New", "nell@example.com", "Nell New"),
        ("", "nell@example.com", "nell"),
        ("", "", "Member abcdef"),
        ("N" * 300, "", "N" * 200),
    ],
)
def test_everybody_has_a_name_to_show(name: str, email: str, shown: str) -> None:
    assert people.register(profile(name=name, email=email))[0].name == shown


def test_an_address_links_nobody() -> None:
    first, _ = people.register(profile("U1", "Nell", "nell@example.com"))
    second, is_new = people.register(profile("U2", "Mallory", "nell@example.com"))

    assert is_new
    assert first.pk != second.pk
    assert User.objects.get(subject="U1").name == "Nell"


def test_who_comes_again_brings_their_new_name_and_address() -> None:
    people.register(profile(name="Nell New", email="nell@example.com"))

    people.register(profile(name="Nell Newer", email="newer@example.com"))

    user = User.objects.get()
    assert (user.name, user.email) == ("Nell Newer", "newer@example.com")


def test_what_is_not_told_again_is_not_forgotten() -> None:
    people.register(profile(name="Nell New", email="nell@example.com"))

    people.register(profile())

    user = User.objects.get()
    assert (user.name, user.email) == ("Nell New", "nell@example.com")


def test_a_closed_account_is_closed_here_and_opened_again() -> None:
    states = [people.register(profile(is_enabled=is_open))[0].is_disabled for is_open in (True, False, True)]

    assert states == [False, True, False]


def test_somebody_we_know_is_found_without_asking(reader: User, wire: Wire) -> None:
    assert people.found_or_met(claims_of(reader)) == reader
    assert wire.asked == []


def test_somebody_we_do_not_know_is_met_by_their_name(reader: User) -> None:
    claims = claims_of(reader)
    User.objects.all().delete()

    assert people.found_or_met(claims).name == "Rita Reader"


def test_somebody_whose_name_descope_will_not_tell_is_met_all_the_same(reader: User, wire: Wire) -> None:
    claims = claims_of(reader)
    User.objects.all().delete()
    wire.is_down()

    assert people.found_or_met(claims).name == f"Member {reader.subject[-6:]}"


def test_without_a_management_key_nobody_is_asked(reader: User, wire: Wire, settings: Settings) -> None:
    claims = claims_of(reader)
    User.objects.all().delete()
    settings.DESCOPE_MANAGEMENT_KEY = ""

    assert people.found_or_met(claims).subject == reader.subject
    assert wire.asked == []


def test_an_address_that_nobody_verified_is_not_shown(reader: User, wire: Wire) -> None:
    claims = claims_of(reader)
    User.objects.all().delete()
    wire.says("/v1/mgmt/user", {"user": {"userId": reader.subject, "name": "Rita", "email": "boss@example.com"}})

    assert people.found_or_met(claims).email == ""


# Which answer counts


def test_an_answer_that_was_asked_for_before_another_overwrites_nothing(editor: User) -> None:
    early = descope.load_person(editor.subject)
    sandbox_people.set_roles(sandbox_people.find(user_id=editor.subject), [])
    sandbox_people.set_status(sandbox_people.find(user_id=editor.subject), "disabled")
    late = descope.load_person(editor.subject)
    assert early is not None
    assert late is not None

    people.register(late)
    user, _ = people.register(early)

    assert (user.known_roles, user.is_disabled) == ([], True)
    assert User.objects.get().known_roles == []
    assert User.objects.get().roles_known_at == late.asked_at


def test_an_answer_overwrites_what_an_older_one_has_left_meanwhile(editor: User) -> None:
    early = descope.load_person(editor.subject)
    late = descope.load_person(editor.subject)
    assert early is not None
    assert late is not None
    as_read = User.objects.get()
    User.objects.update(known_roles=["admin"], roles_known_at=early.asked_at)

    people._update(as_read, late)

    assert User.objects.get().known_roles == ["editor"]


def test_roles_are_known_as_of_the_moment_they_were_asked_for(editor: User, wire: Wire) -> None:
    moments = []

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(timezone.now())
        return wire.pass_on(request)

    wire.answers("/v1/mgmt/user", answer)
    people.register(descope.load_person(editor.subject) or profile())

    known_at = User.objects.get().roles_known_at
    assert known_at is not None
    assert known_at < moments[0]


def test_an_answer_from_before_opens_no_closed_account_again(editor: User) -> None:
    early = descope.load_person(editor.subject)
    assert early is not None
    sandbox_people.delete(sandbox_people.find(user_id=editor.subject))
    upkeep.close(editor.subject)

    people.register(early)

    assert User.objects.get().is_disabled


def test_signing_in_tells_the_roles_to_everything_that_asks_without_a_token(admin: User) -> None:
    assert not User.objects.known_as(Role.ADMIN).exists()

    signed_in(admin)

    assert list(User.objects.open().known_as(Role.ADMIN)) == [admin]
    assert not User.objects.known_as(Role.EDITOR).exists()


def test_a_token_from_before_does_not_overwrite_what_was_heard_since(admin: User) -> None:
    later = timezone.now() + timedelta(minutes=1)
    User.objects.filter(pk=admin.pk).update(known_roles=[], roles_known_at=later)

    signed_in(admin)

    assert User.objects.get(pk=admin.pk).known_roles == []
