from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0003_who_wrote_and_who_approved"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "in_review"), _negated=True),
                    models.Q(("submitted_at__isnull", False), ("submitted_revision__isnull", False)),
                    _connector="OR",
                ),
                name="post_in_review_has_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheduled_at", None), ("scheduled_revision", None)),
                    models.Q(
                        ("published_at__isnull", False),
                        ("scheduled_at__isnull", False),
                        ("scheduled_revision__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="post_schedule_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unpublish_at", None),
                    ("scheduled_at", None),
                    ("scheduled_at__lt", models.F("unpublish_at")),
                    _connector="OR",
                ),
                name="post_begins_before_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimed_by", None), ("status", "in_review"), _connector="OR"),
                name="post_claimed_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deleted_at", None),
                    models.Q(("body", ""), ("live_revision", None), ("scheduled_revision", None), ("title", "")),
                    _connector="OR",
                ),
                name="post_deleted_was_never_live",
            ),
        ),
    ]
