from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0018_private_feeds_and_hub_pings")]

    operations = [
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
                ],
                name="post_readable",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(condition=models.Q(("waits", True)), fields=["revision"], name="search_entry_waiting"),
        ),
    ]
