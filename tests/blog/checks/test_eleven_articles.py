"""What the checks say of eleven real articles, written elsewhere by people who had never heard of them.

Each finding was looked at: these are right, and nothing else in the articles is wrong that a check should see. The
feed is not ours to ship, so where it is not beside the checkout, this is skipped.
"""

from collections import Counter

import pytest
from django.core.management import call_command

from accounts.models import User
from blog import checks
from blog.checks.site import image_bytes, resolves_for
from blog.models import Post
from tests.blog.test_eleven_articles import FEED

pytestmark = pytest.mark.skipif(not FEED.exists(), reason=f"no {FEED}: the eleven articles are not on this machine")

# All lack a description: a feed brings none. One starts at ### and goes up to ##; its pictures are named by their
# files, but one, “image”; and one other picture is called “Screenshot”.
EXPECTED = {
    "Create a simple Facebook and Instagram AR filter": {"heading-order": 1, "image-alt": 9, "description-missing": 1},
    "A session on Introduction to SparkAR": {"image-alt": 1, "description-missing": 1},
}
NOTHING_ELSE = {"description-missing": 1}


@pytest.fixture
def imported(editor: User) -> list[Post]:
    call_command("import_feed", str(FEED), author=editor.email)
    return list(Post.objects.order_by("pk"))


def test_what_is_found_in_eleven_real_articles_is_right_and_stops_none_of_them(
    imported: list[Post], editor: User
) -> None:
    assert len(imported) == 11
    for post in imported:
        resolves = resolves_for(editor, Post.objects.all(), post.html)
        findings = checks.run(post, resolves=resolves, image_bytes=image_bytes)
        counts = Counter(finding.check for finding in findings)

        print(f"{sum(counts.values()):2} {post.title}: {dict(counts)}")  # noqa: T201 — for -s.
        assert counts == EXPECTED.get(post.title, NOTHING_ELSE), post.title
        assert checks.blocking(findings, editor) == []
        placed = [finding for finding in findings if finding.check != "description-missing"]
        for finding in placed:
            assert finding.line is not None
            line = post.body.splitlines()[finding.line - 1]
            assert finding.excerpt.split("…")[0] in line
