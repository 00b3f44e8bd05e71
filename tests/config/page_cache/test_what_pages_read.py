"""That the database notes a change of everything that kept pages are made of."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from blog.site_version import SHOWN

from .conftest import Site
from .test_cache import PAGES

# What pages are made of and may change without notice, and why.
SEALED = {"blog_revision", "blog_approval", "blog_revisionwriter"}  # Never changes.
LEADS_ON = {"blog_formerslug", "blog_formeraddress", "blog_formertagslug", "blog_formerhandle"}  # Answers are not kept.
OF_THE_ASKER = {"accounts_session", "blog_notification", "blog_siteversion"}  # Asked at each request.
HAS_BEEN_PUBLISHED = {"blog_historyentry"}  # Asked of what is gone alone, and that answer is not kept.
COLUMNS_NOT_SHOWN = {
    "blog_post": {
        *("id", "created_at", "source_id"),  # These never change.
        *("gone_as", "gone_note", "gone_to"),  # What is gone is not kept.
        # Of the working copy: who works on it is not given copies of lists that have it.
        *(
            "status",
            "version",
            "title",
            "body",
            "tags",
            "excerpt",
            "cover",
            "cover_alt",
            "canonical_url",
            "series",
            "html",
        ),
        *("corrections", "language", "html_version", "html_renderer", "problem", "problem_line", "returned_reason"),
        *("submitted_revision_id", "submitted_at", "claimed_by_id", "claimed_at", "updated_at", "write_key", "writers"),
    },
    "accounts_user": {
        *("id", "subject", "created_at"),  # These never change.
        *("email", "is_disabled", "tokens_not_before", "known_roles", "roles_known_at", "roles_asked_at"),
        "picture_source",
    },
}


@pytest.mark.usefixtures("published", "public")
def test_a_change_of_all_that_pages_read_is_noted(site: Site, reader: User, admin: User) -> None:
    browsers = [site.browser_of(None), site.browser_of(reader), site.browser_of(admin)]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for browser in browsers:
            for path in PAGES:
                browser.get(path)

    asked = " ".join(query["sql"] for query in queries)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', asked))
    shown = {model._meta.db_table: columns for model, columns in SHOWN.items()}
    assert tables - set(shown) <= SEALED | LEADS_ON | OF_THE_ASKER | HAS_BEEN_PUBLISHED
    for table, columns in shown.items():
        if columns:
            read = set(re.findall(rf'"{table}"\."(\w+)"', asked))
            assert read - set(columns) <= COLUMNS_NOT_SHOWN[table]
