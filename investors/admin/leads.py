"""Leads, who is admitted to them, and the objectives that they can have."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    CountryFilter,
    MovesAdmin,
    MovesInline,
    ReadOnlyInline,
    address_of,
    less_fields,
    to_state_filter,
)
from ifa_crm.shared.admin_services import (
    AddOnlyInline,
    AdminForm,
    ReferenceAdmin,
    RowForm,
    ServiceAdmin,
)
from investors import gates
from investors.admin.parts import OfLead
from investors.choices import CLOSED, Stage, Status
from investors.forms.lead import LeadForm
from investors.models import (
    Action,
    Admission,
    Engagement,
    Lead,
    LeadLog,
    Objective,
    Outcome,
    Shortlisting,
)
from investors.services import actions, confidentiality, leads, milestones, quick, shortlist
from investors.services.events import lock

EDITED = tuple(LeadForm.Meta.fields)
GIVEN = ("owner", "deputy", "office")


STATES = [*Stage.choices, *Status.choices]


# --- Inlines -----------------------------------------------------------------------------


class ActionInline(AddOnlyInline):
    model = Action
    related = ("assignee", "done_by")
    fields = ("what", "due", "assignee", "done_at", "done_by", "dropped")
    readonly_fields = ("done_at", "done_by", "dropped")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("what", "due", "assignee")}
        lead = form.instance.lead
        actions.add_action(actor=request.user, lead=lead, following=actions.NextAction(**given))


class ShortlistInline(AddOnlyInline):
    model = Shortlisting
    related = ("lead__investor", "cluster", "added_by")
    fields = ("cluster", "state", "state_since", "why", "added_by")
    readonly_fields = ("state", "state_since", "added_by")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("cluster", "why")}
        shortlist.note_cluster(actor=request.user, lead=form.instance.lead, **given)


class EngagementInline(ReadOnlyInline):
    model = Engagement
    related = ("lead__investor", "project", "cluster")
    fields = ("project", "cluster", "kind", "state", "opened_on", "agreed_on")


class OutcomeInline(AddOnlyInline):
    model = Outcome
    related = ("lead__investor", "cluster", "recorded_by")
    fields = ("kind", "cluster", "dated", "text", "recorded_by")
    readonly_fields = ("recorded_by",)

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("kind", "cluster", "dated", "text")}
        milestones.record_outcome(actor=request.user, lead=form.instance.lead, **given)


class AdmissionInline(AddOnlyInline):
    model = Admission
    related = ("lead__investor", "user", "admitted_by")
    fields = ("user", "reason", "admitted_by", "admitted_at")
    readonly_fields = ("admitted_by", "admitted_at")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("user", "reason")}
        confidentiality.admit(actor=request.user, lead=form.instance.lead, **given)


class LogInline(MovesInline):
    model = LeadLog
    states = STATES
    fields = ("at", "actor", "kind", "was", "became", "skipped", "reason")


# --- The lead ----------------------------------------------------------------------------


class LeadAdminForm(AdminForm, LeadForm):
    """As on the page, with the admin's own pickers; a new lead asks what comes first."""

    action_what = forms.CharField(label=_("First action"), max_length=200)
    action_due = forms.DateField(label=_("Due"), widget=AdminDateWidget)

    class Meta(LeadForm.Meta):
        widgets: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = {"action_what": _("First contact"), "action_due": timezone.localdate()}
        kwargs["initial"] = first | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["action_what"], self.fields["action_due"]

    def _watched(self) -> list[str]:
        return [name for name in super()._watched() if not name.startswith("action_")]

    @property
    def following(self) -> actions.NextAction:
        return actions.NextAction(
            what=self.cleaned_data["action_what"], due=self.cleaned_data["action_due"]
        )


@admin.register(Lead)
class LeadAdmin(ServiceAdmin):
    """The owner, the deputy and the office are given by the service that gives a lead away."""

    form = LeadAdminForm
    errors_at = {"company": "investor", "what": "action_what", "due": "action_due"}
    list_display = (
        *("investor", "title", "stage", "status", "owner", "next_due", "received_at"),
        "restricted",
    )
    list_display_links = ("investor", "title")
    list_select_related = ("investor", "owner")
    list_filter = (
        *("stage", "status", "restricted", ArchivedFilter, "priority", "origin", "mode"),
        *("office", "owner", ("investor__control_country", CountryFilter)),
    )
    search_fields = ("search_text",)
    date_hierarchy = "received_at"
    fixed_fields = ("investor",)
    readonly_fields = (
        *("stage", "stage_since", "status", "status_since", "waiting_until", "lost_reason"),
        *("lost_to_country", "disqualified_reason", "referred_to", "referred_on"),
        *("referred_told", "missing", "next_due", "reply_due_at", "silent_at"),
        *("restricted", "copied_from", "created_by"),
        *("received_at", "acts", "elsewhere", *ARCHIVE_FIELDS),
    )
    shown_if_set = (
        *("waiting_until", "lost_reason", "lost_to_country", "disqualified_reason"),
        *("referred_to", "referred_on", "referred_told", "copied_from"),
        *("reply_due_at", "silent_at"),
    )
    inlines = (
        *(ActionInline, ShortlistInline, EngagementInline, OutcomeInline, AdmissionInline),
        LogInline,
    )
    fieldsets = (
        (_("The need"), {"fields": ["investor", "title", "wants", "makes"]}),
        (_("What comes first"), {"fields": [("action_what", "action_due")]}),
        (
            _("Where it stands"),
            {
                "fields": [
                    *(("stage", "stage_since"), ("status", "status_since"), "waiting_until"),
                    *(("lost_reason", "lost_to_country"), "disqualified_reason"),
                    *(("referred_to", "referred_on", "referred_told"), "missing", "next_due"),
                    *(("reply_due_at", "silent_at"), "acts", "elsewhere"),
                ]
            },
        ),
        (_("Whose it is"), {"fields": [("owner", "deputy", "office")]}),
        (_("Field and aims"), {"fields": ["sectors", "topics", "objectives", "preferred_regions"]}),
        (
            _("How much, when and how"),
            {
                "fields": [
                    *(("mode", "horizon"), ("budget_answer", "budget_amount", "budget_currency")),
                    ("investment_answer", "investment_amount", "investment_currency"),
                    ("jobs_answer", "jobs"),
                ]
            },
        ),
        (
            _("Treatment"),
            {
                "fields": [
                    *(("confidential", "restricted"), "priority", ("origin", "origin_detail")),
                    ("copied_from", "created_by", "received_at"),
                ]
            },
        ),
        ARCHIVE,
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        declared = super().get_fieldsets(request, obj)
        return declared if obj is None else less_fields(declared, {"action_what", "action_due"})

    def lock(self, record: Lead) -> None:
        lock(record)

    @admin.display(description=_("missing for “Qualified”"))
    def missing(self, record: Lead) -> str:
        return ", ".join(str(gate.label) for gate in gates.missing(record)) or "-"

    @admin.display(description=_("more of it here"))
    def elsewhere(self, record: Lead) -> SafeString:
        """Lists that may be long, filtered by the lead."""
        lists = {"investors_interaction": _("Interactions"), "meetings_meeting": _("Introductions")}
        addresses = (
            (f"{address_of(f'admin:{name}_changelist')}?lead={record.pk}", label)
            for name, label in lists.items()
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', addresses)

    def acts_of(self, record: Lead) -> Iterable[Act]:
        here = [record.ref]
        if record.is_archived:
            yield _("Restore"), "investors:lead_restore", here
            return
        if record.status in CLOSED:
            yield _("Reopen"), "investors:lead_reopen", here
        else:
            yield _("Let it wait"), "investors:lead_wait", here
            yield _("They went elsewhere"), "investors:lead_lose", here
            yield _("Not for us"), "investors:lead_disqualify", here
            yield _("Refer it elsewhere"), "investors:lead_refer", here
        yield _("Step back"), "investors:lead_step_back", here
        yield _("New need"), "investors:lead_copy", here
        yield _("Archive"), "investors:lead_archive", here

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Lead:
        fields = form.values(*EDITED)
        if change:
            lead = leads.edit_lead(actor=request.user, lead=form.instance, changes=fields)
        else:
            lead = quick.start_lead(
                actor=request.user,
                investor=form.cleaned_data["investor"],
                fields=fields,
                following=form.following,
            )
        return self._give(request, form, lead, change)

    @staticmethod
    def _give(request: HttpRequest, form: Any, lead: Lead, change: bool) -> Lead:
        """To whom the page says; a new lead that names nobody stays with whoever made it."""
        given = form.values(*GIVEN)
        if not change:
            given = {name: given.get(name) or getattr(lead, name) for name in GIVEN}
        if all(getattr(lead, name) == given[name] for name in GIVEN):
            return lead
        return leads.assign(actor=request.user, lead=lead, **given)


# --- Beside it ---------------------------------------------------------------------------


@admin.register(Admission)
class AdmissionAdmin(OfLead):
    """Withdrawn on the lead's page."""

    list_display = ("lead", "user", "reason", "admitted_by", "admitted_at")
    list_select_related = ("lead__investor", "user", "admitted_by")
    list_filter = ("user",)
    search_fields = ("lead__search_text", "user__first_name", "user__last_name", "reason")
    date_hierarchy = "admitted_at"
    readonly_fields = ("admitted_by", "admitted_at", "acts")
    fields = ("lead", "user", "reason", "admitted_by", "admitted_at", "acts")

    def is_changeable(self, record: Admission) -> bool:
        return False

    def acts_of(self, record: Admission) -> Iterable[Act]:
        where = [record.lead.ref, record.user.username]
        yield _("Withdraw it"), "investors:admission_withdraw", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Admission:
        given = form.values("lead", "user", "reason")
        return confidentiality.admit(actor=request.user, **given)


@admin.register(Objective)
class ObjectiveAdmin(ReferenceAdmin):
    list_display = ("label_en", "label_fr", "key", "order")
    search_fields = ("label_en", "label_fr", "key")
    fixed_fields = ("key",)


@admin.register(LeadLog)
class LeadLogAdmin(MovesAdmin):
    record = "lead"
    states = STATES
    list_display = ("at", "lead", "kind", "was", "became", "actor", "reason")
    list_select_related = ("lead__investor", "actor")
    list_filter = ("kind", to_state_filter(STATES), "actor")
    search_fields = ("lead__search_text", "reason")
    fields = ("at", "lead", "kind", "was", "became", "skipped", "actor", "reason")
