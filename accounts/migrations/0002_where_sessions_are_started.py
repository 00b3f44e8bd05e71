from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="network",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="Of the address it was started from.", max_length=50
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="user_agent",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
