from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0019_what_says_who_may_read"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="post",
            name="post_readable",
        ),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["revision", "post", "author", "series"], name="edition_found_by"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=[
                    "published_at",
                    "live_revision",
                    "scheduled_revision",
                    "scheduled_at",
                    "unpublish_at",
                    "deleted_at",
                    "author",
                    "text_changed_at",
                ],
                name="post_readable",
            ),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["canonical_url"], name="revision_elsewhere"),
        ),
    ]
