"""Filters of the lists of leads and investors."""

import datetime as dt
from typing import Any

import django_filters as filters
from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Sector, Topic
from ifa_crm.shared.filtersets import CountryFilter, HouseFilterSet, SearchFilter
from ifa_crm.staff.models import Office, User
from investors.choices import CompanySize, Presence, Priority, Stage, Status
from investors.models import ContactPair, Investor, InvestorPair, Lead, PairState

# Only what an index carries (see Lead.Meta.indexes); the key follows for pages that never overlap.
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "received": ("received_at",),
    "next": (OrderBy(F("next_due"), nulls_last=True),),
    "reply": (OrderBy(F("reply_due_at"), nulls_last=True),),
    "heard": (OrderBy(Coalesce("heard_at", "received_at")),),  # longest silent first
    "stage": ("stage", "-received_at"),
}
INVESTOR_SORTS: dict[str, tuple[str | OrderBy, ...]] = {"name": (OrderBy(Lower("name")),)}

NEXT = [
    ("overdue", _("Overdue")),
    ("today", _("Due today")),
    ("week", _("Due within a week")),
    ("none", _("None, though active")),
]
REPLY = [
    ("waiting", _("They wait for a reply")),
    ("late", _("Reply overdue")),
    ("silent", _("We are silent")),
]
HEARD = [("silent", _("Not for 60 days, though active")), ("never", _("Never"))]
YES = [("1", _("Yes"))]


class StaffFilter(filters.ModelChoiceFilter):
    """A member of staff; those who left are offered here, unlike in pickers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=User.objects.all(),
            to_field_name="username",
            null_label=_("Nobody"),
            null_value="none",
            **kwargs,
        )
        self.field_class = StaffChoice


class StaffChoice(filters.fields.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return str(obj) if obj.is_active else str(_("%(name)s (left)") % {"name": obj})


class LeadFilter(HouseFilterSet):
    q = SearchFilter()
    stage = filters.ChoiceFilter(
        label=_("Stage"),
        choices=[(stage.word, stage.label) for stage in Stage],
        method="in_stage",
    )
    status = filters.ChoiceFilter(label=_("Status"), choices=Status.choices, method="in_status")
    country = CountryFilter(field_name="investor_country")
    sector = filters.ModelChoiceFilter(
        label=_("Sector"),
        queryset=Sector.objects.all(),
        to_field_name="key",
        method="in_sector",
    )
    topic = filters.ModelChoiceFilter(
        label=_("Topic"),
        queryset=Topic.objects.live(),
        to_field_name="key",
        method="on_topic",
        help_text=_("Finds what is narrower, too."),
    )
    owner = StaffFilter(label=_("Owner"))
    office = filters.ModelChoiceFilter(
        label=_("Office"), queryset=Office.objects.all(), to_field_name="name"
    )
    next = filters.ChoiceFilter(label=_("Next action"), choices=NEXT, method="by_next")
    reply = filters.ChoiceFilter(label=_("Reply"), choices=REPLY, method="by_reply")
    heard = filters.ChoiceFilter(label=_("Heard from"), choices=HEARD, method="by_heard")
    priority = filters.ChoiceFilter(label=_("Priority"), choices=Priority.choices)
    mine = filters.ChoiceFilter(label=_("Mine"), choices=YES, method="only_mine")
    archived = filters.ChoiceFilter(label=_("Archived"), choices=YES, method="pass_on")

    class Meta:
        model = Lead
        fields: list[str] = []

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        archived = self.form.cleaned_data.get("archived")
        return rows.filter(archived_at__isnull=not archived)

    def pass_on(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows

    def in_stage(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(stage=Stage.from_word(value))

    def in_status(self, rows: Any, name: str, value: str) -> Any:
        return rows.in_status_on(Status(value), timezone.localdate())

    def in_sector(self, rows: "QuerySet[Any]", name: str, value: Sector) -> "QuerySet[Any]":
        tagged = Lead.sectors.through._default_manager.filter(sector=value)
        return rows.filter(pk__in=tagged.values("lead"))

    def on_topic(self, rows: "QuerySet[Any]", name: str, value: Topic) -> "QuerySet[Any]":
        keys = Topic.objects.all().within(value)
        tagged = Lead.topics.through._default_manager.filter(topic__in=keys)
        return rows.filter(pk__in=tagged.values("lead"))

    def only_mine(self, rows: Any, name: str, value: str) -> Any:
        return rows.of(self.request.user)

    def by_heard(self, rows: Any, name: str, value: str) -> Any:
        if value == "never":
            return rows.filter(heard_at__isnull=True)
        return rows.not_heard_from(timezone.localdate())

    def by_next(self, rows: Any, name: str, value: str) -> Any:
        """By the day of the next action, of leads that are active today."""
        today = timezone.localdate()
        if value == "none":
            return rows.without_future_action(today)
        days = {
            "overdue": Q(next_due__lt=today),
            "today": Q(next_due=today),
            "week": Q(next_due__range=(today, today + dt.timedelta(days=7))),
        }
        return rows.active_on(today).filter(days[value])

    def by_reply(self, rows: Any, name: str, value: str) -> Any:
        """By the reply clock, of leads in any status."""
        now = timezone.now()
        if value == "waiting":
            return rows.filter(reply_due_at__isnull=False)
        rows = rows.filter(reply_due_at__lte=now)
        return rows.filter(silent_at__lte=now) if value == "silent" else rows


class InvestorFilter(HouseFilterSet):
    q = SearchFilter()
    country = CountryFilter(field_name="control_country")
    presence = filters.ChoiceFilter(
        label=_("Presence in France"), choices=[c for c in Presence.choices if c[0]]
    )
    company = filters.ChoiceFilter(  # "size" is how many rows a page shows
        label=_("Size"), choices=[c for c in CompanySize.choices if c[0]], field_name="size"
    )
    known = filters.ChoiceFilter(
        label=_("Already an organisation on record"), choices=YES, method="is_known"
    )
    archived = filters.ChoiceFilter(label=_("Archived"), choices=YES, method="pass_on")

    class Meta:
        model = Investor
        fields: list[str] = []

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        archived = self.form.cleaned_data.get("archived")
        return rows.filter(archived_at__isnull=not archived, merged_into__isnull=True)

    def pass_on(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows

    def is_known(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(organisation__isnull=False)


GROUP = "group"
HOW_ALIKE = [("85", _("very likely")), ("70", _("likely or more"))]


class PairFilter(HouseFilterSet):
    """The queue of duplicates: what is to decide, unless something else is asked for."""

    q = SearchFilter()
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[
            (GROUP, _("Same group")),
            (PairState.APART.value, PairState.APART.label),
            (PairState.MERGED.value, PairState.MERGED.label),
        ],
        empty_label=PairState.OPEN.label,
        method="pass_on",
    )
    alike = filters.ChoiceFilter(label=_("How alike"), choices=HOW_ALIKE, method="at_least")
    country: Any = CountryFilter(method="in_country")  # people have none

    class Meta:
        model = InvestorPair
        fields: list[str] = []

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        state = self.form.cleaned_data.get("state")
        if state == GROUP:
            return rows.filter(state=PairState.OPEN, same_group=True)
        return rows.filter(state=state) if state else rows.to_decide()  # type: ignore[attr-defined]

    def pass_on(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows

    def at_least(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(score__gte=int(value))

    def in_country(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows.filter(Q(first__control_country=value) | Q(second__control_country=value))


class ContactPairFilter(PairFilter):
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[(each.value, each.label) for each in (PairState.APART, PairState.MERGED)],
        empty_label=PairState.OPEN.label,
        method="pass_on",
    )
    country = None

    class Meta:
        model = ContactPair
        fields: list[str] = []
