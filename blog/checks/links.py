"""Links: that they lead somewhere, and that there is something to click on. Other sites are never asked."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings

from .finding import Finding, check
from .proof import Proof

LOOKS_LIKE_A_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)")


@check("link-empty", "Empty links")
def empty(proof: Proof) -> Iterator[Finding]:
    for link in proof.outline.links:
        if link.address in ("", "#"):
            yield Finding("Say where this link leads, or take it out.", link.line, link.words)
        elif not link.words:
            yield Finding("Give this link words to click on.", link.line, link.address)


@check("link-dead", "Dead links")
def dead(proof: Proof) -> Iterator[Finding]:
    for link in proof.outline.links:
        path = path_of(link.address)
        if link.address.startswith("#"):
            anchor = link.address[1:]
            if anchor and anchor not in proof.outline.anchors:
                name = anchor.removeprefix("in-")
                yield Finding(
                    f"Lead this link to a heading that is there: none here is “{name}”.", link.line, link.words
                )
        elif link.address and path is not None and not proof.resolves(path):
            typed = LOOKS_LIKE_A_HOST.match(link.address)
            way_out = "Start this address with https://" if typed else "Put this address right"
            yield Finding(f"{way_out}: there is no such page on this site.", link.line, link.address)


def path_of(address: str) -> str | None:
    """Return the path on this site that a link in a post leads to, or None if it leads elsewhere."""
    try:
        parts = urlsplit(urljoin(f"{settings.SITE_URL}/posts/", address))
    except ValueError:  # No address at all, such as http://[
        return None
    return unquote(parts.path) or "/" if parts.netloc.lower() == urlsplit(settings.SITE_URL).netloc else None
