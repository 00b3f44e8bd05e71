"""What identity can refuse. No status codes: accounts/middleware.py and the views translate."""


class BadToken(Exception):
    """The token proves nothing. The text says why, for the log; it never holds the token."""


class SignedOut(Exception):
    """Descope says plainly that this session is over."""


class SignedOutJustNow(SignedOut):
    """The token is from before everybody was signed out, or from the same moment. A new sign-in will do."""


class ProviderUnavailable(Exception):
    """Descope did not answer, or not in a way that says yes or no."""


class ProviderDown(ProviderUnavailable):
    """Descope is out of reach for everybody, not only for this question."""


class NotDone(ProviderUnavailable):
    """Descope was not asked, or turned the call away unread: nothing has changed there."""


class Unconfirmed(ProviderUnavailable):
    """Descope was asked to change something and did not say that it has: it may have."""


class Declined(Exception):
    """What was asked for about somebody cannot be done. The text says why, for the admin who asked."""


class TooMany(Exception):
    """Somebody calls too often. `was_told` says whether they have been told so of late, and go on all the same."""

    def __init__(self, retry_after_seconds: int, *, was_told: bool = False) -> None:
        super().__init__("too many calls")
        self.retry_after_seconds = retry_after_seconds
        self.was_told = was_told
