import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_what_came_of_it"),
        ("blog", "0010_renderer_of_working_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=300, unique=True)),
                ("slug", models.SlugField(allow_unicode=True, max_length=120, unique=True)),
            ],
            options={
                "verbose_name_plural": "series",
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("slug", models.SlugField(allow_unicode=True, max_length=120, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="post",
            name="corrections",
            field=models.TextField(blank=True, default="", help_text="What was put right, a sentence on each line."),
        ),
        migrations.AddField(
            model_name="post",
            name="language",
            field=models.CharField(blank=True, default="", max_length=35),
        ),
        migrations.AddField(
            model_name="post",
            name="live_since",
            field=models.DateTimeField(
                blank=True, help_text="When the live revision first came to readers.", null=True
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="series",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="post",
            name="text_changed_at",
            field=models.DateTimeField(
                blank=True, help_text="When readers last got other words than before.", null=True
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="corrections",
            field=models.TextField(blank=True, default="", help_text="What was put right, a sentence on each line."),
        ),
        migrations.AddField(
            model_name="revision",
            name="language",
            field=models.CharField(blank=True, default="", max_length=35),
        ),
        migrations.AddField(
            model_name="revision",
            name="series",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(allow_unicode=True, help_text="Their handle.", max_length=120, unique=True)),
                ("bio", models.CharField(blank=True, default="", max_length=500)),
                ("website", models.URLField(blank=True, default="", max_length=300)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="as_author", to="accounts.user"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormerHandle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(allow_unicode=True, max_length=120, unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_handles", to="blog.author"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(allow_unicode=True, max_length=80, unique=True)),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="former_slugs", to="blog.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormerTagSlug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(allow_unicode=True, max_length=120, unique=True)),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_slugs", to="blog.tag"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TagSpelling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=300, unique=True)),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spellings", to="blog.tag"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="edition",
                        serialize=False,
                        to="blog.revision",
                    ),
                ),
                ("language", models.CharField(blank=True, default="", max_length=35)),
                (
                    "contents",
                    models.JSONField(default=list, help_text="Its headings: level, id on the page, and text."),
                ),
                ("text", models.TextField(help_text="Its words, without the mark-up.")),
                ("image_count", models.PositiveIntegerField()),
                (
                    "changes_text",
                    models.BooleanField(help_text="Whether its title or text differs from what readers saw before."),
                ),
                (
                    "corrections",
                    models.JSONField(
                        default=list,
                        help_text="What was put right, in sentences, and when: null for when this goes live.",
                    ),
                ),
                ("maker", models.CharField(max_length=40)),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.user"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="editions", to="blog.post"
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="blog.series",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["author", "post"], name="edition_of_author"),
                    models.Index(fields=["series", "post"], name="edition_in_series"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tagging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taggings", to="blog.post"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taggings", to="blog.revision"
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taggings", to="blog.tag"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "indexes": [models.Index(fields=["tag", "post"], name="tagging_posts")],
                "constraints": [models.UniqueConstraint(fields=("revision", "tag"), name="tagging_once")],
            },
        ),
    ]
