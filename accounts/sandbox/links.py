"""Magic links: made, sent and redeemed once."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.utils import timezone

from . import mail, people, proofs
from .exceptions import BadLink, Refusal
from .models import Link
from .proofs import Wish, digest
from .router import DATABASE

LIFETIME = timedelta(minutes=10)
# The component reads these from the page's address, so an old one must not stay in a new link.
COMPONENT_PARAMETERS = frozenset({"descope-login-flow", "t", "code", "err", "redirect_mode"})


def new_link(login_id: str, *, lifetime: timedelta = LIFETIME, **more: Any) -> str:
    """Return the token of a new link, which only its hash is kept of. `more` are fields of Link."""
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        digest=digest(token), login_id=people.normal(login_id), expires_at=timezone.now() + lifetime, **more
    )
    return token


def address(page: str, **parameters: str) -> str:
    """Return the page's address with these parameters, keeping those of its own."""
    url = urlsplit(page)
    own = [(name, value) for name, value in parse_qsl(url.query) if name not in COMPONENT_PARAMETERS]
    return urlunsplit(url._replace(query=urlencode([*own, *parameters.items()]), fragment=""))


def check_page(page: str) -> None:
    """Raise Refusal unless a link may lead there."""
    if urlsplit(page).scheme not in ("http", "https"):
        raise Refusal("URI must be an http or https address")


@transaction.atomic(using=DATABASE)
def use(token: str, by: str = "") -> Link:
    """Return the link and use it up. `by` says which page asks. Raises BadLink: wrong, used or expired."""
    link = Link.objects.select_related("run").filter(digest=digest(token), pending=None).first()
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
def redeem(token: str) -> dict[str, Any]:
    """Sign in by a link. Returns the API's answer. Raises BadLink, Disabled and NoSuchPerson."""
    link = use(token)
    return proofs.sign_in(proofs.person_behind(link), link)


@transaction.atomic(using=DATABASE)
def send(wish: Wish, page: str) -> dict[str, str]:
    """Send a link to the page. Returns where to, masked. Raises Refusal."""
    check_page(page)
    to = wish.address()
    mail.send_link(to, address(page, t=new_link(wish.login_id, **wish.fields(to))), wish.channel)
    return wish.masked(to)
