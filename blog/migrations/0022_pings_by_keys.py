"""What the hub is still to be told is known by its key: the address may change before it is told."""

from typing import Any

from django.db import migrations, models

MODELS = {"tag": ("Tag", "pk"), "author": ("Author", "user_id"), "series": ("Series", "pk")}


def take_keys(apps: Any, schema_editor: Any) -> None:
    _replace(apps, lambda model, key, ping: model.objects.filter(slug=ping.slug).values_list(key, flat=True), "key")


def take_slugs(apps: Any, schema_editor: Any) -> None:
    _replace(
        apps, lambda model, key, ping: model.objects.filter(**{key: ping.key}).values_list("slug", flat=True), "slug"
    )


def _replace(apps: Any, found: Any, field: str) -> None:
    """What is at that address no more has no feed to tell of."""
    for ping in apps.get_model("blog", "HubPing").objects.exclude(kind="site"):
        name, key = MODELS[ping.kind]
        value = found(apps.get_model("blog", name), key, ping).first()
        if value is None:
            ping.delete()
        else:
            setattr(ping, field, value)
            ping.save()


class Migration(migrations.Migration):
    dependencies = [("blog", "0021_handles_nobody_gets")]

    operations = [
        migrations.RemoveConstraint(model_name="hubping", name="hub_ping_once"),
        migrations.AddField(model_name="hubping", name="key", field=models.PositiveBigIntegerField(default=0)),
        migrations.RunPython(take_keys, take_slugs),
        migrations.RemoveField(model_name="hubping", name="slug"),
        migrations.AddConstraint(
            model_name="hubping",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="hub_ping_once"),
        ),
    ]
