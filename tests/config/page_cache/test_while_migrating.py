"""That nothing is kept while nobody notes what changes."""

import pytest

from accounts.models import User
from blog.apps import _lay_guards_aside, _put_guards_back
from blog.models import Post

from .conftest import Site

POST = "/posts/on-proofs"


@pytest.mark.usefixtures("public")
def test_nothing_stale_is_shown_while_a_migration_has_laid_the_triggers_aside(
    site: Site, published: Post, admin: User
) -> None:
    browser = site.browser_of(None)
    assert browser.get(POST).status_code == 200
    _lay_guards_aside("default", plan=[object()])
    try:
        published.unpublish(by=admin)

        assert browser.get(POST).status_code == 404
    finally:
        _put_guards_back("default")
    assert browser.get(POST).status_code == 404
