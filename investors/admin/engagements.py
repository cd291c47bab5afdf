"""Engagements from their opening to their end, their milestones, and other outcomes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import OpenSeat
from ifa_crm.shared.admin_records import (
    Act,
    MovesAdmin,
    MovesInline,
    Text,
    less_fields,
    page_of,
    to_state_filter,
)
from ifa_crm.shared.admin_services import (
    AdminForm,
    ReferenceAdmin,
    RowForm,
    ServiceAdmin,
    ServiceInline,
)
from investors.admin.activity import FilesInline
from investors.admin.parts import OfLead
from investors.choices import ENGAGEMENT_LIVE, EngagementKind, EngagementState, OutcomeKind
from investors.models import Engagement, EngagementLog, Milestone, MilestoneKind, Outcome
from investors.services import engagements, milestones
from investors.services.events import lock

_S = EngagementState
_CHANGE_CLUSTER: Final = (_("Change the lead cluster"), "engagement_cluster")
_END_EARLY: Final = (
    (_("It was declined"), "engagement_decline"),
    (_("Withdraw it"), "engagement_withdraw"),
)
# What leads from each state, as (words, URL name); the pages say who may.
PAGES: Final[dict[str, tuple[tuple[Text, str], ...]]] = {
    _S.OPEN: ((_("Record the agreement"), "engagement_agree"), _CHANGE_CLUSTER, *_END_EARLY),
    _S.AGREED: ((_("Send back"), "engagement_send_back"), _CHANGE_CLUSTER, *_END_EARLY),
    _S.VERIFIED: (
        (_("Their part is completed"), "engagement_complete"),
        (_("They leave the project"), "engagement_leave"),
        _CHANGE_CLUSTER,
    ),
}
EDITED: Final = (
    *("role", "seat", "opened_on", "share_amount", "share_currency", "jobs", "jobs_region"),
    "undisclosed",
)
DATES: Final = ("planned_on", "reached_on", "failed_on")


# --- Milestones --------------------------------------------------------------------------


class DatedMixin:
    """A milestone has at least one date."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = self.cleaned_data
        if not any(given.get(name) for name in DATES) and not self.errors:
            raise ValidationError(_("Give at least one date."), "no_date")
        return cleaned


class MilestoneRow(DatedMixin, RowForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "kind" in self.fields:
            self.fields["kind"].disabled = True


class MilestoneInline(ServiceInline):
    model = Milestone
    form = MilestoneRow
    related = ("kind",)
    fields = ("kind", "attempt", *DATES, "note")
    readonly_fields = ("attempt",)

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        save_milestone(request, form, form.instance.engagement)


class MilestoneForm(DatedMixin, AdminForm):
    pass


def save_milestone(request: HttpRequest, form: Any, engagement: Engagement) -> Milestone:
    known = form.instance if form.instance.pk else None
    return milestones.save_milestone(
        actor=request.user,
        engagement=engagement,
        kind=form.instance.kind,
        milestone=known,
        note=form.cleaned_data["note"],
        **{name: form.cleaned_data[name] for name in DATES},
    )


@admin.register(Milestone)
class MilestoneAdmin(ServiceAdmin):
    form = MilestoneForm
    list_display = ("engagement", "kind", "attempt", *DATES)
    list_select_related = ("engagement__lead__investor", "engagement__project", "kind")
    list_filter = ("kind", ("failed_on", admin.EmptyFieldListFilter), "engagement__state")
    search_fields = (
        *("engagement__lead__search_text", "engagement__project__search_text"),
        "note",
    )
    date_hierarchy = "planned_on"
    fixed_fields = ("engagement", "kind")
    readonly_fields = ("attempt",)
    fields = ("engagement", "kind", "attempt", DATES, "note")

    def lock(self, record: Milestone) -> None:
        lock(record.engagement.lead)

    def view_on_site(self, record: Milestone) -> str | None:
        return page_of(record.engagement) or None

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Milestone:
        return save_milestone(request, form, form.instance.engagement)


@admin.register(MilestoneKind)
class MilestoneKindAdmin(ReferenceAdmin):
    list_display = ("label_en", "label_fr", "engagement_kind", "order", "is_active")
    list_filter = ("engagement_kind", "is_active")
    search_fields = ("label_en", "label_fr", "key")
    ordering = ("engagement_kind", "order")
    fixed_fields = ("engagement_kind", "key")


# --- Engagements -------------------------------------------------------------------------


class EngagementForm(AdminForm):
    """Opens one: a start may name a project that is not on record yet."""

    new_project = forms.CharField(
        label=_("Name of the new project"),
        max_length=200,
        required=False,
        help_text=_("For a start, if the project is not on record yet."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["new_project"]
        elif "project" in self.fields:
            self.fields["project"].required = False
            seats = OpenSeat.objects.that_can_be_taken(timezone.localdate())
            self.offer("seat", seats.select_related("project"))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk or self.errors:
            return cleaned
        given = self.cleaned_data
        if given["seat"] and not given["project"]:
            given["project"] = given["seat"].project
        starts = given["kind"] == EngagementKind.START
        if given["new_project"] and not starts:
            self.add_error("new_project", _("Only a start creates a project."))
        elif given["new_project"] and given["project"]:
            text = _("Either choose a proposed project or name a new one.")
            self.add_error("new_project", text)
        elif not given["new_project"] and not given["project"]:
            self.add_error("project", _("Choose a project."))
        return cleaned


class LogInline(MovesInline):
    model = EngagementLog
    states = EngagementState.choices
    fields = ("at", "actor", "was", "became", "reason")
    readonly_fields = ("was", "became")


@admin.register(Engagement)
class EngagementAdmin(OfLead):
    """Agreed, confirmed and ended on the pages: those who confirm are no administrators."""

    form = EngagementForm
    list_display = (
        *("lead", "kind", "project", "cluster", "state", "prior_tie", "opened_on"),
        *("agreed_on", "verified_by"),
    )
    list_select_related = ("lead__investor", "project", "cluster", "verified_by")
    list_filter = ("kind", "state", "contribution", "prior_tie", "undisclosed", "cluster__tier")
    search_fields = ("lead__search_text", "project__search_text", "agreement_reference")
    date_hierarchy = "opened_on"
    fixed_fields = ("lead", "kind", "cluster", "project")
    readonly_fields = (
        *("state", "acts", "prior_tie", "project_created", "partner", "opened_by"),
        *("agreed_on", "agreement_reference", "recorded_by", "verified_at", "verified_by"),
        *("contribution", "counterfactual", "declined_by", "ended_on", "end_reason"),
    )
    shown_if_set = (
        *("agreed_on", "agreement_reference", "recorded_by", "verified_at", "verified_by"),
        *("contribution", "counterfactual", "declined_by", "ended_on", "end_reason", "partner"),
    )
    inlines = (MilestoneInline, FilesInline, LogInline)
    fieldsets = (
        (None, {"fields": [("lead", "kind"), ("cluster", "project"), "new_project"]}),
        (_("Where it stands"), {"fields": ["state", "acts"]}),
        (_("The investor's part"), {"fields": ["role", "seat", "opened_on"]}),
        (
            _("Their own share"),
            {
                "fields": [
                    ("share_amount", "share_currency"),
                    ("jobs", "jobs_region"),
                    "undisclosed",
                ]
            },
        ),
        (
            _("Agreement"),
            {
                "fields": [
                    *(("agreed_on", "agreement_reference", "recorded_by"),),
                    *(("verified_at", "verified_by"), ("contribution", "counterfactual")),
                ]
            },
        ),
        (_("End"), {"fields": [("ended_on", "declined_by"), "end_reason"]}),
        (
            _("How it began"),
            {"fields": [("prior_tie", "project_created", "partner"), "opened_by"]},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What opens it, then what belongs to one that is open: its share is asked for later."""
        declared = super().get_fieldsets(request, obj)
        share = {"share_amount", "share_currency", "jobs", "jobs_region", "undisclosed"}
        return less_fields(declared, share if obj is None else {"new_project"})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        declared = super().get_readonly_fields(request, obj)
        starts = obj is not None and obj.kind == EngagementKind.START
        return (*declared, "seat") if starts else declared

    def is_changeable(self, record: Engagement) -> bool:
        return record.state in ENGAGEMENT_LIVE and not record.lead.is_archived

    def acts_of(self, record: Engagement) -> Iterable[Act]:
        for words, name in PAGES.get(record.state, ()):
            yield words, f"investors:{name}", [record.ref]
        yield _("Attach files"), "investors:engagement_files", [record.ref]
        if record.state in {*ENGAGEMENT_LIVE, _S.VERIFIED}:
            yield _("New milestone"), "investors:milestone_create", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Engagement:
        given = form.values(*EDITED)
        if change:
            return engagements.edit_engagement(
                actor=request.user, engagement=form.instance, changes=given
            )
        name = form.cleaned_data["new_project"]
        return engagements.open_engagement(
            actor=request.user,
            new_project={"name": name} if name else None,
            fields={"role": given["role"]},
            **form.values("lead", "cluster", "kind", "project", "seat", "opened_on"),
        )


@admin.register(EngagementLog)
class EngagementLogAdmin(MovesAdmin):
    record = "engagement"
    states = EngagementState.choices
    list_display = ("at", "engagement", "was", "became", "actor", "reason")
    list_select_related = ("engagement__lead__investor", "engagement__project", "actor")
    list_filter = (to_state_filter(EngagementState.choices), "actor")
    search_fields = (
        *("engagement__lead__search_text", "engagement__project__search_text"),
        "reason",
    )
    fields = ("at", "engagement", "was", "became", "actor", "reason")


# --- Other outcomes ----------------------------------------------------------------------


@admin.register(Outcome)
class OutcomeAdmin(OfLead):
    list_display = ("lead", "kind", "cluster", "dated", "recorded_by")
    list_select_related = ("lead__investor", "cluster", "recorded_by")
    list_filter = ("kind", "cluster__tier")
    search_fields = ("lead__search_text", "cluster__search_text", "text")
    date_hierarchy = "dated"
    fixed_fields = ("lead",)
    readonly_fields = ("recorded_by",)
    fields = ("lead", ("kind", "cluster"), "dated", "text", "recorded_by")

    def is_changeable(self, record: Outcome) -> bool:
        """The one that a status wrote stays as it is."""
        return record.kind != OutcomeKind.REFERRED

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Outcome:
        given = form.values("kind", "cluster", "dated", "text")
        if change:
            return milestones.edit_outcome(actor=request.user, outcome=form.instance, **given)
        lead = form.cleaned_data["lead"]
        return milestones.record_outcome(actor=request.user, lead=lead, **given)
