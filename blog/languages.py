"""Languages as BCP 47 writes them, as far as a page has to know."""

import re

TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"}


def is_tag(text: str) -> bool:
    return bool(TAG.fullmatch(text))


def direction(language: str) -> str:
    """Return `rtl` or `ltr`, by the script the tag names, or else by the one the language is usually written in."""
    first, *others = language.lower().split("-")
    scripts = [part for part in others if len(part) == 4 and part.isalpha()]
    runs_left = scripts[0] in RIGHT_TO_LEFT_SCRIPTS if scripts else first in RIGHT_TO_LEFT
    return "rtl" if runs_left else "ltr"
