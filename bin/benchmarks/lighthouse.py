"""Lighthouse over a front page and a post, on a server as in production. Run by bin/bench lighthouse.

It needs npx, which brings Lighthouse, and a Chromium.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[2]
LIGHTHOUSE = "lighthouse@12.8.2"
ROUNDS = 3
TRIES = 3  # Now and then it cannot find the browser that it has just started.
POSTS = 25
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PARAGRAPH = (
    "A galley is the proof that is pulled before the pages are made up: one long column of type, with room in its "
    "margins for whoever reads it. What is wrong there costs a stroke of the pencil; what is wrong later costs a page. "
)
TEXT = """\
{opening}

![A red sheet]({picture} "The first sheet, as it came from the press.")

## Reading

{paragraphs}

> Read it once for the sense, and once for the letters.

## Setting

```python hl_lines="2"
def set_line(words: list[str]) -> str:
    return " ".join(words)
```

| Size | Name |
| --- | --- |
| 8 pt | petit |
| 10 pt | corps |

## Printing

{paragraphs}

[^1]: So it was called after the tray it lay in.
"""


def main() -> None:
    from benchmarks.auth import free_port

    port = free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "false",
        "PORT": str(port),
        "SITE_URL": f"http://localhost:{port}",
        "VISIBILITY": "public",
        "DESCOPE_PROJECT_ID": "P2benchmarkonly",
    }
    django.setup()
    slug = seed()
    subprocess.run([sys.executable, "bin/_preflight.py"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    with (Path(os.environ["DATA_DIR"]) / "server.log").open("wb") as log:
        command = [f"{Path(sys.executable).parent}/granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4", "config.wsgi:application"]
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603 — ours.
    try:
        wait_for(f"http://localhost:{port}/healthz")
        sys.stdout.write(f"{'':22}{''.join(f'{name:>16}' for name in CATEGORIES)}\n")
        for what, path in (("front page", "/"), ("post", f"/posts/{slug}")):
            for device in ("mobile", "desktop"):
                print_scores(f"{what}, {device}", f"http://localhost:{port}{path}", device)
    finally:
        server.terminate()
        server.wait(timeout=20)


def seed() -> str:
    """Publish posts through the verbs, and return the address of the newest."""
    from django.core.management import call_command
    from PIL import Image as Picture

    from accounts.models import User
    from accounts.roles import Role
    from blog.models import Image, Post

    call_command("migrate", verbosity=0)
    editor = User.objects.create(subject="Ubench-editor", name="Ed Editor", email="ed@example.com")
    admin = User.objects.create(subject="Ubench-admin", name="Ada Admin", email="ada@example.com")
    editor.roles, admin.roles = frozenset({Role.EDITOR}), frozenset({Role.ADMIN})
    drawn = BytesIO()
    Picture.linear_gradient("L").resize((1600, 900)).convert("RGB").save(drawn, "PNG")
    picture = Image.objects.upload(by=editor, data=drawn.getvalue(), alt="A red sheet").image.get_absolute_url()
    for number in range(1, POSTS + 1):
        opening = f"{PARAGRAPH}This is number {number}.[^1]"
        text = TEXT.format(opening=opening, picture=picture, paragraphs="\n\n".join([PARAGRAPH * 3] * 3))
        tags = ["proofs", f"sheet {number % 5}"]
        post = Post.objects.write(by=editor, title=f"On galley proofs, number {number}", body=text, tags=tags)
        post.submit(by=editor)
        post.publish(by=admin, revision=1)
    return post.slug


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 — our own server.
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start:\n" + (Path(os.environ["DATA_DIR"]) / "server.log").read_text())


def print_scores(what: str, url: str, device: str) -> None:
    """Print the median of each category, and what kept it from 100."""
    reports = [report(url, device) for _ in range(ROUNDS)]
    scores = {name: statistics.median(one["categories"][name]["score"] * 100 for one in reports) for name in CATEGORIES}
    sys.stdout.write(f"{what:22}{''.join(f'{scores[name]:16.0f}' for name in CATEGORIES)}\n")
    last = reports[-1]
    for name in CATEGORIES:
        for audit in last["categories"][name]["auditRefs"]:
            found = last["audits"][audit["id"]]
            if audit["weight"] and found["score"] is not None and found["score"] < 0.9:
                sys.stdout.write(f"  {name}: {found['title']} ({found.get('displayValue', found['score'])})\n")


def report(url: str, device: str) -> dict[str, Any]:
    chrome = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    npx = shutil.which("npx")
    if not chrome or not npx:
        raise SystemExit("bin/bench lighthouse needs npx (Node 20 or newer) and a Chromium.")
    command = [npx, "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--chrome-flags={CHROME_FLAGS}"]
    command += ["--preset=desktop"] if device == "desktop" else []
    for _ in range(TRIES):
        run = subprocess.run(command, env=os.environ | {"CHROME_PATH": chrome}, capture_output=True)  # noqa: S603
        if run.returncode == 0:
            told: dict[str, Any] = json.loads(run.stdout)
            return told
    raise SystemExit(f"Lighthouse failed {TRIES} times:\n{run.stderr.decode()[-2000:]}")


if __name__ == "__main__":
    main()
