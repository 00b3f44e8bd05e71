"""What the database itself sees to: that nothing sealed changes, and that nothing goes to readers unapproved."""

from accounts.guards import Event, Guard, Trigger, append_only, team_log
from blog.models import (
    Approval,
    FormerSlug,
    HistoryEntry,
    HouseRule,
    Image,
    ImageUse,
    Post,
    Revision,
    RevisionWriter,
    ShareLink,
    TagEntry,
)

from .copied_dates import COPIES
from .site_version import NOTES

APPROVAL, POST, REVISION = (model._meta.db_table for model in (Approval, Post, Revision))
WRITER, RULE = RevisionWriter._meta.db_table, HouseRule._meta.db_table
IMAGE, IMAGE_USE = Image._meta.db_table, ImageUse._meta.db_table
LINK, FORMER = ShareLink._meta.db_table, FormerSlug._meta.db_table


def _unapproved(pointer: str) -> str:
    return (
        f"NEW.{pointer} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {APPROVAL} JOIN {REVISION} "
        f"ON {REVISION}.id = {APPROVAL}.revision_id "
        f"WHERE {REVISION}.id = NEW.{pointer} AND {REVISION}.post_id = NEW.id)"
    )


def _changed(pointer: str) -> str:
    return f"COALESCE(NEW.{pointer}, 0) <> COALESCE(OLD.{pointer}, 0)"


POINTERS = ("live_revision_id", "scheduled_revision_id")
LINK_BOUNDS = ("post_id", "revision_id", "made_by_id")
CHANGES: tuple[Event, ...] = ("UPDATE", "DELETE")
WRITTEN_ONCE = (Revision, RevisionWriter, Approval, HistoryEntry, HouseRule, FormerSlug, TagEntry)
HAD_BY_ANOTHER = (
    f"EXISTS (SELECT 1 FROM {FORMER} WHERE {FORMER}.slug = NEW.slug AND {FORMER}.post_id <> COALESCE(NEW.id, 0))"
)

GUARDS: list[Guard] = [
    *(guard for model in WRITTEN_ONCE for guard in append_only(model)),
    *(
        Guard(f"post_{pointer}_approved", POST, "UPDATE", f"{_changed(pointer)} AND {_unapproved(pointer)}",
              "only an approved revision of this post goes to readers")
        for pointer in POINTERS
    ),
    *(
        Guard(f"post_{pointer}_approved_at_once", POST, "INSERT", _unapproved(pointer),
              "only an approved revision of this post goes to readers")
        for pointer in POINTERS
    ),
    Guard("image_never_changes", IMAGE, "UPDATE", "TRUE", "a picture is what it is named for"),
    *(
        Guard(f"image_use_sealed_against_{event.lower()}", IMAGE_USE, event, "OLD.revision_id IS NOT NULL",
              "what a sealed revision shows is never changed")
        for event in CHANGES
    ),
    Guard("post_never_removed", POST, "DELETE", "TRUE", "posts are never removed: their history is kept"),
    Guard("post_never_emptied", POST, "TRUNCATE", "TRUE", "posts are never removed: their history is kept"),
    Guard("post_keeps_its_address", POST, "UPDATE",
          "NEW.slug <> OLD.slug AND NEW.deleted_at IS NULL "
          f"AND EXISTS (SELECT 1 FROM {REVISION} WHERE {REVISION}.post_id = OLD.id) "
          f"AND NOT EXISTS (SELECT 1 FROM {FORMER} WHERE {FORMER}.post_id = OLD.id AND {FORMER}.slug = OLD.slug)",
          "the address of a post is sealed with its first revision, and is left only where it leads on"),
    Guard("post_leaves_addresses_to_their_owners", POST, "UPDATE",
          f"NEW.slug <> OLD.slug AND {HAD_BY_ANOTHER}", "another post had this address"),
    Guard("post_begins_at_an_address_of_its_own", POST, "INSERT", HAD_BY_ANOTHER, "another post had this address"),
    Guard("share_link_never_removed", LINK, "DELETE", "TRUE", "links to share are never removed, but ended"),
    Guard(
        "share_link_keeps_its_bounds",
        LINK,
        "UPDATE",
        f"{' OR '.join(_changed(column) for column in LINK_BOUNDS)} OR NEW.expires_at > OLD.expires_at "
        "OR NEW.token_digest <> OLD.token_digest OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL)",
        "a link opens what it was made for, until it ends",
    ),
    Guard(
        "approval_says_whose_words",
        APPROVAL,
        "INSERT",
        f"NOT NEW.is_own_words AND EXISTS (SELECT 1 FROM {WRITER} WHERE {WRITER}.revision_id = NEW.revision_id "
        f"AND {WRITER}.user_id = NEW.by_id)",
        "these are the words of the person who approves them",
    ),
    Guard(
        "approval_says_the_rule",
        APPROVAL,
        "INSERT",
        "NOT NEW.is_second_person_asked_for AND EXISTS (SELECT 1 FROM "
        f"{RULE} WHERE name = 'REQUIRE_SECOND_PERSON' AND CAST(value AS TEXT) = 'true' AND id = "
        f"(SELECT MAX(id) FROM {RULE} WHERE name = 'REQUIRE_SECOND_PERSON'))",
        "this site asks for a second person",
    ),
]  # fmt: skip

# And what the database notes for those who keep copies of pages, and copies for lists.
TRIGGERS: list[Trigger] = [*GUARDS, *NOTES, *COPIES]
# With those of accounts, which knows nothing of posts.
ALL_GUARDS: list[Trigger] = [*TRIGGERS, *team_log()]
