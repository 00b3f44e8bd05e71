"""Pictures of articles from elsewhere, fetched and kept here as uploads of who brings the articles in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from accounts.fetching import Terms, Unreachable, fetched
from accounts.models import User
from accounts.pictures import NotAPicture
from blog.models import MAX_ALT_LENGTH, MAX_UPLOAD_BYTES, Image

SECONDS_A_PICTURE = 10.0
MAX_REDIRECTS = 3
MOST_AN_ARTICLE = 50


@dataclass
class Keeper:
    """Keeps pictures. One that stands in several articles is fetched once."""

    by: User
    allow_private: bool = False
    kept: dict[str, str] = field(default_factory=dict)  # By where it was: where it is.
    refused: dict[str, str] = field(default_factory=dict)  # By where it is: why it stays there.
    article: list[str] = field(default_factory=list)  # The addresses in the article at hand.

    def begin(self) -> None:
        """Go on to the next article."""
        self.article = []

    def address_of(self, address: str, alt: str) -> str:
        """Return the address of the picture here, or its own where it cannot be kept."""
        if not address.startswith(("http://", "https://")) or address.startswith(f"{settings.SITE_URL}/"):
            return address
        if address not in self.article:
            self.article.append(address)
        if len(self.article) <= MOST_AN_ARTICLE and not {address} & (self.kept.keys() | self.refused.keys()):
            self._keep(address, alt)
        return self.kept.get(address, address)

    def notes(self) -> Iterator[str]:
        """Say what became of the pictures of the article at hand."""
        if count := sum(address in self.kept for address in self.article):
            yield f"{count} {'picture' if count == 1 else 'pictures'} kept"
        for address in self.article:
            if address not in self.kept:
                reason = self.refused.get(address, f"Up to {MOST_AN_ARTICLE} of an article are fetched.")
                yield f"the picture {address} stays where it is: {reason}"

    def _keep(self, address: str, alt: str) -> None:
        terms = Terms(
            max_bytes=MAX_UPLOAD_BYTES,
            seconds=SECONDS_A_PICTURE,
            max_redirects=MAX_REDIRECTS,
            schemes=("http", "https"),
            allow_private=self.allow_private,
        )
        try:
            data = fetched(address, terms).content
            upload = Image.objects.upload(by=self.by, data=data, alt=alt[:MAX_ALT_LENGTH])
        except (Unreachable, NotAPicture) as reason:
            self.refused[address] = str(reason)
        else:
            self.kept[address] = upload.image.get_absolute_url()
