"""No index of its own on a key with which another index already begins.

The index alone is dropped: SQLite would otherwise write each table anew.
"""

import django.db.models.deletion
from django.db import migrations, models


REPEATED = (
    ("meetings_meeting_cluster_id_2fa43f93", "meetings_meeting", "cluster_id"),
    ("meetings_participant_meeting_id_4a769a34", "meetings_participant", "meeting_id"),
)


def _dropped(index: str, table: str, column: str) -> migrations.RunSQL:
    back = f'CREATE INDEX "{index}" ON "{table}" ("{column}")'
    return migrations.RunSQL(f'DROP INDEX IF EXISTS "{index}"', back)


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0003_topics"),
        ("meetings", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="meeting",
                    name="cluster",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="clusters.cluster",
                        verbose_name="cluster",
                    ),
                ),
                migrations.AlterField(
                    model_name="participant",
                    name="meeting",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participants",
                        to="meetings.meeting",
                        verbose_name="introduction",
                    ),
                ),
            ],
            database_operations=[_dropped(*each) for each in REPEATED],
        ),
    ]
