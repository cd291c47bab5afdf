import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import ifa_crm.shared.acting
import ifa_crm.shared.fields
import ifa_crm.staff.models
import meetings.models
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clusters', '0001_initial'),
        ('investors', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),  # for the exclusion constraint of bookings; nothing on SQLite
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', ifa_crm.shared.fields.ReferenceField(default=ifa_crm.shared.fields.new_reference, editable=False, max_length=12, unique=True)),
                ('form', models.CharField(choices=[('meeting', 'Meeting'), ('call', 'Call'), ('email', 'E-mail'), ('without us', 'Made without us')], default='meeting', max_length=12, verbose_name='form')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('confirmed', 'Confirmed'), ('held', 'Held'), ('no-show', 'No-show'), ('cancelled', 'Cancelled')], default='draft', editable=False, max_length=10, verbose_name='state')),
                ('purpose', models.CharField(blank=True, max_length=300, verbose_name='purpose')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('time_zone', models.CharField(default='Europe/Paris', max_length=60, validators=[ifa_crm.staff.models.validate_time_zone], verbose_name='time zone')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('link', models.URLField(blank=True, max_length=400, verbose_name='link')),
                ('uid', models.CharField(default=meetings.models.new_uid, editable=False, max_length=80, unique=True, verbose_name='calendar UID')),
                ('sequence', models.PositiveIntegerField(default=0, editable=False, verbose_name='calendar sequence')),
                ('cancelled_by', models.CharField(blank=True, choices=[('investor', 'The investor'), ('cluster', 'The cluster'), ('agency', 'The agency')], editable=False, max_length=10, verbose_name='cancelled by')),
                ('cancel_reason', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why cancelled')),
                ('no_show_by', models.CharField(blank=True, choices=[('investor', 'The investor'), ('cluster', 'The cluster'), ('agency', 'The agency')], editable=False, max_length=10, verbose_name='who did not come')),
                ('summary', models.TextField(blank=True, verbose_name='what was said')),
                ('held_recorded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='recorded as held')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='clusters.cluster', verbose_name='cluster')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='planned by')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='investors.lead', verbose_name='lead')),
                ('shortlisting', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='investors.shortlisting', verbose_name='shortlisted cluster')),
            ],
            options={
                'verbose_name': 'introduction',
                'verbose_name_plural': 'introductions',
                'ordering': ['-starts_at', '-pk'],
            },
            bases=(ifa_crm.shared.acting.Audited, models.Model),
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_key', models.CharField(db_index=True, max_length=260, verbose_name='person')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='to')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='meetings.meeting', verbose_name='introduction')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'ordering': ['starts_at'],
            },
        ),
        migrations.CreateModel(
            name='MeetingLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='at')),
                ('from_state', models.CharField(blank=True, default='', max_length=30, verbose_name='from')),
                ('to_state', models.CharField(max_length=30, verbose_name='to')),
                ('passed_over', models.JSONField(blank=True, default=list, verbose_name='passed over')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('old_starts_at', models.DateTimeField(blank=True, null=True, verbose_name='started before')),
                ('old_ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ended before')),
                ('new_starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts now')),
                ('new_ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends now')),
                ('old_place', models.CharField(blank=True, max_length=610, verbose_name='place before')),
                ('new_place', models.CharField(blank=True, max_length=610, verbose_name='place now')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='meetings.meeting', verbose_name='introduction')),
            ],
            options={
                'verbose_name': 'move of an introduction',
                'verbose_name_plural': 'moves of introductions',
                'ordering': ['at', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest_name', models.CharField(blank=True, max_length=120, verbose_name='guest')),
                ('guest_email', models.EmailField(blank=True, max_length=254, verbose_name="guest's e-mail")),
                ('guest_side', models.CharField(blank=True, choices=[('investor', 'The investor'), ('cluster', 'The cluster'), ('agency', 'The agency')], max_length=10, verbose_name='guest of')),
                ('came', models.BooleanField(blank=True, null=True, verbose_name='came')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='investors.contact', verbose_name='contact')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='clusters.leader', verbose_name='leader')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='meetings.meeting', verbose_name='introduction')),
                ('staff', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='participations', to=settings.AUTH_USER_MODEL, verbose_name='staff')),
            ],
            options={
                'verbose_name': 'participant',
                'verbose_name_plural': 'participants',
                'ordering': ['pk'],
            },
            bases=(ifa_crm.shared.acting.Audited, models.Model),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['state', 'starts_at'], name='meetings_meeting_state'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['starts_at'], name='meetings_meeting_start'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['cluster', 'state'], name='meetings_meeting_cluster'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='meetings_meeting_in_order', violation_error_code='ends_at', violation_error_message='A meeting must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'cancelled']), models.Q(('starts_at__isnull', False), ('state', 'held')), models.Q(('ends_at__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='meetings_meeting_has_time', violation_error_code='starts_at', violation_error_message='A confirmed meeting must have a time.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_at__isnull', True), ('starts_at__isnull', True)), models.Q(('ends_at__isnull', False), ('starts_at__isnull', False)), ('state', 'held'), _connector='OR'), name='meetings_meeting_whole_time', violation_error_code='ends_at', violation_error_message='Give both when it starts and when it ends.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ['call', 'meeting']), ('state', 'held'), _connector='OR'), name='meetings_meeting_plannable_form', violation_error_code='form', violation_error_message='Only a meeting or a call can be planned; record the others once they are made.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancelled_by', ''), _negated=True), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancel_reason', ''), ('cancelled_by', '')), _connector='OR'), name='meetings_meeting_cancelled_by', violation_error_message='A cancelled meeting must say by whom and why.'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'no-show'), models.Q(('no_show_by', ''), _negated=True)), models.Q(models.Q(('state', 'no-show'), _negated=True), ('no_show_by', '')), _connector='OR'), name='meetings_meeting_no_show_by', violation_error_message='Say who did not come, and only then.'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['person_key', 'starts_at'], name='meetings_booking_person'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meetings_booking_in_order', violation_error_message='A booking must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(fields=('meeting', 'person_key'), name='meetings_booking_once', violation_error_message='This person is already booked for the meeting.'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=meetings.models.PostgresExclusion(expressions=[(models.F('person_key'), '='), (meetings.models._TsTzRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='meetings_booking_nobody_twice'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('contact', None), ('guest_name', ''), ('leader', None), ('staff__isnull', False)), models.Q(('contact__isnull', False), ('guest_name', ''), ('leader', None), ('staff', None)), models.Q(('contact', None), ('guest_name', ''), ('leader__isnull', False), ('staff', None)), models.Q(('contact', None), ('leader', None), ('staff', None), models.Q(('guest_name', ''), _negated=True)), _connector='OR'), name='meetings_participant_exactly_one', violation_error_message='A participant is exactly one of staff, contact, leader or guest.'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('guest_name', ''), _negated=True), models.Q(('guest_side', ''), _negated=True)), models.Q(('guest_email', ''), ('guest_name', ''), ('guest_side', '')), _connector='OR'), name='meetings_participant_guest_fields', violation_error_message='A guest, and only a guest, comes for one of the sides.'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(models.F('meeting'), django.db.models.functions.text.Lower('guest_email'), condition=models.Q(('guest_email', ''), _negated=True), name='meetings_participant_guest_once', violation_error_message='This guest already takes part.'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('meeting', 'staff'), name='meetings_participant_staff_once', violation_error_message='This person already takes part.'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('meeting', 'contact'), name='meetings_participant_contact_once', violation_error_message='This person already takes part.'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('meeting', 'leader'), name='meetings_participant_leader_once', violation_error_message='This person already takes part.'),
        ),
    ]
