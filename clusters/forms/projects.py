"""Forms of projects, their partners, seats and grants."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import ProjectStatus
from clusters.forms.fields import (
    TopicsField,
    cluster_field,
    offered_clusters,
    offered_organisations,
    organisation_field,
)
from clusters.models import Cluster, Grant, OpenSeat, Project, ProjectPartner
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.models import User


class ProjectForm(ClashMixin, HouseModelForm):
    """A project with the clusters in it. An existing one changes its status elsewhere."""

    lead = cluster_field(
        label=_("Lead cluster"), required=False, help_text=_("Empty if none is known.")
    )
    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(),
        label=_("Clusters that take part"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="slug",
        required=False,
    )

    topics = TopicsField(required=False)

    groups = [
        (_("What"), ["name", ("kind", "status"), "summary", "topics"]),
        (_("Who"), ["lead", "clusters", ("published_partners", "published_countries")]),
        (
            _("Money and time"),
            [
                ("budget_amount", "budget_currency"),
                ("starts_on", "starts_precision", "ends_on"),
                "label_date",
            ],
        ),
        (_("Source"), ["source"]),
    ]

    class Meta:
        model = Project
        fields = [
            "name",
            "kind",
            "status",
            "summary",
            "topics",
            "published_partners",
            "published_countries",
            "budget_amount",
            "budget_currency",
            "starts_on",
            "starts_precision",
            "ends_on",
            "label_date",
            "source",
        ]

    def __init__(
        self, *args: Any, user: User, instance: Project | None = None, **kwargs: Any
    ) -> None:
        lead, others = _clusters_of(instance)
        kwargs["initial"] = {"clusters": others, "lead": lead} | kwargs.get("initial", {})
        super().__init__(*args, instance=instance, **kwargs)
        taking_part = Cluster.objects.filter(pk__in=[cluster.pk for cluster in others])
        self.offer("lead", offered_clusters(user))
        self.offer("clusters", offered_clusters(user) | taking_part)
        if instance is not None and instance.pk:
            del self.fields["status"]


def _clusters_of(project: Project | None) -> tuple[Cluster | None, list[Cluster]]:
    if project is None or project.pk is None:
        return None, []
    links = list(project.cluster_links.select_related("cluster"))
    lead = next((link.cluster for link in links if link.is_lead), None)
    return lead, [link.cluster for link in links if not link.is_lead]


class StatusForm(HouseForm):
    to = forms.ChoiceField(label=_("New status"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for a cancellation and for any step back."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in ProjectStatus.choices if choice[0] != project.status]
        self.fields["to"].choices = choices


class PartnerForm(ClashMixin, HouseModelForm):
    """A partner of a project; a new one may take an open seat."""

    organisation = organisation_field()
    seat = forms.ModelChoiceField(
        OpenSeat.objects.none(),
        label=_("Open seat that it takes"),
        required=False,
        empty_label=_("None"),
        to_field_name="ref",
    )
    source = forms.CharField(label=_("Source"), max_length=300)

    groups = [(None, ["organisation", ("role", "joined_on"), "seat", "source"])]

    class Meta:
        model = ProjectPartner
        fields = ["organisation", "role", "joined_on", "source"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["seat"], self.fields["organisation"]
            return
        self.offer("organisation", offered_organisations(user))
        seats = OpenSeat.objects.filter(project=self.instance.project)
        self.offer("seat", seats.filter(filled_on__isnull=True, withdrawn_on__isnull=True))


class PartnerLeaveForm(HouseForm):
    left_on = forms.DateField(label=_("Left on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].initial = timezone.localdate


class SeatForm(ClashMixin, HouseModelForm):
    topics = TopicsField(required=False)

    class Meta:
        model = OpenSeat
        fields = ["title", "description", "topics", "deadline"]
        help_texts = {"title": _("The partner that the project still misses.")}


class GrantForm(ClashMixin, HouseModelForm):
    organisation = organisation_field(
        label=_("To"),
        required=False,
        help_text=_("Leave empty for a grant to the project as a whole."),
    )

    groups = [(None, ["programme", "organisation", ("amount", "currency"), "granted_on", "source"])]

    class Meta:
        model = Grant
        fields = ["programme", "organisation", "amount", "currency", "granted_on", "source"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", offered_organisations(user))
