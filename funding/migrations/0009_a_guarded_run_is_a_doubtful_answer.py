from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0008_proposals_know_what_they_saw")]

    operations = [
        migrations.AlterField(
            model_name="syncrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "En cours"),
                    ("unchanged", "Rien de nouveau"),
                    ("planned", "À blanc : rien n’est écrit"),
                    ("applied", "Appliquée"),
                    ("guarded", "Réponse douteuse : rien n’est fermé"),
                    ("failed", "En échec"),
                    ("lost", "Interrompue"),
                ],
                default="running",
                max_length=10,
                verbose_name="état",
            ),
        ),
    ]
