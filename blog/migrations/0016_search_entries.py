"""What posts are found by, and the full-text index beside it, in the way of each database."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# Words are got apart, folded and stemmed before they come here: “ascii” splits at spaces and leaves the rest alone.
# The triggers that fill it are put in place after every migration, because SQLite loses those of a table made anew.
FOR_SQLITE = """
CREATE VIRTUAL TABLE blog_search USING fts5 (
    title, tags, excerpt, text,
    content = 'blog_searchentry', content_rowid = 'revision_id', tokenize = 'ascii', prefix = '3 4'
)
"""

# Without PostgreSQL's own parser, which would take the words apart again, each in another way.
FOR_POSTGRESQL = [
    """
CREATE FUNCTION blog_search_words(words text, weight text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        string_agg('''' || word || ''':' || least(place, 16383) || weight, ' '), ''
    )::tsvector
    FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS one (word, place)
    WHERE word <> ''
$$
""",
    """
ALTER TABLE blog_searchentry ADD COLUMN vector tsvector GENERATED ALWAYS AS (
    blog_search_words(title, 'A') || blog_search_words(tags, 'B')
    || blog_search_words(excerpt, 'C') || blog_search_words(text, 'D')
) STORED
""",
    "CREATE INDEX blog_search_vector ON blog_searchentry USING gin (vector) WHERE NOT waits",
]


def make_index(apps: Any, schema_editor: Any) -> None:
    statements = [FOR_SQLITE] if schema_editor.connection.vendor == "sqlite" else FOR_POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement)


def drop_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for event in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS blog_search_{event}")
        schema_editor.execute("DROP TABLE blog_search")
    else:
        schema_editor.execute("ALTER TABLE blog_searchentry DROP COLUMN vector")
        schema_editor.execute("DROP FUNCTION blog_search_words(text, text)")


class Migration(migrations.Migration):
    dependencies = [("blog", "0015_editions_for_feeds")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "revision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="blog.revision",
                    ),
                ),
                ("waits", models.BooleanField(help_text="Whether its time is still to come.")),
                ("stemmer", models.CharField(blank=True, max_length=20)),
                ("maker", models.CharField(max_length=60)),
                ("title", models.TextField()),
                ("tags", models.TextField(help_text="As its author spelled them.")),
                ("excerpt", models.TextField(help_text="Where its author wrote one.")),
                ("text", models.TextField()),
                (
                    "post",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="blog.post"),
                ),
            ],
            options={
                "verbose_name_plural": "search entries",
                "indexes": [models.Index(fields=["waits", "stemmer"], name="search_entry_languages")],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
