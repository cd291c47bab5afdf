"""Forms of an engagement, from its opening to its end."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, OpenSeat, Project, Region
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import Group, HouseForm, HouseModelForm
from ifa_crm.staff.models import User
from investors.choices import (
    Contribution,
    DeclinedBy,
    EngagementKind,
    EngagementRole,
    LostReason,
)
from investors.forms.parts import CurrencyField, FilesField, country_choices
from investors.models import Engagement, Lead, Milestone, MilestoneKind

SHARE: list[str | tuple[str, ...]] = [
    ("share_amount", "share_currency"),
    ("jobs", "jobs_region"),
    "undisclosed",
]


def _long(label: Any, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
    return forms.CharField(label=label, max_length=4000, **kwargs)


def _today() -> Any:
    return timezone.localdate()


class OpenForm(HouseForm):
    """What both kinds ask for when an engagement opens."""

    cluster = RecordChoiceField(
        None,
        label=_("Cluster"),
        required=False,
        options_url="clusters:cluster_options",
        to_field_name="slug",
        help_text=_("Left empty, it is the cluster that leads the project."),
    )
    opened_on = forms.DateField(
        label=_("Open since"),
        initial=_today,
        help_text=_("The day on which they began to talk about it."),
    )
    role = forms.ChoiceField(
        label=_("Role of the investor"),
        choices=EngagementRole.choices,
        initial=EngagementRole.PARTNER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead = lead
        self.fields["cluster"].queryset = Cluster.objects.live()

    def _settle_cluster(self, project: Project | None) -> None:
        """Name the cluster where nobody did: a shortlisted one of the project, or its lead."""
        if self.cleaned_data.get("cluster") is not None or project is None or self.errors:
            return
        links = list(project.cluster_links.select_related("cluster"))
        shortlisted = set(self.lead.shortlist.values_list("cluster_id", flat=True))
        wanted = [link.cluster for link in links if link.cluster_id in shortlisted]
        if len(wanted) == 1:
            self.cleaned_data["cluster"] = wanted[0]
        elif links:
            self.cleaned_data["cluster"] = links[0].cluster  # the lead comes first
        else:
            self.add_error("cluster", _("No cluster is recorded for this project: choose one."))


class JoinForm(OpenForm):
    """Join an R&D project that is under way, perhaps in a seat that it offers."""

    project = RecordChoiceField(
        None,
        label=_("Project under way"),
        required=False,
        options_url="investors:joinable_options",
        help_text=_("Only R&D projects that are under way can be joined."),
    )
    seat = RecordChoiceField(
        None,
        label=_("Open seat"),
        required=False,
        options_url="investors:seat_options",
        help_text=_("If the project looks for a partner like this one."),
    )
    field_order = ("project", "seat", "cluster", "role", "opened_on")

    def __init__(self, *args: Any, user: User, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, user=user, lead=lead, **kwargs)
        self.fields["project"].queryset = joinable(user)
        self.fields["seat"].queryset = seats(user)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        project, seat = cleaned.get("project"), cleaned.get("seat")
        if project is None and seat is not None:
            project = cleaned["project"] = seat.project
        if project is None and not self.errors:
            self.add_error("project", _("Choose a project or one of its open seats."))
        self._settle_cluster(project)
        return cleaned


class StartForm(OpenForm):
    """Start an R&D project: one that is proposed already, or a new one."""

    project = RecordChoiceField(
        None,
        label=_("Proposed project"),
        required=False,
        options_url="investors:startable_options",
        help_text=_("If it is recorded already. Otherwise name the new one below."),
    )
    name = forms.CharField(label=_("Name of the new project"), required=False, max_length=200)
    summary = _long(_("What it is about"), required=False)
    field_order = ("project", "name", "summary", "cluster", "role", "opened_on")
    groups = [
        (_("The project"), ["project", "name", "summary"]),
        (_("The investor's part"), ["cluster", "role", "opened_on"]),
    ]

    def __init__(self, *args: Any, user: User, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, user=user, lead=lead, **kwargs)
        self.fields["project"].queryset = startable(user)
        self.initial.setdefault("role", EngagementRole.LEADS)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        project, name = cleaned.get("project"), cleaned.get("name")
        if self.errors:
            return cleaned
        if project is None and not name:
            self.add_error("name", _("Name the new project, or choose a proposed one."))
        elif project is not None and name:
            self.add_error("name", _("Either choose a proposed project or name a new one."))
        elif project is None and cleaned.get("cluster") is None:
            self.add_error("cluster", _("Say which cluster leads the new project."))
        self._settle_cluster(project)
        return cleaned

    @property
    def new_project(self) -> dict[str, str] | None:
        if self.cleaned_data["project"] is not None:
            return None
        return {"name": self.cleaned_data["name"], "summary": self.cleaned_data["summary"]}


def joinable(user: User) -> Any:
    return Project.objects.visible_to(user).that_can_be_joined()


def startable(user: User) -> Any:
    return Project.objects.visible_to(user).that_can_be_started()


def seats(user: User) -> Any:
    rows = OpenSeat.objects.visible_to(user).that_can_be_taken(timezone.localdate())
    return rows.select_related("project")


class ShareForm(HouseModelForm):
    """The investor's own share, as far as they say."""

    share_currency = CurrencyField()
    jobs_region = forms.ModelChoiceField(
        Region.objects.all(), label=_("Region of the jobs"), required=False
    )

    class Meta:
        model = Engagement
        fields = [
            "role",
            "share_amount",
            "share_currency",
            "jobs",
            "jobs_region",
            "undisclosed",
        ]
        widgets = {"role": forms.RadioSelect}
        help_texts = {
            "share_amount": _("Theirs, not the budget of the project."),
            "jobs": _("Theirs, in France."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["share_currency"].offer(self.instance.share_currency)


class EngagementForm(ClashMixin, ShareForm):
    """Edit an engagement that is not confirmed yet."""

    seat = RecordChoiceField(
        None, label=_("Open seat"), required=False, options_url="investors:seat_options"
    )
    groups = [
        (_("The investor's part"), ["role", "seat", "opened_on"]),
        (_("Their own share"), SHARE),
    ]

    class Meta(ShareForm.Meta):
        fields = ["role", "seat", "opened_on", *ShareForm.Meta.fields[1:]]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind == EngagementKind.JOIN:
            of_project = OpenSeat.objects.visible_to(user).filter(project=self.instance.project_id)
            self.fields["seat"].queryset = of_project.select_related("project")
        else:
            del self.fields["seat"]


class AgreeForm(ShareForm):
    """Record the signed agreement."""

    agreed_on = forms.DateField(label=_("Agreement signed on"))
    reference = forms.CharField(
        label=_("Reference of the agreement"),
        required=False,
        max_length=200,
        help_text=_("If you cannot attach it."),
    )
    files = FilesField(label=_("The signed agreement"), required=False)  # type: ignore[assignment]
    milestone = forms.BooleanField(required=False, initial=True)
    field_order = ("agreed_on", "files", "reference", "milestone", *ShareForm.Meta.fields)
    groups = [
        (_("The agreement"), ["agreed_on", "files", "reference", "milestone"]),
        (_("The investor's part"), ["role", *SHARE]),
    ]

    def __init__(self, *args: Any, milestone: MilestoneKind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if milestone is None:
            del self.fields["milestone"]
        else:
            words = _("Also note the milestone “%(milestone)s”") % {"milestone": milestone}
            self.fields["milestone"].label = words
        self.initial.setdefault("agreed_on", self.instance.agreed_on or timezone.localdate())
        self.initial.setdefault("reference", self.instance.agreement_reference)

    def carry_out(self, act: Callable[[], Any]) -> bool:
        went_through = super().carry_out(act)
        if not went_through and self.files and "files" not in self.errors:
            self.add_error(
                "files", _("A file is not kept when something else is wrong: attach it again.")
            )
        return went_through

    @property
    def share(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ShareForm.Meta.fields}


class VerifyForm(HouseForm):
    """Confirm it as a second person, and say what the agency did for it."""

    contribution = forms.ChoiceField(
        label=_("What we contributed"), choices=Contribution.choices, widget=forms.RadioSelect
    )
    counterfactual = _long(
        _("What would probably have happened otherwise"),
        help_text=_("Without the agency: another cluster, another country, later, not at all?"),
    )


class EndForm(HouseForm):
    """It ended on a day, for a reason."""

    ended_on = forms.DateField(label=_("On"), initial=_today)
    reason = _long(_("Why"))


class DeclineEngagementForm(EndForm):
    by = forms.ChoiceField(
        label=_("Who declined"), choices=DeclinedBy.choices, widget=forms.RadioSelect
    )
    field_order = ("by", "ended_on", "reason")


class CompleteForm(EndForm):
    reason = _long(_("Remark"), required=False)


class ChangeClusterForm(HouseForm):
    """Another cluster of the project takes the lead."""

    cluster = forms.ModelChoiceField(
        Cluster.objects.none(),
        label=_("Lead cluster"),
        to_field_name="slug",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    reason = _long(_("Why"))

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = engagement.project.clusters.exclude(pk=engagement.cluster_id)
        self.fields["cluster"].queryset = others


class EngagementFilesForm(HouseForm):
    files = FilesField()  # type: ignore[assignment]


class MilestoneForm(ClashMixin, HouseModelForm):
    """Plan a milestone, or say that it was reached or failed."""

    groups: Sequence[Group] = [
        (_("Milestone"), ["planned_on", ("reached_on", "failed_on"), "note"])
    ]

    class Meta:
        model = Milestone
        fields = ["planned_on", "reached_on", "failed_on", "note"]
        help_texts = {
            "planned_on": _("A day ahead means that the engagement is not stale."),
            "failed_on": _("A failed one can be tried again."),
        }


class NewMilestoneForm(MilestoneForm):
    kind = forms.ModelChoiceField(
        MilestoneKind.objects.none(),
        label=_("Milestone"),
        to_field_name="key",
        widget=forms.RadioSelect,
        empty_label=None,
    )
    field_order = ("kind", *MilestoneForm.Meta.fields)
    groups: Sequence[Group] = [
        (_("Milestone"), ["kind", "planned_on", ("reached_on", "failed_on"), "note"])
    ]

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = MilestoneKind.objects.filter(
            engagement_kind=engagement.kind, is_active=True
        )


class CloseLeadForm(HouseForm):
    """Close the lead after its last engagement came to nothing."""

    reason = forms.ChoiceField(
        label=_("What happened"), choices=LostReason.choices, initial=LostReason.DROPPED
    )
    country = forms.ChoiceField(
        label=_("Which country"),
        choices=country_choices,
        required=False,
        help_text=_("If they chose another one."),
    )
    note = forms.CharField(label=_("In a few words"), required=False, max_length=300)
