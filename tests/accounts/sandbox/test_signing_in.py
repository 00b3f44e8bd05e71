"""Signing in, refreshing and signing out, through the real SDK."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from descope import AuthException, DeliveryMethod, DescopeClient, RateLimitException
from django.utils import timezone
from pytest_django import Settings

from accounts.sandbox import people, sessions, tokens
from accounts.sandbox.models import Link, Mail, Person

EMAIL = DeliveryMethod.EMAIL
PAGE = "http://localhost:8000/sign-in?next=%2Fdesk"


def token_in_mail(to: str) -> str:
    mail = Mail.objects.filter(to=to).first()
    assert mail is not None
    return parse_qs(urlsplit(mail.link).query)["t"][0]


def code_in_mail(to: str) -> str:
    mail = Mail.objects.filter(to=to).first()
    assert mail is not None
    found = re.search(r"\b\d{6}\b", mail.body)
    assert found is not None
    return found[0]


def wait(monkeypatch: pytest.MonkeyPatch, delay: timedelta) -> None:
    later = timezone.now() + delay
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_a_new_person_signs_up_by_magic_link(sdk: DescopeClient) -> None:
    masked = sdk.magiclink.sign_up_or_in(EMAIL, "New@Example.com", PAGE)

    answer = sdk.magiclink.verify(token_in_mail("new@example.com"))

    assert masked == "n***@example.com"
    assert answer["firstSeen"] is True
    assert answer["user"]["email"] == "new@example.com"
    assert answer["user"]["verifiedEmail"] is True
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["userId"] == answer["user"]["userId"]


def test_the_second_sign_in_is_not_a_first_one(sdk: DescopeClient) -> None:
    for _ in range(2):
        sdk.magiclink.sign_up_or_in(EMAIL, "new@example.com", PAGE)
        answer = sdk.magiclink.verify(token_in_mail("new@example.com"))

    assert answer["firstSeen"] is False
    assert Person.objects.count() == 1


def test_signing_up_takes_a_name_but_no_roles(sdk: DescopeClient, ed: Person) -> None:
    profile = {"name": "Nell New", "email": "nell@example.com", "roleNames": ["editor"], "test": True}
    sdk.magiclink.sign_up(EMAIL, "nell@example.com", PAGE, profile)

    answer = sdk.magiclink.verify(token_in_mail("nell@example.com"))

    assert answer["user"]["name"] == "Nell New"
    assert answer["user"]["roleNames"] == []
    assert answer["user"]["test"] is False


def test_who_has_an_account_cannot_sign_up(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.sign_up(EMAIL, "ed@example.com", PAGE)

    assert refusal.value.status_code == 400
    assert "E062107" in str(refusal.value)


def test_who_has_no_account_cannot_sign_in(sdk: DescopeClient) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.sign_in(EMAIL, "nobody@example.com", PAGE)

    assert "E062108" in str(refusal.value)


def test_a_person_signs_in_by_magic_link(sdk: DescopeClient, ed: Person) -> None:
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)

    answer = sdk.magiclink.verify(token_in_mail("ed@example.com"))

    assert answer["userId"] == ed.user_id
    assert sdk.validate_roles(answer["sessionToken"], ["editor"])


def test_the_link_keeps_the_query_of_its_page(sdk: DescopeClient, ed: Person) -> None:
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE + "&t=old#part")

    link = urlsplit(Mail.objects.get().link)

    assert parse_qs(link.query)["next"] == ["/desk"]
    assert len(parse_qs(link.query)["t"]) == 1
    assert link.fragment == ""


def test_a_link_works_once(sdk: DescopeClient, ed: Person) -> None:
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)
    token = token_in_mail("ed@example.com")
    sdk.magiclink.verify(token)

    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.verify(token)

    assert refusal.value.status_code == 401


def test_a_link_expires(sdk: DescopeClient, ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)
    wait(monkeypatch, timedelta(minutes=10, seconds=1))

    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.verify(token_in_mail("ed@example.com"))

    assert refusal.value.status_code == 401


def test_a_made_up_link_is_refused(sdk: DescopeClient) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.magiclink.verify("made-up")

    assert refusal.value.status_code == 401


def test_no_token_is_kept_but_in_the_mail(sdk: DescopeClient, ed: Person) -> None:
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)

    kept = Link.objects.values_list().get()

    assert token_in_mail("ed@example.com") not in kept


def test_the_mails_to_one_address_are_limited(sdk: DescopeClient, ed: Person) -> None:
    for _ in range(20):
        sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)

    with pytest.raises(RateLimitException):
        sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)


@pytest.mark.parametrize("call", ["sign_up", "sign_up_or_in"])
def test_a_new_person_signs_up_by_code(sdk: DescopeClient, call: str) -> None:
    getattr(sdk.otp, call)(EMAIL, "new@example.com")

    answer = sdk.otp.verify_code(EMAIL, "new@example.com", code_in_mail("new@example.com"))

    assert answer["firstSeen"] is True


def test_a_person_signs_in_by_code(sdk: DescopeClient, ed: Person) -> None:
    sdk.otp.sign_in(EMAIL, "ed@example.com")

    answer = sdk.otp.verify_code(EMAIL, "ed@example.com", code_in_mail("ed@example.com"))

    assert answer["userId"] == ed.user_id


def test_a_code_works_once(sdk: DescopeClient, ed: Person) -> None:
    sdk.otp.sign_in(EMAIL, "ed@example.com")
    code = code_in_mail("ed@example.com")
    sdk.otp.verify_code(EMAIL, "ed@example.com", code)

    with pytest.raises(AuthException) as refusal:
        sdk.otp.verify_code(EMAIL, "ed@example.com", code)

    assert "E061102" in str(refusal.value)


def test_a_code_cannot_be_guessed(sdk: DescopeClient, ed: Person) -> None:
    sdk.otp.sign_in(EMAIL, "ed@example.com")
    code = code_in_mail("ed@example.com")
    for _ in range(5):
        with pytest.raises(AuthException, match="E061102"):
            sdk.otp.verify_code(EMAIL, "ed@example.com", "000000" if code != "000000" else "111111")

    with pytest.raises(AuthException, match="E061103"):
        sdk.otp.verify_code(EMAIL, "ed@example.com", code)


def test_refreshing_gives_new_tokens(sdk: DescopeClient, ed: Person) -> None:
    signed_in = sessions.sign_in(ed, first_seen=False)

    answer = sdk.refresh_session(signed_in["refreshJwt"])

    assert answer["sessionToken"]["jwt"] != signed_in["sessionJwt"]
    assert answer["refreshSessionToken"]["jwt"] != signed_in["refreshJwt"]
    assert answer["firstSeen"] is False
    assert sdk.validate_session(answer["sessionToken"]["jwt"])["sub"] == ed.user_id


def test_refreshing_shows_the_roles_of_now(sdk: DescopeClient, ed: Person) -> None:
    signed_in = sessions.sign_in(ed, first_seen=False)
    people.set_roles(ed, ["admin"])

    answer = sdk.refresh_session(signed_in["refreshJwt"])

    assert answer["roles"] == ["admin"]


def test_me_tells_who_holds_the_token(sdk: DescopeClient, ed: Person) -> None:
    user = sdk.me(sessions.sign_in(ed, first_seen=False)["refreshJwt"])

    assert user["userId"] == ed.user_id
    assert user["name"] == "Ed Editor"
    assert user["loginIds"] == ["ed@example.com"]
    assert user["roleNames"] == ["editor"]
    assert user["status"] == "enabled"


def test_signing_out_ends_this_session_alone(sdk: DescopeClient, ed: Person) -> None:
    here, there = (sessions.sign_in(ed, first_seen=False)["refreshJwt"] for _ in range(2))

    sdk.logout(here)

    with pytest.raises(AuthException) as refusal:
        sdk.refresh_session(here)
    assert refusal.value.status_code == 401
    assert sdk.me(there)["userId"] == ed.user_id


def test_signing_out_everywhere_ends_all_sessions(sdk: DescopeClient, ed: Person) -> None:
    here, there = (sessions.sign_in(ed, first_seen=False)["refreshJwt"] for _ in range(2))

    sdk.logout_all(here)

    for token in (here, there):
        with pytest.raises(AuthException):
            sdk.refresh_session(token)


def test_a_disabled_person_is_signed_out_and_stays_out(sdk: DescopeClient, ed: Person) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]
    sdk.magiclink.sign_in(EMAIL, "ed@example.com", PAGE)
    people.set_status(ed, "disabled")

    for call in (lambda: sdk.refresh_session(token), lambda: sdk.magiclink.verify(token_in_mail("ed@example.com"))):
        with pytest.raises(AuthException) as refusal:
            call()
        assert refusal.value.status_code == 401


def test_a_deleted_person_is_signed_out(sdk: DescopeClient, ed: Person) -> None:
    token = sessions.sign_in(ed, first_seen=False)["refreshJwt"]
    people.delete(ed)

    with pytest.raises(AuthException) as refusal:
        sdk.refresh_session(token)

    assert refusal.value.status_code == 401


def test_a_session_token_does_not_refresh(sdk: DescopeClient, ed: Person) -> None:
    with pytest.raises(AuthException) as refusal:
        sdk.refresh_session(sessions.sign_in(ed, first_seen=False)["sessionJwt"])

    assert refusal.value.status_code == 401


def test_a_session_token_says_what_descopes_does(ed: Person, settings: Settings) -> None:
    claims = jwt.decode(tokens.session_token(ed), options={"verify_signature": False})

    assert claims["iss"] == settings.DESCOPE_PROJECT_ID
    assert claims["drn"] == "DS"
    assert claims["exp"] - claims["iat"] == 600
    assert claims["amr"] == ["email"]
    assert claims["roles"] == ["editor"]
    assert claims["permissions"] == []
    assert claims["tenants"] == {}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", claims["rexp"])
    assert not {"email", "name", "picture"} & set(claims)


def test_a_claim_asked_for_does_not_replace_one_of_ours(sdk: DescopeClient, ed: Person) -> None:
    token = sdk.mgmt.user.generate_embedded_link("ed@example.com", {"roles": ["admin"], "sub": "x", "plan": "free"})

    answer = sdk.magiclink.verify(token)

    assert answer["roles"] == ["editor"]
    assert answer["userId"] == ed.user_id
    assert answer["sessionToken"]["plan"] == "free"
