"""What looking for posts costs among 10,000 of 1,000 words. Run by bin/bench search, with a DATA_DIR of its own.

The time is that of a whole request in this process, from the middleware to the finished page, for a visitor of a
public site. PostgreSQL is measured where DATABASE_URL names an empty database of it.
"""

import logging
import os
import re
import statistics
import sys
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
POSTS = int(os.environ.get("POSTS", "10000"))
ROUNDS = 20
WANTED_MS = 50


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PORT": "8160", "SITE_URL": "", "VISIBILITY": "public"}
    os.environ["SEARCH_LIMIT"] = "1000000/minute"
    django.setup()
    logging.disable(logging.CRITICAL)
    prepare()
    from django.conf import settings
    from django.db import connection

    settings.STATIC_ROOT.mkdir(exist_ok=True)  # It is looked for.
    settings.DEBUG = False  # Or every statement would be kept.
    say(f"{POSTS} posts on {connection.vendor}", "found", "median ms", "p95 ms", "CPU ms")
    for name, query in queries().items():
        measure(name, query)
    say(f"wanted: each under {WANTED_MS} ms on SQLite")
    for name in ("a rare word", "the commonest word"):
        print_plan(name)


def prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import posts
    from blog.models import Post

    call_command("migrate", verbosity=0)
    if not Post.objects.exists():
        started = time.monotonic()
        posts.fill(POSTS, tag_count=60, author_count=8)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        say(f"{POSTS} posts made in {time.monotonic() - started:.0f} s")


def queries() -> dict[str, dict[str, str]]:
    from benchmarks import posts

    words = posts.vocabulary()
    common, second, third, some, rare = words[0], words[1], words[4], words[300], words[-9]
    return {
        "a rare word": {"q": rare},
        "a word in some": {"q": some},
        "the commonest word": {"q": common},
        "the same, newest first": {"q": common, "sort": "newest"},
        "the same, page 5": {"q": common, "page": "5"},
        "the same, page 400": {"q": common, "page": "400"},
        "two common words": {"q": f"{common} {second}"},
        "a common and a rare word": {"q": f"{common} {rare}"},
        "three, one not wanted": {"q": f"{common} {third} -{second}"},
        "a phrase of common words": {"q": f'"{common} {second}"'},
        "a phrase that is rare": {"q": f'"{common} {some}"'},
        "the beginning of words": {"q": common[:3]},
        "a word under a tag": {"q": f'{some} tag:"topic 7"'},
        "a common word by an author": {"q": f"{common} author:author-3"},
        "a common word in a year": {"q": f"{common} from:2017 to:2017"},
        "a tag alone": {"q": 'tag:"topic 7"'},
        "what is nowhere": {"q": "zzyzx"},
    }


def measure(name: str, query: dict[str, str]) -> None:
    from django.test import Client

    client, seconds, cpu = Client(HTTP_HOST="localhost:8160"), [], []
    for _ in range(ROUNDS):
        started, cpu_started = time.perf_counter(), time.process_time()
        response = client.get("/search", query)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - cpu_started)
        if response.status_code != 200:
            raise SystemExit(f"{name}: {response.status_code}")
    found = re.search(r"<h1>(\d+) post", response.content.decode())
    p95 = statistics.quantiles(seconds, n=20)[-1]
    figures = (statistics.median(seconds), p95, statistics.median(cpu))
    say(f"  {name}", found.group(1) if found else "0", *(f"{figure * 1000:.1f}" for figure in figures))


def print_plan(name: str) -> None:
    from django.db import connection

    from accounts.models import Visitor
    from blog.searching import explained

    how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    sys.stdout.write(f"\nThe plan for {name}:\n")
    for line in explained(Visitor(), queries()[name]["q"], how):
        sys.stdout.write(f"  {line}\n")


def say(what: str, *figures: str) -> None:
    sys.stdout.write(f"{what:32}" + "".join(f"{figure:>11}" for figure in figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
