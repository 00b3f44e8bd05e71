"""What names all that readers see. Its row comes with `migrate`, and its triggers as all others: blog/site_version.py."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0022_pings_by_keys")]

    operations = [
        migrations.CreateModel(
            name="SiteVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(max_length=32)),
            ],
        ),
    ]
