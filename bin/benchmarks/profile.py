"""Where the time of a page goes. Run by bin/bench profile.

The page is asked for inside one process, through the WSGI application with the settings of production: first as it
is, then under Python's own profiler. That makes calls dearer than they are, so read it for what is hot and not for
how long it takes.
"""

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks import descope as stand_in
from benchmarks.checkouts import Checkout
from benchmarks.figures import GALLEY
from benchmarks.pages import Visit, pages
from benchmarks.servers import ROOT


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *told: sys.exit("Stopped."))  # With all that was started.
    folder = Path(os.environ["DATA_DIR"])
    with ExitStack() as running:
        descope = stand_in.serve(folder / "descope")
        running.callback(descope.stop)
        checkout = Checkout.make(GALLEY, ROOT, folder, stand_in.settings_for_sites(descope))
        site = checkout.seed(stand_in.tokens())
        server = checkout.serve()
        try:
            server.wait_for("/")
            visits = [Visit.of(page, server.url, site["keys"]) for page in pages(site) if options.page in page.name]
        finally:
            server.stop()
        for visit in visits:
            print_profile(checkout, visit, options.requests)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench profile", description=__doc__)
    parser.add_argument("--requests", type=int, default=3000, help="how often each page is asked for")
    parser.add_argument("--page", default="post, reader", metavar="TEXT", help="the pages whose name has this")
    return parser.parse_args()


def print_profile(checkout: Checkout, visit: Visit, times: int) -> None:
    told = checkout.run("profile", {"url": visit.url, "headers": visit.headers, "times": times})
    say(f"\n{visit.page.name}: {told['micros']:.0f} µs of CPU without the profiler, over {times} requests")
    say(f"{'own time':>9} {'calls':>8}  function")
    for one in told["functions"]:
        say(f"{one['share']:9.1%} {one['calls']:8.1f}  {one['name']}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
