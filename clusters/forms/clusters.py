"""Forms of a cluster, its facts, and the notes about it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.fields import WordsField
from clusters.models import Cluster, ClusterFact, EvidenceNote, Region, Sector
from clusters.services.clusters import PUBLISHED
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act


class ClusterForm(ClashMixin, HouseModelForm):
    """A cluster with its sectors and regions; what was published of it stays as it is."""

    sectors = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Sectors"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="key",
    )
    main_region = forms.ModelChoiceField(
        Region.objects.all(), label=_("Main region of 2005"), to_field_name="name"
    )
    other_regions = forms.ModelMultipleChoiceField(
        Region.objects.all(),
        label=_("Other regions of 2005"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="name",
        required=False,
    )
    keywords = WordsField(
        label=_("Keywords"), required=False, help_text=_("Separate them with semicolons.")
    )

    groups = [
        (_("As published"), ["name", "specialty", ("tier", "rank_2005")]),
        (_("Field"), ["sectors", "keywords"]),
        (
            _("Name, label and website"),
            ["official_name_fr", ("founded_year", "label_year", "label_date"), "website"],
        ),
        (
            _("Place"),
            [
                "main_region",
                "other_regions",
                ("seat_city", "department_code"),
                ("latitude", "longitude"),
            ],
        ),
        (_("What became of it"), [("status_today", "ended_year"), "fate"]),
        (_("Who looks after it"), [("desk_officer", "contact_policy")]),
        (_("Notes and source"), ["notes", "source"]),
    ]

    class Meta:
        model = Cluster
        fields = [
            "name",
            "specialty",
            "tier",
            "rank_2005",
            "keywords",
            "official_name_fr",
            "founded_year",
            "label_year",
            "label_date",
            "website",
            "seat_city",
            "department_code",
            "latitude",
            "longitude",
            "status_today",
            "ended_year",
            "fate",
            "desk_officer",
            "contact_policy",
            "notes",
            "source",
        ]

    def __init__(self, *args: Any, instance: Cluster | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _links_of(instance) | kwargs.get("initial", {})
        super().__init__(*args, instance=instance, **kwargs)
        self.offer("desk_officer", desk_people(instance))
        if instance is not None and instance.is_published:
            for name in PUBLISHED:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("It stands as it was published.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        main = self.cleaned_data.get("main_region")
        if main is not None:
            others = self.cleaned_data.get("other_regions") or []
            self.cleaned_data["regions"] = [main, *(r for r in others if r.pk != main.pk)]
        return cleaned


def _links_of(cluster: Cluster | None) -> dict[str, Any]:
    if cluster is None or cluster.pk is None:
        return {}
    regions = [link.region for link in cluster.region_links.select_related("region")]
    return {
        "sectors": [link.sector for link in cluster.sector_links.select_related("sector")],
        "main_region": regions[0] if regions else None,
        "other_regions": regions[1:],
    }


def desk_people(cluster: Cluster | None) -> Any:
    """Those who may look after a cluster, and whoever does now even if they have left."""
    offered = User.objects.all().with_act(Act.EDIT_CLUSTERS)
    keys = set(offered.values_list("pk", flat=True))
    if cluster is not None and cluster.desk_officer_id is not None:
        keys.add(cluster.desk_officer_id)
    return User.objects.filter(pk__in=keys)


class FactForm(ClashMixin, HouseModelForm):
    """Where a compiled fact comes from and how sure it is."""

    class Meta:
        model = ClusterFact
        fields = ["confidence", "basis", "source"]


class EvidenceForm(ClashMixin, HouseModelForm):
    groups = [
        (_("What is known"), ["factor", "text"]),
        (_("Where it comes from"), [("dated", "dated_precision"), "source"]),
    ]

    class Meta:
        model = EvidenceNote
        fields = ["factor", "text", "dated", "dated_precision", "source"]


class EvidenceEndForm(HouseForm):
    ended_on = forms.DateField(label=_("No longer holds since"))


class NoteForm(HouseForm):
    """A note to the desk officer."""

    text = forms.CharField(
        label=_("What should be put right?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Say what is wrong and how you know. The desk officer sees it on Today."),
    )


class NoteAnswerForm(HouseForm):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=300,
        required=False,
        help_text=_("For example what was changed, or why it stays as it is."),
    )
