"""The header `Link` (RFC 8288): where else something is, for programs that read no pages."""

from collections.abc import Iterable

from django.utils.encoding import iri_to_uri


def link_header(links: Iterable[tuple[str, str]]) -> str:
    """Return the value of the header for these, each a `rel` and an address.

    `iri_to_uri` leaves nothing in an address that could end it there and begin another link, and no letter that no
    header may hold.
    """
    return ", ".join(f'<{iri_to_uri(address)}>; rel="{rel}"' for rel, address in links)
