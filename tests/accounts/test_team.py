"""What admins do to accounts: at Descope, here at the very next request, and in the log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import api_tokens, descope, team
from accounts.api_tokens import Scope
from accounts.append_only import Sealed
from accounts.exceptions import Declined, NotDone, ProviderUnavailable, Unconfirmed
from accounts.members import page_of_members, recent_acts
from accounts.models import TeamEntry, User, Visitor
from accounts.roles import Role
from accounts.sandbox import people as sandbox_people
from accounts.sandbox.models import Person as SandboxPerson
from accounts.sandbox.models import Role as SandboxRole
from tests.conftest import SignUp, bearer, signed_in

from .conftest import Wire

WHY = "Because of the test."


def at_descope(user: User) -> SandboxPerson:
    return SandboxPerson.objects.get(user_id=user.subject)


def roles_at_descope(user: User) -> list[str]:
    return sandbox_people.role_names(at_descope(user))


@pytest.fixture(autouse=True)
def both_roles(admin: User) -> None:
    SandboxRole.objects.get_or_create(name="editor")


VERBS: dict[str, Callable[[User, User], Any]] = {
    "invite": lambda by, whom: team.invite(by=by, email="nora@example.com", reason=WHY),
    "give role": lambda by, whom: team.give_role(by=by, subject=whom.subject, role="editor", reason=WHY),
    "take role": lambda by, whom: team.take_role(by=by, subject=whom.subject, role="editor", reason=WHY),
    "disable": lambda by, whom: team.disable(by=by, subject=whom.subject, reason=WHY),
    "enable": lambda by, whom: team.enable(by=by, subject=whom.subject, reason=WHY),
    "sign out everywhere": lambda by, whom: team.sign_out_everywhere(by=by, subject=whom.subject, reason=WHY),
}


# Who may


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["reader", "editor"])
def test_nobody_but_an_admin_does_any_of_it(verb: str, who: str, request: pytest.FixtureRequest, wire: Wire) -> None:
    person, whom = request.getfixturevalue(who), request.getfixturevalue("other_editor")

    with pytest.raises(PermissionDenied):
        VERBS[verb](person, whom)

    assert wire.asked == []
    assert not TeamEntry.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_an_admin_whom_descope_has_not_confirmed_of_late_does_none_of_it(
    verb: str, admin: User, editor: User, wire: Wire
) -> None:
    admin.is_freshly_proved = False

    with pytest.raises(PermissionDenied):
        VERBS[verb](admin, editor)
    assert wire.asked == []


def test_a_visitor_sees_no_team() -> None:
    assert not team.may_see_team(Visitor())
    assert not team.may_manage_team(Visitor())


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_each_act_asks_for_a_reason_that_fits(reason: str, admin: User, editor: User, wire: Wire) -> None:
    with pytest.raises(Declined, match=r"reason|why"):
        team.disable(by=admin, subject=editor.subject, reason=reason)

    assert wire.asked == []


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "invite"])
def test_somebody_whom_descope_does_not_know_is_left_alone(verb: str, admin: User, editor: User) -> None:
    at_descope(editor).delete()

    with pytest.raises(Declined, match="does not know"):
        VERBS[verb](admin, editor)
    assert not TeamEntry.objects.exists()


@pytest.mark.parametrize("role", ["", "owner", "EDITOR", "editor "])
def test_a_role_that_we_do_not_know_is_not_given(role: str, admin: User, reader: User) -> None:
    with pytest.raises(Declined, match="no such role"):
        team.give_role(by=admin, subject=reader.subject, role=role, reason=WHY)


# What it does


def test_a_role_that_is_given_is_there_at_the_next_request(admin: User, reader: User) -> None:
    client = signed_in(reader)
    before = client.get("/write").status_code

    team.give_role(by=admin, subject=reader.subject, role="editor", reason=WHY)

    assert (before, client.get("/write").status_code) == (403, 200)
    assert roles_at_descope(reader) == ["editor"]


def test_a_role_that_is_taken_is_gone_at_the_next_request_from_bearers_too(admin: User, editor: User) -> None:
    client, headers = signed_in(editor), bearer(editor)

    team.take_role(by=admin, subject=editor.subject, role="editor", reason=WHY)

    assert client.get("/write").status_code == 403
    assert client.get("/write", headers=headers).status_code == 403
    assert roles_at_descope(editor) == []


def test_who_is_disabled_is_out_at_the_next_request_bearers_too(admin: User, editor: User) -> None:
    client, headers = signed_in(editor), bearer(editor)

    team.disable(by=admin, subject=editor.subject, reason=WHY)

    assert client.get("/desk").status_code == 302
    assert client.get("/api/posts/retrieve", headers=headers).status_code == 401
    assert at_descope(editor).status == "disabled"


def test_who_is_enabled_again_can_sign_in_again(admin: User, editor: User) -> None:
    team.disable(by=admin, subject=editor.subject, reason=WHY)
    # A token tells its birth in whole seconds, and one of the second of the cut is refused.
    User.objects.filter(pk=editor.pk).update(tokens_not_before=timezone.now() - timedelta(seconds=2))

    team.enable(by=admin, subject=editor.subject, reason=WHY)

    assert signed_in(editor).get("/desk").status_code == 200
    assert at_descope(editor).status == "enabled"


def test_an_open_account_is_not_opened(admin: User, editor: User) -> None:
    with pytest.raises(Declined, match="open already"):
        team.enable(by=admin, subject=editor.subject, reason=WHY)


def test_who_is_signed_out_everywhere_is_so_at_descope_and_for_every_program(admin: User, editor: User) -> None:
    client, headers = signed_in(editor), bearer(editor)
    _, secret = api_tokens.create(editor, name="script", scopes=[Scope.READ], lifetime=timedelta(days=1))
    of_token = {"Authorization": f"Bearer {secret}"}
    before = client.get("/api/posts/retrieve", headers=of_token).status_code

    team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)

    assert before == 200
    assert client.get("/desk").status_code == 302
    assert client.get("/api/posts/retrieve", headers=headers).status_code == 401
    assert client.get("/api/posts/retrieve", headers=of_token).status_code == 401
    assert not at_descope(editor).sign_ins.filter(ended_at=None).exists()


def test_others_notice_nothing(admin: User, editor: User, other_editor: User) -> None:
    client = signed_in(other_editor)

    team.disable(by=admin, subject=editor.subject, reason=WHY)
    team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)

    assert client.get("/desk").status_code == 200


def test_an_invitation_makes_an_account_with_the_role(admin: User) -> None:
    invited = team.invite(by=admin, email=" nora@example.com ", name="Nora  New", role="editor", reason=WHY)

    assert (invited.name, invited.email, invited.known_roles) == ("Nora New", "", ["editor"])
    assert roles_at_descope(invited) == ["editor"]


def test_who_is_invited_without_a_name_goes_by_the_address(admin: User) -> None:
    assert team.invite(by=admin, email="nora@example.com", reason=WHY).name == "nora"


@pytest.mark.parametrize("email", ["", "nora", "nora@", "n@example.com, o@example.com", "x" * 250 + "@example.com"])
def test_what_is_no_address_is_not_invited(email: str, admin: User, wire: Wire) -> None:
    with pytest.raises(Declined, match="address"):
        team.invite(by=admin, email=email, reason=WHY)
    assert not wire.times_asked("/user/create")


def test_who_has_an_account_is_not_invited_again(admin: User, reader: User) -> None:
    with pytest.raises(Declined, match="already"):
        team.invite(by=admin, email="Rita.Reader@example.com", role="editor", reason=WHY)
    assert roles_at_descope(reader) == []


def test_where_descope_cannot_be_asked_nothing_is_done_or_logged(admin: User, editor: User, wire: Wire) -> None:
    client = signed_in(editor)
    wire.is_down()

    with pytest.raises(ProviderUnavailable):
        team.disable(by=admin, subject=editor.subject, reason=WHY)
    wire.recovers()

    assert client.get("/desk").status_code == 200
    assert not TeamEntry.objects.exists()


def test_a_descope_that_falls_silent_after_the_act_cannot_undo_it_here(admin: User, editor: User, wire: Wire) -> None:
    client, headers = signed_in(editor), bearer(editor)

    def done_and_silent(request: httpx.Request) -> httpx.Response:
        answer = wire.pass_on(request)
        wire.is_down()
        return answer

    wire.answers("/role/remove", done_and_silent)

    team.take_role(by=admin, subject=editor.subject, role="editor", reason=WHY)
    wire.recovers()

    assert client.get("/write", headers=headers).status_code == 403
    assert client.get("/write").status_code == 403
    assert TeamEntry.objects.get(outcome="done").verb == "take_role"


# The last admin


def test_nobody_lets_go_of_themselves(admin: User, editor_and_admin: User) -> None:
    with pytest.raises(Declined, match="ask another admin"):
        team.take_role(by=admin, subject=admin.subject, role="admin", reason=WHY)
    with pytest.raises(Declined, match="ask another admin"):
        team.disable(by=admin, subject=admin.subject, reason=WHY)


def test_an_admin_may_take_the_other_role_from_themselves(editor_and_admin: User) -> None:
    team.take_role(by=editor_and_admin, subject=editor_and_admin.subject, role="editor", reason=WHY)

    assert roles_at_descope(editor_and_admin) == ["admin"]


@pytest.mark.parametrize("why_not", ["no role", "disabled", "invited", "test user"])
def test_the_last_admin_stays_as_descope_counts_them(why_not: str, admin: User, editor_and_admin: User) -> None:
    """The other one is an admin by an old token, but Descope counts them no more."""
    person = at_descope(editor_and_admin)
    if why_not == "no role":
        person.roles.clear()
    elif why_not == "test user":
        person.is_test = True
    else:
        person.status = why_not
    person.save()

    refusal = PermissionDenied if why_not in ("no role", "disabled") else Declined
    with pytest.raises(refusal):
        team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)
    with pytest.raises(refusal):
        team.disable(by=editor_and_admin, subject=admin.subject, reason=WHY)

    assert roles_at_descope(admin) == ["admin"]
    assert at_descope(admin).status == "enabled"
    assert not TeamEntry.objects.exists()


def test_of_two_admins_one_may_be_let_go(admin: User, editor_and_admin: User) -> None:
    team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)

    assert roles_at_descope(admin) == []


@pytest.mark.parametrize(
    ("path", "let_go"), [("/role/remove", {"role": "admin"}), ("/user/update/status", {})], ids=["take role", "disable"]
)
def test_of_two_admins_who_let_each_other_go_at_once_the_first_stays(
    path: str, let_go: dict[str, str], admin: User, editor_and_admin: User, wire: Wire
) -> None:
    def other_is_faster(request: httpx.Request) -> httpx.Response:
        at_descope(editor_and_admin).roles.clear()
        wire.recovers()
        return wire.pass_on(request)

    wire.answers(path, other_is_faster)
    act: Any = team.take_role if let_go else team.disable

    with pytest.raises(Declined, match="nobody who can manage"):
        act(by=editor_and_admin, subject=admin.subject, reason=WHY, **let_go)

    assert roles_at_descope(admin) == ["admin"]
    assert at_descope(admin).status == "enabled"


def test_who_lost_the_role_at_descope_cannot_give_it_back_to_themselves(admin: User) -> None:
    at_descope(admin).roles.clear()  # And no message of it has come.

    with pytest.raises(PermissionDenied):
        team.give_role(by=admin, subject=admin.subject, role="admin", reason=WHY)

    assert roles_at_descope(admin) == []


def test_in_a_tenant_its_own_admins_count(admin: User, editor_and_admin: User, settings: Settings) -> None:
    settings.DESCOPE_TENANT_ID = "T-press"
    for user, roles in ((admin, ["admin"]), (editor_and_admin, [])):
        sandbox_people.change(at_descope(user), {"userTenants": [{"tenantId": "T-press", "roleNames": roles}]})

    with pytest.raises(PermissionDenied):
        team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)

    sandbox_people.change(
        at_descope(editor_and_admin), {"userTenants": [{"tenantId": "T-press", "roleNames": ["admin"]}]}
    )
    team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)
    assert at_descope(admin).tenants == {"T-press": []}


# The list and the log


def test_the_list_is_of_everybody_at_descope_with_when_they_were_last_seen(
    admin: User, reader: User, sign_up: SignUp
) -> None:
    signed_in(reader)
    sandbox_people.create(["never.here@example.com"], {"displayName": "Never Here"})

    members, total = page_of_members(0, 50)

    assert [(m.shown_name, m.address, m.roles, m.last_seen_at is not None) for m in members] == [
        ("Ada Admin", "ada.admin@example.com", ["admin"], False),
        ("Rita Reader", "rita.reader@example.com", [], True),
        ("Never Here", "never.here@example.com", [], False),
    ]
    assert total == 3


def test_the_acts_that_are_offered_are_those_that_may_be_done(admin: User, editor: User) -> None:
    profiles = {member.profile.subject: member.profile for member in page_of_members(0, 50)[0]}

    assert team.acts_for(editor, profiles[editor.subject]) == []
    assert team.acts_for(admin, profiles[admin.subject]) == [("give_role", Role.EDITOR), ("sign_out_everywhere", None)]
    assert team.acts_for(admin, profiles[editor.subject]) == [
        ("take_role", Role.EDITOR),
        ("give_role", Role.ADMIN),
        ("sign_out_everywhere", None),
        ("disable", None),
    ]
    team.disable(by=admin, subject=editor.subject, reason=WHY)
    closed = next(m.profile for m in page_of_members(0, 50)[0] if m.profile.subject == editor.subject)
    assert team.acts_for(admin, closed) == [("enable", None)]


def test_each_act_is_kept_with_who_whom_and_why(admin: User, editor: User) -> None:
    team.invite(by=admin, email="nora@example.com", name="Nora New", reason="A new\n  colleague.")
    team.give_role(by=admin, subject=editor.subject, role="admin", reason=WHY)
    team.take_role(by=admin, subject=editor.subject, role="editor", reason=WHY)
    team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)
    team.disable(by=admin, subject=editor.subject, reason=WHY)
    team.enable(by=admin, subject=editor.subject, reason=WHY)

    acts = recent_acts(10)

    assert [act.sentence for act in reversed(acts)] == [
        "Ada Admin invited Nora New",
        "Ada Admin gave Ed Editor the role admin",
        "Ada Admin took the role editor from Ed Editor",
        "Ada Admin signed Ed Editor out everywhere",
        "Ada Admin closed the account of Ed Editor",
        "Ada Admin opened the account of Ed Editor again",
    ]
    assert acts[-1].reason == "A new colleague."


def test_the_log_is_written_once_and_outlives_its_people(admin: User, reader: User) -> None:
    team.sign_out_everywhere(by=admin, subject=reader.subject, reason=WHY)
    entry = TeamEntry.objects.get(outcome="done")

    for attempt in (entry.save, entry.delete, TeamEntry.objects.all().delete):
        with pytest.raises(Sealed):
            attempt()
    with pytest.raises(Sealed):
        TeamEntry.objects.update(reason="Another.")
    reader.delete()

    assert recent_acts(1)[0].sentence == "Ada Admin signed somebody who has left out everywhere"


def test_a_new_entry_with_an_old_key_changes_no_old_one(admin: User, editor: User) -> None:
    team.give_role(by=admin, subject=editor.subject, role="admin", reason=WHY)
    entry = TeamEntry.objects.get(outcome="done")

    with pytest.raises(IntegrityError), transaction.atomic():
        TeamEntry(pk=entry.pk, by_subject="U1", verb="invite", subject="U2", reason="Forged.").save()

    assert TeamEntry.objects.get(outcome="done").reason == WHY


# What may have been done


CHANGES = {
    "invite": "/user/create",
    "give role": "/role/add",
    "take role": "/role/remove",
    "disable": "/user/update/status",
    "enable": "/user/update/status",
}


def prepare_for(verb: str, whom: User) -> None:
    if verb == "enable":
        sandbox_people.set_status(at_descope(whom), "disabled")


@pytest.mark.parametrize("verb", CHANGES)
@pytest.mark.parametrize("is_done", [True, False])
def test_what_descope_does_not_confirm_is_in_the_log_as_not_confirmed(
    verb: str, is_done: bool, admin: User, editor: User, wire: Wire
) -> None:
    prepare_for(verb, editor)

    def silent(request: httpx.Request) -> httpx.Response:
        if is_done:
            wire.pass_on(request)
        raise httpx.ReadTimeout("no answer")

    wire.answers(CHANGES[verb], silent)
    with pytest.raises(Unconfirmed):
        VERBS[verb](admin, editor)

    [act] = recent_acts(10)
    assert act.sentence.startswith("Ada Admin ")
    assert act.sentence.endswith(": asked for, not confirmed")
    assert act.reason == WHY


@pytest.mark.parametrize("verb", CHANGES)
def test_what_stops_us_in_mid_act_leaves_it_in_the_log(verb: str, admin: User, editor: User, wire: Wire) -> None:
    prepare_for(verb, editor)

    def killed(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    wire.answers(CHANGES[verb], killed)
    with pytest.raises(KeyboardInterrupt):
        VERBS[verb](admin, editor)

    assert recent_acts(10)[0].sentence.endswith(": asked for, not confirmed")


@pytest.mark.parametrize("answer", [httpx.Response(404, json={}), httpx.Response(429, json={"errorCode": "E130429"})])
@pytest.mark.parametrize("verb", CHANGES)
def test_what_descope_turns_down_is_in_the_log_as_not_done(
    verb: str, answer: httpx.Response, admin: User, editor: User, wire: Wire
) -> None:
    prepare_for(verb, editor)
    wire.answers(CHANGES[verb], answer)

    with pytest.raises((Declined, NotDone)):
        VERBS[verb](admin, editor)

    assert recent_acts(10)[0].sentence.endswith(": asked for, not done")


def test_what_was_undone_says_so(admin: User, editor_and_admin: User, wire: Wire) -> None:
    def other_is_faster(request: httpx.Request) -> httpx.Response:
        at_descope(editor_and_admin).roles.clear()
        wire.recovers()
        return wire.pass_on(request)

    wire.answers("/role/remove", other_is_faster)
    with pytest.raises(Declined):
        team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)

    [act] = recent_acts(10)
    assert act.sentence.startswith("Bea Both took the role admin from Ada Admin: done and undone")


def test_an_undoing_that_is_not_confirmed_is_not_taken_for_one(admin: User, editor_and_admin: User, wire: Wire) -> None:
    def other_is_faster(request: httpx.Request) -> httpx.Response:
        at_descope(editor_and_admin).roles.clear()
        return wire.pass_on(request)

    wire.answers("/role/remove", other_is_faster)
    wire.answers("/role/add", httpx.ReadTimeout("no answer"))
    with pytest.raises(Unconfirmed):
        team.take_role(by=editor_and_admin, subject=admin.subject, role="admin", reason=WHY)

    assert recent_acts(10)[0].sentence.endswith(": asked for, not confirmed")


def test_an_unconfirmed_act_is_found_out_about_at_the_next_request(admin: User, editor: User, wire: Wire) -> None:
    client = signed_in(editor)

    def silent(request: httpx.Request) -> httpx.Response:
        wire.pass_on(request)
        raise httpx.ReadTimeout("no answer")

    wire.answers("/role/remove", silent)
    with pytest.raises(Unconfirmed):
        team.take_role(by=admin, subject=editor.subject, role="editor", reason=WHY)
    wire.recovers()

    assert client.get("/write").status_code == 403


def test_the_log_keeps_no_whole_address(admin: User, wire: Wire) -> None:
    wire.answers("/user/create", httpx.ReadTimeout("no answer"))
    with pytest.raises(Unconfirmed):
        team.invite(by=admin, email="nora@example.com", reason=WHY)

    assert recent_acts(1)[0].sentence == "Ada Admin invited n…@example.com: asked for, not confirmed"
    assert "nora" not in repr(list(TeamEntry.objects.values()))


# While Descope is down


def test_somebody_can_be_signed_out_here_while_descope_is_down(admin: User, editor: User, wire: Wire) -> None:
    client, headers = signed_in(editor), bearer(editor)
    _, secret = api_tokens.create(editor, name="script", scopes=[Scope.READ], lifetime=timedelta(days=1))
    descope.verify_session_token(headers["Authorization"].removeprefix("Bearer "))
    wire.is_down()

    user, is_over_at_descope = team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)

    assert (user, is_over_at_descope) == (editor, False)
    assert client.get("/desk").status_code == 302
    assert client.get("/api/posts/retrieve", headers=headers).status_code == 401
    assert client.get("/api/posts/retrieve", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert recent_acts(1)[0].sentence == "Ada Admin signed Ed Editor out everywhere: done here, Descope not told yet"


def test_what_descope_was_not_told_of_it_is_told_later(admin: User, editor: User, wire: Wire) -> None:
    signed_in(editor)
    wire.is_down()
    team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)
    with pytest.raises(CommandError):
        call_command("sync_people")
    wire.recovers()
    with patch_now(timedelta(minutes=2)):
        left = [team.finish_sign_outs(), team.finish_sign_outs()]

    assert left == [0, 0]
    assert not at_descope(editor).sign_ins.filter(ended_at=None).exists()
    assert [act.sentence for act in recent_acts(5)] == ["Ada Admin signed Ed Editor out everywhere"]
    assert wire.times_asked("/user/logout") == 1


def test_the_upkeep_tries_again_until_descope_has_ended_them(admin: User, editor: User, wire: Wire) -> None:
    wire.answers("/user/logout", httpx.ReadTimeout("no answer"))
    team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)
    descope.breaker.answered()

    with patch_now(timedelta(minutes=2)):
        assert team.finish_sign_outs() == 1
        wire.recovers()
        call_command("sync_people")

    assert recent_acts(1)[0].sentence == "Ada Admin signed Ed Editor out everywhere"


@pytest.mark.parametrize("verb", CHANGES)
def test_nothing_else_is_done_while_descope_is_down(verb: str, admin: User, editor: User, wire: Wire) -> None:
    prepare_for(verb, editor)
    wire.is_down()

    with pytest.raises(ProviderUnavailable) as refused:
        VERBS[verb](admin, editor)

    assert not isinstance(refused.value, Unconfirmed)
    assert not TeamEntry.objects.exists()


def test_who_is_no_admin_by_what_descope_says_signs_nobody_out(admin: User, editor: User) -> None:
    client = signed_in(editor)
    at_descope(admin).roles.clear()

    with pytest.raises(PermissionDenied):
        team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)

    assert client.get("/desk").status_code == 200
    assert not TeamEntry.objects.exists()


def test_who_was_not_confirmed_of_late_signs_nobody_out_while_descope_is_down(
    admin: User, editor: User, wire: Wire
) -> None:
    admin.is_freshly_proved = False
    wire.is_down()

    with pytest.raises(PermissionDenied):
        team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)


def test_somebody_we_never_met_cannot_be_signed_out_while_descope_is_down(admin: User, wire: Wire) -> None:
    wire.is_down()

    with pytest.raises(ProviderUnavailable):
        team.sign_out_everywhere(by=admin, subject="Unobody", reason=WHY)


def test_without_a_management_key_nobody_is_signed_out_by_others(admin: User, editor: User, settings: Settings) -> None:
    settings.DESCOPE_MANAGEMENT_KEY = ""

    with pytest.raises(ProviderUnavailable):
        team.sign_out_everywhere(by=admin, subject=editor.subject, reason=WHY)
    assert not TeamEntry.objects.exists()


@contextmanager
def patch_now(later: timedelta) -> Iterator[None]:
    """Let time have passed."""
    now = timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now() + later)
        yield
