"""Indexes that Today reads by; and none on a key with which another index already begins.

The index alone is dropped: SQLite would otherwise write each table anew.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


REPEATED = (
    ("investors_action_lead_id_03cb00e9", "investors_action", "lead_id"),
    ("investors_engagement_cluster_id_a932c156", "investors_engagement", "cluster_id"),
    ("investors_interaction_lead_id_9ac5108d", "investors_interaction", "lead_id"),
    ("investors_lead_owner_id_03d143cb", "investors_lead", "owner_id"),
    ("investors_leadlog_lead_id_ef4e2046", "investors_leadlog", "lead_id"),
    ("investors_milestone_engagement_id_bb92a935", "investors_milestone", "engagement_id"),
    ("investors_shortlisting_cluster_id_f9cf6359", "investors_shortlisting", "cluster_id"),
    ("investors_shortlisting_lead_id_d78b8ecf", "investors_shortlisting", "lead_id"),
    (
        "investors_shortlistinglog_shortlisting_id_c99999e6",
        "investors_shortlistinglog",
        "shortlisting_id",
    ),
)


def _dropped(index: str, table: str, column: str) -> migrations.RunSQL:
    back = f'CREATE INDEX "{index}" ON "{table}" ("{column}")'
    return migrations.RunSQL(f'DROP INDEX IF EXISTS "{index}"', back)


class Migration(migrations.Migration):
    dependencies = [
        ("clusters", "0003_topics"),
        ("investors", "0017_matching"),
        ("staff", "0003_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="action",
            name="investors_action_mine",
        ),
        migrations.RemoveIndex(
            model_name="interaction",
            name="investors_interaction_wait",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="investors_lead_owner_due",
        ),
        migrations.RemoveIndex(
            model_name="shortlisting",
            name="investors_shortlist_cluster",
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="action",
                    name="lead",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="investors.lead",
                        verbose_name="lead",
                    ),
                ),
                migrations.AlterField(
                    model_name="engagement",
                    name="cluster",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="engagements",
                        to="clusters.cluster",
                        verbose_name="lead cluster",
                    ),
                ),
                migrations.AlterField(
                    model_name="interaction",
                    name="lead",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interactions",
                        to="investors.lead",
                        verbose_name="lead",
                    ),
                ),
                migrations.AlterField(
                    model_name="lead",
                    name="owner",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads_owned",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                migrations.AlterField(
                    model_name="leadlog",
                    name="lead",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log",
                        to="investors.lead",
                        verbose_name="lead",
                    ),
                ),
                migrations.AlterField(
                    model_name="milestone",
                    name="engagement",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="investors.engagement",
                        verbose_name="engagement",
                    ),
                ),
                migrations.AlterField(
                    model_name="shortlisting",
                    name="cluster",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shortlistings",
                        to="clusters.cluster",
                        verbose_name="cluster",
                    ),
                ),
                migrations.AlterField(
                    model_name="shortlisting",
                    name="lead",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shortlist",
                        to="investors.lead",
                        verbose_name="lead",
                    ),
                ),
                migrations.AlterField(
                    model_name="shortlistinglog",
                    name="shortlisting",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log",
                        to="investors.shortlisting",
                        verbose_name="shortlisted cluster",
                    ),
                ),
            ],
            database_operations=[_dropped(*each) for each in REPEATED],
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["assignee", "due", "lead"],
                name="investors_action_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("assignee__isnull", True), ("done_at__isnull", True)),
                fields=["due", "lead"],
                name="investors_action_nobodys",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["owner", "status", "next_due", "archived_at"],
                name="investors_lead_owner_due",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True), ("reply_due_at__isnull", False)),
                fields=["owner", "reply_due_at"],
                name="investors_lead_owner_reply",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True), ("deputy__isnull", False)),
                fields=["deputy", "reply_due_at"],
                name="investors_lead_deputy_reply",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True)),
                fields=["status", "next_due", "priority", "received_at", "id"],
                name="investors_lead_unplanned",
            ),
        ),
        migrations.AddIndex(
            model_name="shortlisting",
            index=models.Index(
                fields=["cluster", "state", "state_since"], name="investors_shortlist_cluster"
            ),
        ),
    ]
