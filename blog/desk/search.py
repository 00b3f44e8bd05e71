"""What somebody looks for on a list of the desk. Whatever is not on offer in an address counts as not asked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import QueryDict

from accounts.models import User
from blog.long_lists import COUNTED
from blog.models import PostQuerySet

from .lists import ORDERS, SORTED, STANDINGS, DeskList

MAX_QUERY_LENGTH = 100
LOOKED_AT = 500
CLAIMS = {"mine": "In my hands", "free": "In nobody’s hands"}


@dataclass(frozen=True)
class Choice:
    """One option of a filter, and whether it is the one that was chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Search:
    """A list as one person looks at it."""

    desk_list: DeskList
    person: User
    asked: QueryDict

    @cached_property
    def words(self) -> str:
        text = self.asked.get("q", "").replace("\0", "")  # PostgreSQL knows no such letter.
        return " ".join(text.split())[:MAX_QUERY_LENGTH]

    @cached_property
    def order(self) -> str:
        return self._one_of(self.desk_list.orders, "sort") or self.desk_list.orders[0]

    @cached_property
    def standing(self) -> str:
        return self._one_of(STANDINGS, "standing") if self.desk_list.has_standings else ""

    @cached_property
    def claim(self) -> str:
        return self._one_of(CLAIMS, "claim") if self.desk_list.row == "queue" else ""

    @cached_property
    def tag(self) -> str:
        return self._one_of(self._spellings, "tag")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.tag or self.standing or self.claim)

    @property
    def orders(self) -> list[Choice]:
        return [Choice(order, ORDERS[order], order == self.order) for order in self.desk_list.orders]

    @property
    def tags(self) -> list[Choice]:
        return [Choice(tag, tag, tag == self.tag) for tag in self._spellings]

    @property
    def standings(self) -> list[Choice]:
        """Empty where the list is of one standing."""
        if not self.desk_list.has_standings:
            return []
        return [Choice(key, title, key == self.standing) for key, (title, _) in STANDINGS.items()]

    @property
    def claims(self) -> list[Choice]:
        if self.desk_list.row != "queue":
            return []
        return [Choice(key, title, key == self.claim) for key, title in CLAIMS.items()]

    @property
    def address(self) -> str:
        """The part of an address that asks for this again, to be followed by a page's number."""
        kept = QueryDict(mutable=True)
        default = self.desk_list.orders[0]
        asked = {"q": self.words, "tag": self.tag, "standing": self.standing, "claim": self.claim}
        asked |= {"sort": "" if self.order == default else self.order}
        kept.update({name: value for name, value in asked.items() if value})
        return kept.urlencode()

    def posts(self) -> PostQuerySet:
        """Return what was found, in the order that was asked for."""
        posts = self._listed
        if self._looks_at_each:
            posts = posts.filter(pk__in=self._looked_at[:COUNTED])
        if self.tag:
            posts = self._tagged(posts)
        for word in self.words.split():
            posts = posts.filter(self._holds(word))
        return self.desk_list.ordered(posts, self.order)

    @cached_property
    def is_cut(self) -> bool:
        """Whether the list is longer than what was looked at."""
        return self._looks_at_each and len(self._looked_at) > COUNTED

    @property
    def most_looked_at(self) -> str:
        return f"{COUNTED:,}"

    @property
    def _looks_at_each(self) -> bool:
        """Whether no index has what is asked for: then so many are looked at as a list is counted."""
        return bool(self.words or self.tag or self.order in SORTED)

    @cached_property
    def _looked_at(self) -> list[int]:
        """The keys of those that are looked at, and of one more where there are more.

        Asked for by themselves: in one statement PostgreSQL would look for the words among all posts.
        """
        return list(self._in_turn(self._listed).values_list("pk", flat=True)[: COUNTED + 1])

    @property
    def _listed(self) -> PostQuerySet:
        posts = self.desk_list.posts(self.person)
        if self.standing:
            posts = posts.filter(STANDINGS[self.standing][1]())
        if self.claim:
            posts = posts.filter(claimed_by=self.person.pk if self.claim == "mine" else None)
        return posts

    def _in_turn(self, posts: PostQuerySet) -> PostQuerySet:
        """Return these in an order that an index has: the one asked for, or else the list's own."""
        return self.desk_list.ordered(posts, "" if self.order in SORTED else self.order)

    def _one_of(self, choices: Iterable[str], name: str) -> str:
        asked = self.asked.get(name, "")
        return asked if asked in choices else ""

    def _holds(self, word: str) -> Q:
        """Select by a word in the texts that the list is about, and, where they are of many, in the author's name.

        A regular expression, because SQLite's LIKE knows the cases of ASCII alone; for ASCII it takes a tenth of the
        time. A letter may be typed as one character or as two.
        """
        if word.isascii() and connection.vendor == "sqlite":
            return self._is_in_any("icontains", word)
        forms = sorted({unicodedata.normalize(form, word) for form in ("NFC", "NFD")})
        return self._is_in_any("iregex", "|".join(re.escape(form) for form in forms))

    def _is_in_any(self, way: str, sought: str) -> Q:
        fields = [f"{text}{field}" for text in self.desk_list.texts for field in ("title", "body")]
        fields += [] if self.desk_list.is_own else ["author__name"]
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__{way}": sought})
        return found

    @cached_property
    def _spellings(self) -> dict[str, set[str]]:
        """Return each tag on this list, as it is written first, with all the ways to write it.

        On a long list, of those that come first in its order: tags stand behind texts, which take long to read past.
        """
        spellings: dict[str, set[str]] = {}
        first: dict[str, str] = {}
        columns = [f"{text}tags" for text in self.desk_list.texts]
        posts = self.desk_list.ordered(self.desk_list.posts(self.person))
        rows = posts.values_list(*columns)[:LOOKED_AT]
        for tag in sorted({tag for row in rows for tags in row for tag in tags or []}):
            spellings.setdefault(first.setdefault(tag.casefold(), tag), set()).add(tag)
        return dict(sorted(spellings.items(), key=lambda one: one[0].casefold()))

    def _tagged(self, posts: PostQuerySet) -> PostQuerySet:
        """Select by a tag, as text: SQLite cannot look into a JSON list, and writes what is not ASCII as escapes."""
        texts = {f"tags_{number}": Cast(f"{text}tags", TextField()) for number, text in enumerate(self.desk_list.texts)}
        found = Q()
        for name in texts:
            for spelling in self._spellings[self.tag]:
                for is_ascii in (True, False):
                    found |= Q(**{f"{name}__contains": json.dumps(spelling, ensure_ascii=is_ascii)})
        return posts.alias(**texts).filter(found)
