"""Words the site would rather not read."""

import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings

from .finding import Finding, check
from .proof import Proof

# Code, addresses and tags: nobody chose these words.
NOT_PROSE = re.compile(r"`[^`\n]*`|\]\([^()\s]*|<[^<>\n]*>|https?://\S+")
# Written without spaces, so that a word has no edge that could be seen.
SPACELESS = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN"}


@check("words-to-avoid", "Words to avoid")
def to_avoid(proof: Proof) -> Iterator[Finding]:
    body = NOT_PROSE.sub("\0", "\n".join(proof.source.prose))
    places = {"title": proof.text.title, "description": proof.text.excerpt, "text": body}
    folded = {place: text.casefold() for place, text in places.items()}
    for phrase in settings.WORDS_TO_AVOID:
        for place, text in folded.items():
            if positions := _positions(phrase, text):
                times = f", {len(positions)} times" if len(positions) > 1 else ""
                line = text.count("\n", 0, positions[0]) + 1 if place == "text" else None
                yield Finding(f"Find another word for “{phrase}”: it is in the {place}{times}.", line)


def _positions(phrase: str, folded: str) -> list[int]:
    """Return where a phrase begins in a text in folded case, as whole words, however its letters are composed."""
    forms = {unicodedata.normalize(form, phrase).casefold() for form in ("NFC", "NFD")}
    pattern = "|".join(r"\s++".join(map(re.escape, form.split())) for form in sorted(forms))
    return [match.start() for match in re.finditer(pattern, folded) if _is_whole(folded, *match.span())]


def _is_whole(text: str, start: int, end: int) -> bool:
    before, first, last, after = text[start - 1 : start], text[start], text[end - 1], text[end : end + 1]
    is_cut = (_is_letter(before) and _is_letter(first)) or (_is_letter(last) and _is_letter(after))
    return not is_cut and not _is_mark(after)


def _is_mark(character: str) -> bool:
    """Whether this is part of the letter before it, as vowels are in Hindi. `\\w` knows no marks."""
    return character != "" and unicodedata.category(character)[0] == "M"


def _is_letter(character: str) -> bool:
    """Whether this is part of a word that spaces part from the next."""
    if character == "" or unicodedata.category(character)[0] not in "LMN":
        return False
    return unicodedata.name(character, "").partition(" ")[0] not in SPACELESS
