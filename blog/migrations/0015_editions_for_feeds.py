from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0014_tag_log")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="feed_html",
            field=models.TextField(
                default="",
                help_text="Its page as feed readers need it, with the site’s own addresses beginning with a slash.",
            ),
        ),
    ]
