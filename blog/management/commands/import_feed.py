"""Bring the articles of a feed in as drafts."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.urls import reverse

from accounts import people
from accounts.exceptions import ProviderUnavailable
from accounts.models import User
from blog import importing
from blog.importing import ALREADY_HERE, IMPORTED, SKIPPED, Outcome
from blog.permissions import may_write


class Command(BaseCommand):
    help = (
        "Bring the articles of a feed, RSS or Atom, in as drafts of one author. "
        "Safe to run again: what is here already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", metavar="FILE_OR_URL", help="a file, or an http(s) address")
        parser.add_argument(
            "--author", required=True, metavar="EMAIL", help="whose drafts they become; a Descope user id will do too"
        )
        parser.add_argument(
            "--allow-private", action="store_true", help="fetch from addresses inside your own network, too"
        )
        parser.add_argument(
            "--keep-pictures",
            action="store_true",
            help="fetch the pictures of new articles and keep them here, as uploads of the author",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        author = editor_called(options["author"])
        try:
            source = importing.read(options["feed"], allow_private=options["allow_private"])
            feed = importing.parse(source)
        except (importing.Unreachable, importing.Unreadable) as error:
            raise CommandError(str(error)) from error
        if feed.problem:
            self.stderr.write(self.style.WARNING(feed.problem))
        totals: Counter[str] = Counter()
        keeper = importing.Keeper(author, options["allow_private"]) if options["keep_pictures"] else None
        for outcome in importing.bring_in(feed, by=author, keeper=keeper):
            totals[outcome.status] += 1
            self.stdout.write(told(outcome))
        self.stdout.write(summary(totals, author))
        if totals[SKIPPED] and not (totals[IMPORTED] or totals[ALREADY_HERE]):
            raise CommandError("No entry of this feed could be read.")


def editor_called(name: str) -> User:
    """Return the one person with this address, with the roles they have now.

    An address identifies nobody who asks; here it is the operator of the machine who says whom they mean.
    Raises CommandError, with what to do, unless it is one person, and an editor.
    """
    found = list(User.objects.filter(Q(email__iexact=name) | Q(subject=name)).order_by("pk"))
    if not found:
        raise CommandError(
            f"Nobody here has the address {name}. They must have signed in once: {settings.SITE_URL}/sign-in"
        )
    if len(found) > 1:
        listed = "".join(f"\n  {user.subject}  {user.name}" for user in found)
        raise CommandError(f"Several people have the address {name}. Give one's user id as --author instead:{listed}")
    if not settings.DESCOPE_MANAGEMENT_KEY:
        raise CommandError(
            "Set DESCOPE_MANAGEMENT_KEY: whether the author is an editor, Descope alone knows, and tells the holder."
        )
    try:
        author = people.with_current_roles(found[0])
    except ProviderUnavailable as trouble:
        raise CommandError(
            f"Whether {found[0].name} is an editor cannot be asked at {settings.DESCOPE_BASE_URI}: {trouble}. "
            "If that is this site itself, start it with bin/dev in another terminal, and run this again."
        ) from trouble
    if not may_write(author):
        raise CommandError(
            f"{author.name} is no editor. Give them the role “{settings.ROLE_EDITOR}” in the Descope console; "
            "the sandbox has its own, at /_descope/console."
        )
    return author


def told(outcome: Outcome) -> str:
    """Return one line on one entry."""
    line = f"{outcome.status:<12}  {outcome.title or 'Untitled'}"
    if outcome.post is not None:
        line += f"  {reverse('desk:post', args=[outcome.post.pk])}"
    return f"{line}: {'; '.join(outcome.notes)}" if outcome.notes else line


def summary(totals: Counter[str], author: User) -> str:
    if not totals:
        return "The feed has no entries."
    counts = ", ".join(f"{totals[status]} {status}" for status in (IMPORTED, ALREADY_HERE, SKIPPED))
    return f"{counts}. The drafts are {author.name}'s; publishing takes an admin, as always."
