from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0005_notifications"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="words_added",
            field=models.PositiveIntegerField(
                help_text="Against what readers saw, or were to see, when it was sealed. Empty where that was nothing.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="words_removed",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
