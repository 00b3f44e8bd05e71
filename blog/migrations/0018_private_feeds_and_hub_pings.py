import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_what_came_of_it"),
        ("blog", "0017_former_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="HubPing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("slug", models.CharField(blank=True, default="", max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(db_index=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "slug"), name="hub_ping_once")],
            },
        ),
        migrations.CreateModel(
            name="PrivateFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("locked_token", models.TextField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(help_text="To five minutes.", null=True)),
                ("last_used_by", models.CharField(blank=True, default="", max_length=200)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="private_feed", to="accounts.user"
                    ),
                ),
            ],
        ),
    ]
