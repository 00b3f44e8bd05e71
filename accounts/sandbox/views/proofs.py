"""Signing in, and changing an address, by what is sent there: magic links, codes, enchanted links."""

from django.conf import settings

from accounts.sandbox import codes, enchanted, links
from accounts.sandbox.options import change_wish, sign_in_wish
from accounts.sandbox.wire import Call, Payload, answers


@answers("POST")
def send_link(call: Call, mode: str, channel: str) -> Payload:
    return links.send(sign_in_wish(call, mode, channel), call.needed("URI"))


@answers("POST")
def send_link_to_new(call: Call, channel: str = "email") -> Payload:
    return links.send(change_wish(call, channel), _page(call))


@answers("POST")
def verify_link(call: Call) -> Payload:
    return links.redeem(call.needed("token"))


@answers("POST")
def send_code(call: Call, mode: str, channel: str) -> Payload:
    return codes.send(sign_in_wish(call, mode, channel))


@answers("POST")
def send_code_to_new(call: Call, channel: str = "email") -> Payload:
    return codes.send(change_wish(call, channel))


@answers("POST")
def verify_code(call: Call, channel: str) -> Payload:
    return codes.redeem(call.needed("loginId"), call.needed("code"), channel)


@answers("POST")
def send_enchanted(call: Call, mode: str, channel: str) -> Payload:
    return enchanted.send(sign_in_wish(call, mode, channel), call.needed("URI"))


@answers("POST")
def send_enchanted_to_new(call: Call, channel: str = "email") -> Payload:
    return enchanted.send(change_wish(call, channel), _page(call))


@answers("POST")
def verify_enchanted(call: Call) -> Payload:
    enchanted.verify(call.needed("token"))
    return {}


@answers("POST")
def poll_enchanted(call: Call) -> Payload:
    return enchanted.poll(call.needed("pendingRef"))


def _page(call: Call) -> str:
    """Return the page that a link leads to. A change of address names none: it is the project's own."""
    return call.text("URI") or f"{settings.SITE_URL}/sign-in"
