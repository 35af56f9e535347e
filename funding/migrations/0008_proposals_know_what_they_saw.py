from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0007_snapshots_know_their_next_moment")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="basis_digest",
            field=models.CharField(default="", max_length=64, verbose_name="empreinte de la valeur d’aujourd’hui"),
            preserve_default=False,
        ),
    ]
