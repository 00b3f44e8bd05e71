"""The ids of a text: no one of them may be taken for one of the page's own."""

import re

# Every id in a text begins with this.
ID_PREFIX = "in-"


def plain_id(name: str) -> str:
    """Return an id with nothing in it that an address would have to escape."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")
