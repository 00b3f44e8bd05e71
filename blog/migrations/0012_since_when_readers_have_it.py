"""Take from the history since when readers have had what they see, and when they last got other words."""

from typing import Any

from django.db import migrations

PUBLISHED = ("publish", "publish_alone")


def take_from_history(apps: Any, schema_editor: Any) -> None:
    post_model, entry_model = apps.get_model("blog", "Post"), apps.get_model("blog", "HistoryEntry")
    posts = post_model.objects.exclude(live_revision=None).only("pk", "live_revision").order_by("pk")
    for post in posts.iterator(chunk_size=200):
        entries = entry_model.objects.filter(post=post, verb__in=PUBLISHED).exclude(revision=None).order_by("pk")
        since, changed_at, before = None, None, None
        for entry in entries.select_related("revision").iterator(chunk_size=20):
            revision = entry.revision
            words = (revision.title, revision.body)
            if before is not None and before[0] != revision.pk and before[1] != words:
                changed_at = entry.at
            if revision.pk == post.live_revision_id and since is None:
                since = entry.at
            before = (revision.pk, words)
        post_model.objects.filter(pk=post.pk).update(live_since=since, text_changed_at=changed_at)


class Migration(migrations.Migration):
    dependencies = [("blog", "0011_editions")]

    operations = [migrations.RunPython(take_from_history, migrations.RunPython.noop)]
