"""The bytes of a feed, from a file or from the web."""

from pathlib import Path

from accounts.fetching import Found, NotPublic, Terms, Unreachable, fetched

__all__ = ["Source", "Unreachable", "read"]

MAX_BYTES = 10 * 1024 * 1024
TIME_LIMIT_SECONDS = 10.0
MAX_REDIRECTS = 3

Source = Found


def read(place: str, *, allow_private: bool = False) -> Source:
    """Return the bytes of a file or of an http(s) address. Raises Unreachable."""
    if "://" not in place:
        return _from_file(Path(place))
    if not place.lower().startswith(("http://", "https://")):
        raise Unreachable(f"Only a file or an http(s) address can be read, not {place.partition(':')[0]}:.")
    terms = Terms(
        max_bytes=MAX_BYTES,
        seconds=TIME_LIMIT_SECONDS,
        max_redirects=MAX_REDIRECTS,
        schemes=("http", "https"),
        allow_private=allow_private,
    )
    try:
        return fetched(place, terms)
    except NotPublic as refusal:
        raise Unreachable(f"{refusal} Add --allow-private if that is what you want.") from refusal


def _from_file(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unreachable(f"{path} cannot be read: {reason}.") from error
    if len(content) > MAX_BYTES:
        raise Unreachable(f"The feed is larger than {MAX_BYTES // 1024**2} MB.")
    return Source(content, address="")
