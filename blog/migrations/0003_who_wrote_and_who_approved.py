from typing import Any

from django.db import migrations
from django.db.models import F


def write_down(apps: Any, schema_editor: Any) -> None:
    """Say of what is there already who wrote it, who let it go to readers, and since when it waits."""
    post_model, revision_model = apps.get_model("blog", "Post"), apps.get_model("blog", "Revision")
    writer_model, approval_model = apps.get_model("blog", "RevisionWriter"), apps.get_model("blog", "Approval")
    history_model = apps.get_model("blog", "HistoryEntry")

    for revision in revision_model.objects.select_related("post").iterator():
        revision_model.objects.filter(pk=revision.pk).update(author=revision.post.author_id)
        writers = {revision.post.author_id, revision.created_by_id}
        writer_model.objects.bulk_create(
            (writer_model(revision=revision, user_id=user) for user in sorted(writers)), ignore_conflicts=True
        )
    for post in post_model.objects.only("pk", "author_id").iterator():
        post_model.objects.filter(pk=post.pk).update(writers=[post.author_id])
    for post in post_model.objects.exclude(submitted_revision=None).select_related("submitted_revision"):
        post_model.objects.filter(pk=post.pk).update(submitted_at=post.submitted_revision.created_at)
    published = history_model.objects.filter(verb="publish").annotate(live=F("post__live_revision"))
    for entry in published.filter(live=F("revision")).order_by("pk").iterator():
        if approval_model.objects.filter(revision=entry.revision_id).exists():
            continue
        is_own = writer_model.objects.filter(revision=entry.revision_id, user=entry.by_id).exists()
        approval_model.objects.create(
            revision_id=entry.revision_id,
            by_id=entry.by_id,
            at=entry.at,
            is_own_words=is_own,
            is_second_person_asked_for=False,
            reason="",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0002_schedules_claims_and_approvals"),
    ]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
