"""The country of its investor on each lead: the list is filtered by it through one index."""

import ifa_crm.shared.fields
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def copy(apps, schema_editor):
    investors = apps.get_model("investors", "Investor").objects.filter(pk=OuterRef("investor"))
    country = Subquery(investors.values("control_country")[:1])
    apps.get_model("investors", "Lead").objects.update(investor_country=country)


class Migration(migrations.Migration):

    dependencies = [
        ('clusters', '0003_topics'),
        ('investors', '0019_enquiry_counts'),
        ('staff', '0003_saved_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='lead',
            name='investor_country',
            field=ifa_crm.shared.fields.CopiedField(blank=True, default='', editable=False, max_length=2, of='investor.control_country', verbose_name='controlled from'),
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['investor_country', 'status', '-received_at', '-id', 'restricted', 'owner', 'deputy', 'waiting_until', 'next_due', 'reply_due_at', 'archived_at'], name='investors_lead_country'),
        ),
    ]
