"""Work inside a checkout of Galley that is measured, with its settings: bin/bench speed runs it there.

    python site.py seed       fill its database; told tokens, it tells what to ask for
    python site.py desks      give everybody whose tokens it is told a draft, and tell their keys
    python site.py queries    tell the statements that an address takes
    python site.py profile    tell where the time of an address goes
    python site.py renew      let all pages be made anew, as a publication does

What each is told comes by standard input and what it tells goes to standard output, as JSON.

The checkout is the folder it is started in, which may be of another revision than this file.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import django

POSTS, TAGS, AUTHORS = 1_000, 20, 5
ON_THE_DESK = 500  # Of all authors, in every state there is.


def main(task: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    logging.disable(logging.WARNING)
    told = TASKS[task](json.load(sys.stdin))
    json.dump(told, sys.stdout)


def seed(tokens: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """Sign everybody in by their tokens, publish posts, and give the editor a desk of a thousand."""
    from django.core.management import call_command

    from accounts import sessions
    from accounts.models import User
    from benchmarks import posts
    from blog.markup import RENDERER_VERSION
    from blog.models import Post

    call_command("migrate", verbosity=0)
    keys = {name: sessions.start(*pair)[0] for name, pair in tokens.items()}
    editor = User.objects.get(email="ed@example.com")
    posts.fill(POSTS, tag_count=TAGS, author_count=AUTHORS, unpublished=ON_THE_DESK, people=[editor])
    newest, post = (Post.objects.live().newest_first()[place] for place in (0, POSTS // 2))
    words = {"body": post.body, "html": post.html, "html_version": 1, "html_renderer": RENDERER_VERSION}
    already = Post.objects.filter(author=editor).count()
    drafts = Post.objects.bulk_create(
        Post(slug=f"draft-{number}", title=f"Draft {number}", author=editor, writers=[editor.pk], **words)
        for number in range(POSTS - already)
    )
    return {
        "keys": keys,
        "post": post.get_absolute_url(),
        "title": post.title,
        "newest": newest.title,
        "drafts": [draft.pk for draft in drafts[:10]],
        "body": post.body,
    }


def desks(tokens: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Sign editors in by their tokens, and start a draft for each."""
    from django.core.management import call_command

    from accounts import sessions
    from accounts.models import User
    from accounts.roles import Role
    from blog.models import Post

    call_command("migrate", verbosity=0)
    keys = [sessions.start(*pair)[0] for pair in tokens]
    writers = []
    for number, (key, user) in enumerate(zip(keys, User.objects.order_by("pk"), strict=True)):
        user.roles = frozenset({Role.EDITOR})  # As the key's claims say.
        writers.append({"key": key, "draft": Post.objects.write(by=user, title=f"Draft {number}", body="Words.").pk})
    return writers


def queries(address: dict[str, Any]) -> list[str]:
    from benchmarks import asking

    return asking.queries(**address)


def profile(address: dict[str, Any]) -> dict[str, Any]:
    from benchmarks import asking

    return asking.profile(**address)


def renew(told: object) -> None:
    from blog.models import SiteVersion

    SiteVersion.objects.renew()


TASKS: dict[str, Callable[[Any], Any]] = {
    "seed": seed,
    "desks": desks,
    "queries": queries,
    "profile": profile,
    "renew": renew,
}

if __name__ == "__main__":
    main(sys.argv[1])
