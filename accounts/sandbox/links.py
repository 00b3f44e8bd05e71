"""Magic links and one-time codes: made, mailed and redeemed once."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import mail, people, sessions
from .exceptions import BadLink, NoSuchPerson, PersonExists, Refusal, TooManyTries, WrongCode
from .models import Code, Link, Person, Run
from .router import DATABASE

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
# The component reads these from the page's address, so an old one must not stay in a new link.
COMPONENT_PARAMETERS = frozenset({"descope-login-flow", "t", "code", "err", "redirect_mode"})


def new_link(
    login_id: str,
    *,
    email: str = "",
    profile: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    may_sign_up: bool = False,
    run: Run | None = None,
    lifetime: timedelta = LIFETIME,
) -> str:
    """Return the token of a new link, which only its hash is kept of."""
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        digest=digest(token),
        login_id=people.normal(login_id),
        email=email,
        profile=dict(profile or {}),
        claims=dict(claims or {}),
        may_sign_up=may_sign_up,
        run=run,
        expires_at=timezone.now() + lifetime,
    )
    return token


def new_code(
    login_id: str,
    *,
    email: str = "",
    profile: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    may_sign_up: bool = False,
    run: Run | None = None,
) -> str:
    """Return a new code for the person. Codes sent before, in the same run of the flow or outside any, stop working."""
    login_id, code = people.normal(login_id), f"{secrets.randbelow(10**6):06}"
    Code.objects.filter(login_id=login_id, run=run, used_at=None).delete()
    Code.objects.create(
        digest=digest(login_id + code),
        login_id=login_id,
        email=email,
        profile=dict(profile or {}),
        claims=dict(claims or {}),
        may_sign_up=may_sign_up,
        run=run,
        expires_at=timezone.now() + LIFETIME,
    )
    return code


def address(page: str, **parameters: str) -> str:
    """Return the page's address with these parameters, keeping those of its own."""
    url = urlsplit(page)
    own = [(name, value) for name, value in parse_qsl(url.query) if name not in COMPONENT_PARAMETERS]
    return urlunsplit(url._replace(query=urlencode([*own, *parameters.items()]), fragment=""))


@transaction.atomic(using=DATABASE)
def use(token: str, by: str = "") -> Link:
    """Return the link and use it up. `by` says which page asks. Raises BadLink: wrong, used or expired."""
    link = Link.objects.select_related("run").filter(digest=digest(token)).first()
    if link is None:
        raise BadLink("wrong")
    if link.used_at:
        raise BadLink("used")
    if link.expires_at <= timezone.now():
        raise BadLink("expired")
    link.used_at, link.used_by = timezone.now(), by[:100]
    link.save(update_fields=["used_at", "used_by"])
    return link


@transaction.atomic(using=DATABASE)
def redeem_link(token: str) -> dict[str, Any]:
    """Sign in by a link. Returns the API's answer. Raises BadLink, Disabled and NoSuchPerson."""
    link = use(token)
    person = person_behind(link)
    return sessions.sign_in(person, first_seen=sessions.mark_seen(person), claims=link.claims)


def redeem_code(login_id: str, text: str) -> dict[str, Any]:
    """Sign in by a code. Returns the API's answer. Raises WrongCode, TooManyTries, Disabled and NoSuchPerson."""
    code = use_code(login_id, text)
    with transaction.atomic(using=DATABASE):
        person = person_behind(code)
        return sessions.sign_in(person, first_seen=sessions.mark_seen(person), claims=code.claims)


def use_code(login_id: str, text: str, run: Run | None = None) -> Code:
    """Return the code and use it up. Raises WrongCode and TooManyTries."""
    login_id = people.normal(login_id)
    code = Code.objects.filter(login_id=login_id, run=run, used_at=None, expires_at__gt=timezone.now()).first()
    if code is None:
        raise WrongCode
    _count_try(code)
    if not secrets.compare_digest(code.digest, digest(login_id + "".join(text.split()))):
        raise WrongCode
    if not Code.objects.filter(pk=code.pk, used_at=None).update(used_at=timezone.now()):
        raise WrongCode
    return code


def _count_try(code: Code) -> None:
    """Count before comparing, and apart from the sign-in, so that a wrong try is never forgotten."""
    if not Code.objects.filter(pk=code.pk, tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        raise TooManyTries


def person_behind(proof: Link | Code) -> Person:
    """Return who the link or code is for, making them if it allows that. What was mailed to them is verified now."""
    try:
        person = people.find(proof.login_id)
    except NoSuchPerson:
        if not proof.may_sign_up:
            raise
        person = people.create([proof.login_id], {**proof.profile, "email": proof.email, "verifiedEmail": True})
    if proof.email and proof.email == person.email and not person.is_email_verified:
        people.change(person, {"verifiedEmail": True})
    return person


def mail_link(login_id: str, page: str, *, mode: str, profile: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Mail somebody a link to the page. Returns the address, masked. `mode` is signin, signup or signup-in."""
    if urlsplit(page).scheme not in ("http", "https"):
        raise Refusal("URI must be an http or https address")
    email = _recipient(login_id, mode, profile)
    token = new_link(login_id, email=email, profile=profile, claims=claims, may_sign_up=mode != "signin")
    mail.send_link(email, address(page, t=token))
    return masked(email)


def mail_code(login_id: str, *, mode: str, profile: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Mail somebody a code. Returns the address, masked. `mode` is as above."""
    email = _recipient(login_id, mode, profile)
    mail.send_code(email, new_code(login_id, email=email, profile=profile, claims=claims, may_sign_up=mode != "signin"))
    return masked(email)


def _recipient(login_id: str, mode: str, profile: Mapping[str, Any]) -> str:
    """Return the address to write to. Raises NoSuchPerson and PersonExists, as the mode asks."""
    try:
        person = people.find(login_id)
    except NoSuchPerson:
        if mode == "signin":
            raise
        email = people.normal(str(profile.get("email") or login_id))
    else:
        if mode == "signup":
            raise PersonExists
        email = person.email
    if "@" not in email or len(email) > 254:
        raise Refusal("There is no e-mail address to write to")
    return email


def masked(email: str) -> str:
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def digest(text: str) -> str:
    """Return the hash a secret is kept as. A plain one serves: tokens are long, and codes live for five tries."""
    return hashlib.sha256(text.encode()).hexdigest()
