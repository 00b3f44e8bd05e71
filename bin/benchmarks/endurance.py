"""Whether memory stays flat over a million requests. Run by bin/bench endurance.

The front page, the feed, the API's list and the newest posts are asked for by chance, half by a reader and half by
visitors, and now and then one of all other posts: more than can be kept, so that some always make room for others. Half
way something is published, so that all is made anew.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import processes
from benchmarks.field import Field
from benchmarks.figures import GALLEY
from benchmarks.load import ask, find_wrk, read
from benchmarks.pages import SESSION_COOKIE

PARTS = 20
SLICE_SECONDS = 5
POSTS_A_CALL = 100
FLAT = 1.1
NEWEST = 200
ONCE_IN = 200  # So often an older post.
SCRIPT = """
local often, seldom = {{{often}}}, {{{seldom}}}
request = function()
  local paths = math.random({once_in}) == 1 and seldom or often
  return wrk.format("GET", paths[math.random(#paths)])
end
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench endurance", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    options = parser.parse_args()
    wrk, folder = find_wrk(), Path(os.environ["DATA_DIR"])
    with ExitStack() as running:
        field = Field.prepare(folder, running)
        server, keys = field.servers[GALLEY], field.sites[GALLEY]["keys"]
        script = folder / "paths.lua"
        paths = paths_of(server.url)
        often, seldom = (", ".join(f'"{path}"' for path in some) for some in (paths[:NEWEST], paths[NEWEST:]))
        script.write_text(SCRIPT.format(often=often, seldom=seldom, once_in=ONCE_IN))
        cookie = f"{SESSION_COOKIE}={keys['reader']}"
        given = ask(f"{server.url}/account", {"Cookie": cookie}).headers.get("set-cookie", "").partition(";")[0]
        people = [[], ["-H", f"Cookie: {cookie}; {given}"]]
        say(f"{len(paths)} addresses, {options.requests:,} requests")
        held = measure(wrk, script, server.url, server.process.pid, people, options.requests, field)
    grown = max(held[3:]) / held[2]  # Two twentieths fill what is kept.
    say(f"At most {grown:.2f} times what it was after a tenth of them (wanted: at most {FLAT})")
    if grown > FLAT:
        raise SystemExit(1)


def paths_of(url: str) -> list[str]:
    paths = ["/", "/feeds/rss.xml", "/api/posts/retrieve?limit=20"]
    while True:
        call = f"{url}/api/posts/retrieve?limit={POSTS_A_CALL}&offset={len(paths) - 3}"
        posts = json.loads(ask(call, {}).body)["data"]
        if not posts:
            return paths
        paths += [f"/posts/{post['slug']}" for post in posts]


def measure(
    wrk: str, script: Path, url: str, pid: int, people: list[list[str]], requests: int, field: Field
) -> list[float]:
    """Return the megabytes of the whole tree, before and after each part of the requests."""
    held, done, bad, began_at = [processes.pss_bytes(pid) / 1024**2], 0, "", time.monotonic()
    is_renewed = False
    while done < requests:
        for headers in people:
            command = [wrk, "--latency", "-t1", "-c32", f"-d{SLICE_SECONDS}s", "-s", str(script), *headers, url]
            load = read(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603 — ours.
            done, bad = done + load.requests, bad or load.trouble
        if not is_renewed and done >= requests / 2:  # To make a thousand pages anew for two audiences takes a minute.
            field.checkouts[GALLEY].run("renew")
            is_renewed = True
        if done >= len(held) * requests / PARTS:
            held.append(processes.pss_bytes(pid) / 1024**2)
            say(f"{done:>10,} requests: {held[-1]:.0f} MB")
    if bad:
        raise SystemExit(f"Not all was answered well: {bad}")
    say(f"{done:,} requests in {time.monotonic() - began_at:.0f} s; {held[0]:.0f} MB before")
    return held


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
