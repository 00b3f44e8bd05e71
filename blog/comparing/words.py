"""Where a text falls into words: for comparing, so that as little as possible is shown as changed."""

import re
from collections.abc import Callable

# Chinese and Japanese have no spaces: there each character counts as a word.
ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Marks and joiners belong to the letter before them, so a word is whatever is no space and no punctuation.
APART = r"\s!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u2027\u202a-\u202e\u2030-\u205e\u2066-\u2069\u3000-\u303f" + ALONE
WORD = rf"[^{APART}]+(?:['’][^{APART}]+)*"

IN_PROSE = re.compile(rf"{WORD}|\s+|.", re.DOTALL)
IN_SOURCE = re.compile(rf"{WORD}|\n|[^\S\n]+|.", re.DOTALL)
_WORDS = re.compile(rf"{WORD}|[{ALONE}]")

words_of: Callable[[str], list[str]] = _WORDS.findall
