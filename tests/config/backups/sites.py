"""Sites in processes of their own, each with its own data, on the kind of database that the tests run on."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

import psycopg
from django.conf import settings

from tests import tables
from tests.browser.server import Server
from tests.settings import ON_POSTGRESQL

ROOT = Path(settings.BASE_DIR)
SEED = """
from datetime import timedelta
import io
from django.utils import timezone
from PIL import Image as Drawn
from accounts import people
from accounts.descope import Profile
from accounts.models import ApiToken, Session
from accounts.roles import roles_named
from blog.models import Image, Post, PrivateFeed

def person(name, *roles):
    user, _ = people.register(Profile(f"U{name}", name, f"{name}@example.com", is_enabled=True))
    user.roles = roles_named(roles)
    return user

ed, ada = person("ed", "editor"), person("ada", "admin")
file = io.BytesIO()
Drawn.new("RGB", (900, 300), "red").save(file, "PNG")
picture = Image.objects.upload(by=ed, data=file.getvalue(), alt="Red")
for number in range(3):
    post = Post.objects.write(by=ed, title=f"Post {number}", body=f"Words {number}. {picture.markdown}", tags=["craft"])
    post.submit(by=ed)
    post.publish(by=ada, revision=1)
now = timezone.now()
Session.objects.create(
    key_digest="x" * 64, user=ed, payload={}, token_expires_at=now, locked_refresh_token="x", started_at=now
)
ApiToken.objects.create(user=ed, name="bot", digest="y" * 64, scopes=["read"], expires_at=now + timedelta(days=9))
PrivateFeed.objects.renew(ed)
"""
# Until it is stopped: each text shows a picture of its own, and is sealed.
KEEP_WRITING = (
    SEED.partition("ed, ada")[0]
    + """
from itertools import count
from django.db import connection
ed = person("ed", "editor")
for number in count():
    file = io.BytesIO()
    Drawn.new("RGB", (40 + number % 500, 30), (number % 256, 0, 0)).save(file, "PNG")
    picture = Image.objects.upload(by=ed, data=file.getvalue(), alt="")
    Post.objects.write(by=ed, title=f"While it is taken {number}", body=picture.markdown).submit(by=ed)
    print(number, flush=True)
"""
)


@dataclass(frozen=True)
class Site(Server):
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | ({"DATABASE_URL": self.database_url} if self.database_url else {})

    def manage(self, *arguments: object, largest_file: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run one of the commands; if asked to, on a disk that is full after so many bytes of a file."""

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(  # noqa: S603 — our own program.
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limited if largest_file else None,
        )

    def run(self, script: str) -> str:
        done = self.manage("shell", "-v0", "-c", script)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def begins(self, script: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdin=PIPE, stdout=PIPE, text=True)  # noqa: S603 — as above.

    def told(self, expression: str) -> Any:
        """Return what the site's own models say."""
        return self.run(f"from blog.models import *; from accounts.models import *; print({expression})")


@contextmanager
def empty_site(folder: Path, template: str = "template1") -> Iterator[Site]:
    """A place for a site, with nothing in it, or on PostgreSQL what is in the template."""
    folder.mkdir()
    if not ON_POSTGRESQL:
        yield Site("http://localhost:8400", folder)
        return
    name = f"test_galley_{os.getpid()}_{abs(hash(folder))}"
    server = os.environ["TEST_DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Site("http://localhost:8400", folder, database_url=f"{server.rpartition('/')[0]}/{name}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def site_with_posts(folder: Path) -> Iterator[Site]:
    with empty_site(folder, tables.of_postgresql() if ON_POSTGRESQL else "") as site:
        site.prepare()
        site.run(SEED)
        yield site
