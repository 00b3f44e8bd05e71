"""Texts for measuring with: Markdown of words by chance, always the same, as often as words come in English.

The most common word is in every text. As in English, common words are short. Each text is rendered, taken apart and
looked over once, by the code that does so for a post; many posts may then have the same.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import accumulate, chain, product
from typing import Any

VOCABULARY = 20_000
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi")
WORDS_A_PARAGRAPH = 60
PARAGRAPHS_A_SECTION = 4
PATIENCE = 20  # So often a text is given to the renderer, which has a second and a half for it.
CODE = """```python
def greet(name: str) -> str:
    \"\"\"Say hello to somebody.\"\"\"
    return f"Hello, {name}!"
```"""
PAGE = "/posts/stands-in-for-the-address"


def vocabulary() -> list[str]:
    """Return the words, the most common first: of two syllables, then of three and four."""
    chance = random.Random(2)  # noqa: S311 — nothing is to be kept secret.
    chosen: list[str] = []
    for syllables in (2, 3, 4):
        words = ["".join(parts) for parts in product(SYLLABLES, repeat=syllables)]
        chance.shuffle(words)
        chosen += words
    return chosen[:VOCABULARY]


def name_of(number: int) -> str:
    """Return a word that is in no text: five syllables and a sign, another for each number."""
    syllables = []
    for _ in range(5):
        number, rest = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[rest])
    return "q" + "".join(syllables)


@dataclass(frozen=True)
class Text:
    """A text and all that follows from it."""

    words: list[str]
    body: str

    @cached_property
    def html(self) -> str:
        return _rendered(self.body)

    @cached_property
    def word_count(self) -> int:
        from blog import markup

        return markup.word_count_of(self.html)

    @cached_property
    def excerpt(self) -> str:
        from blog import markup

        return markup.excerpt_of(self.html)

    @cached_property
    def edition(self) -> dict[str, Any]:
        """What its edition has, as `EditionQuerySet.make` works it out."""
        from blog import markup

        anatomy = markup.anatomy_of(self.html)
        contents = [asdict(heading) for heading in anatomy.headings]
        return {"contents": contents, "text": anatomy.text, "image_count": anatomy.image_count}

    @cached_property
    def found_by(self) -> str:
        """What the index keeps of it."""
        from django.conf import settings

        from blog.terms import kept_of, stemmer_of

        return kept_of(self.edition["text"], stemmer_of(settings.SITE_LANGUAGE))

    def for_feeds(self, address: str) -> str:
        return self._for_feeds.replace(PAGE, address)

    @cached_property
    def _for_feeds(self) -> str:
        from blog import markup

        return markup.for_feeds(self.html, page=PAGE)


def _rendered(body: str) -> str:
    """Return the page of a text, however much else the machine has to do."""
    from blog import markup

    for _ in range(PATIENCE):
        with suppress(markup.Busy, markup.Unrenderable):
            return str(markup.render(body))
    raise SystemExit("This machine has no time to render a text.")


def texts(count: int, words: int) -> list[Text]:
    """Return so many different texts of so many words."""
    chance = random.Random(1)  # noqa: S311 — as above.
    known = vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(known) + 1)))
    return [_text(chance.choices(known, cum_weights=weights, k=words)) for _ in range(count)]


def titles(seed: int) -> Iterator[str]:
    """Yield titles of five words without end."""
    chance = random.Random(seed)  # noqa: S311 — as above.
    known = vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(known) + 1)))
    while True:
        yield " ".join(chance.choices(known, cum_weights=weights, k=5)).capitalize()


def _text(words: list[str]) -> Text:
    paragraphs = [f"{' '.join(some)}." for some in _cut(words, WORDS_A_PARAGRAPH)]
    sections = [_section(number, some) for number, some in enumerate(_cut(paragraphs, PARAGRAPHS_A_SECTION))]
    return Text(words, "\n\n".join(chain.from_iterable(sections)))


def _section(number: int, paragraphs: list[str]) -> list[str]:
    """Return paragraphs under a heading, with a list, a piece of code or a link in turn."""
    first = paragraphs[0].split()
    heading = f"## {' '.join(first[:3]).capitalize()}"
    points = "\n".join(f"- **{word}** {word}" for word in first[3:7])
    between = (points, CODE, f"> See [{' '.join(first[1:3])}](https://example.org/{first[0]}).")[number % 3]
    return [heading, *paragraphs, between]


def _cut(parts: list[str], size: int) -> list[list[str]]:
    return [parts[start : start + size] for start in range(0, len(parts), size)]
