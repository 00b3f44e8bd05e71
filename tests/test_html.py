"""Every kind of page is HTML as the standard has it."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from blog.models import Image, Post
from config.errors import broken
from tests.blog.images.files import picture
from tests.conftest import signed_in

ROOT = Path(settings.BASE_DIR)
VALIDATOR = ROOT / "node_modules/html-validate/bin/html-validate.mjs"
CONFIG = ROOT / ".htmlvalidate.mjs"
NODE = shutil.which("node") or ""
TEXT = """\
A paragraph with a [link](https://example.org), `code` and a footnote.[^1] Another.[^1]

## A heading

- one
- two

- [ ] to do
- [x] done

## Another heading

> Somebody's words

```python hl_lines="1"
def greet(name: str) -> str:  # A comment
    return f"hello {name}"
```

### A third

| Name | What it is |
| --- | ---: |
| galley | the proof that is read before printing |

Term
:   What it means

![A picture]({picture} "Its caption")

[^1]: Its source.
"""

READ = [
    "/", "/?page=2", "/tags", "/tags/craft-co", "/authors", "/authors/ed-editor", "/series", "/series/on-craft",
    "/archive", "/about", "/privacy", "/search", "/search?q=heading", "/search?q=zzz",
]  # fmt: skip
OF_AN_EDITOR = [
    "/write", "/desk", "/desk/mine", "/desk/drafts", "/desk/images", "/desk/notifications", "/account",
    "/account/tokens", "/account/notifications", "/account/delete", "/desk/author-page",
]  # fmt: skip
OF_A_POST = ["", "/edit", "/history", "/history?to=1", "/links", "/explain"]
OF_AN_ADMIN = ["/desk", "/desk/queue", "/desk/everything", "/desk/team", "/desk/people", "/desk/tags"]

pytestmark = pytest.mark.skipif(
    not (NODE and VALIDATOR.exists()), reason="SKIPPED: html-validate is not installed. Run bin/test, or: npm ci"
)


@pytest.fixture
def posts(editor: User, admin: User) -> dict[str, Post]:
    """A post of each kind: what readers see, what waits, a draft, and what was taken down."""
    image = Image.objects.upload(by=editor, data=picture(size=(40, 30)), alt="").image
    body = TEXT.replace("{picture}", image.get_absolute_url())
    posts = {}
    for name in ("live", "waiting", "draft", "gone", *(f"more-{number}" for number in range(21))):
        posts[name] = post = Post.objects.write(
            by=editor, title=f"A “{name}” <post> & more", body=body, tags=["craft & co"]
        )
        post.edit(
            series="On craft",
            corrections="It said “ship”.",
            by=editor,
            version=1,
            title=post.title,
            body=body,
            tags=post.tags,
            cover=image.get_absolute_url(),
            cover_alt="Red",
        )
        if name != "draft":
            post.submit(by=editor, note="Please.")
        if name not in ("draft", "waiting"):
            post.publish(by=admin, revision=1)
    posts["gone"].unpublish(by=admin)
    Post.objects.filter(pk=posts["gone"].pk).update(gone_as="gone", gone_note="It was wrong.")
    return posts


def pages(posts: dict[str, Post], ed: Client, ada: Client, visitor: Client) -> Iterator[tuple[int, str, Any]]:
    """Yield each page with its name, and the status it ought to have."""
    live, waiting, gone = posts["live"], posts["waiting"], posts["gone"]
    for path in READ:
        yield 200, path, visitor.get(path)
    yield 200, "a post", visitor.get(live.get_absolute_url())
    yield 200, "a post for its author", ed.get(live.get_absolute_url())
    yield 200, "a month", visitor.get(f"/archive/{live.published_at:%Y/%m}")
    yield 200, "a year", visitor.get(f"/archive/{live.published_at:%Y}")
    yield 410, "410", visitor.get(gone.get_absolute_url())
    yield 404, "404", visitor.get("/nothing-here")
    yield 403, "403", ada.get("/write")
    yield 500, "500", broken(visitor.get("/").wsgi_request)
    yield 200, "sign-in", visitor.get("/sign-in", headers={"host": "localhost:8000"})
    for path in OF_AN_EDITOR:
        yield 200, path, ed.get(path)
    for part in OF_A_POST:
        yield 200, part, ed.get(f"/desk/posts/{waiting.pk}{part}")
    yield 200, "a draft", ed.get(f"/desk/posts/{posts['draft'].pk}/edit")
    for path in OF_AN_ADMIN:
        yield 200, path, ada.get(path)
    for side in ("", "?show=changes", "?show=source", "?show=details"):
        yield 200, f"review{side}", ada.get(f"/desk/posts/{waiting.pk}/review{side}")


def test_every_page_is_html_as_the_standard_has_it(
    posts: dict[str, Post], editor: User, admin: User, settings: SimpleNamespace, tmp_path: Path
) -> None:
    settings.VISIBILITY, settings.SEARCH_ENGINES = "public", True
    names = {}
    for number, (status, name, page) in enumerate(pages(posts, signed_in(editor), signed_in(admin), Client())):
        assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8"), name
        names[f"{number:02}.html"] = name
        (tmp_path / f"{number:02}.html").write_bytes(page.content)

    faults = faults_of(tmp_path, names)
    assert not faults, "\n".join(faults)


def faults_of(folder: Path, names: dict[str, str]) -> list[str]:
    report = folder / "report.json"  # A pipe would lose what is longer than it holds.
    files = [str(folder / name) for name in names]
    command = [NODE, str(VALIDATOR), "--config", str(CONFIG), "--formatter", f"json={report}", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 — our own pages.
    assert report.exists(), done.stderr
    return [
        f"{names[Path(page['filePath']).name]}, line {fault['line']}: {fault['ruleId']}: {fault['message']}"
        for page in json.loads(report.read_text())
        for fault in page["messages"]
    ]
