"""Forms of "Where to send them"."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clusters.forms.fields import TopicsField
from clusters.forms.topics import topic_field
from clusters.models import Cluster, Region, Sector, Topic
from ifa_crm.shared.fold import fold
from ifa_crm.shared.forms import HouseForm
from investors import fit
from investors.choices import Mode
from investors.evaluating import Asked, Names, with_answer
from investors.forms.lead import LeadStartForm

MODES: Final = [
    (fit.JOIN, Mode.JOIN.label),
    (fit.START, Mode.START.label),
    (fit.EITHER, Mode.EITHER.label),
    ("", _("Not known")),
]
FIELDS: Final = ("text", "topic", "off", "sector", "mode", "region")
"""What an address of the page says; ``asked`` beside them that it says all."""


class EvaluateForm(HouseForm):
    """What a company says, and what is known beside it. Everything may stay empty.

    ``shown`` and ``own`` come with the ticks: which topics were offered, and which of them
    somebody had chosen, so that an offer left unticked is told from one that is new. ``answer`` is
    the button under the one question.
    """

    text = forms.CharField(
        label=_("What the company says"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Their e-mail or website, in English or French. Or what you hear them say."),
    )
    topic = forms.MultipleChoiceField(label=_("Topics"), required=False)
    off = forms.MultipleChoiceField(label=_("Topics"), required=False)
    shown = forms.MultipleChoiceField(label=_("Topics"), required=False)
    own = forms.MultipleChoiceField(label=_("Topics"), required=False)
    add = topic_field(label=_("Add a topic"), required=False)
    sector = forms.MultipleChoiceField(
        label=_("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    mode = forms.ChoiceField(
        label=_("Join or start"), required=False, choices=MODES, widget=forms.RadioSelect
    )
    region = forms.MultipleChoiceField(
        label=_("Preferred regions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    answer = forms.CharField(label=_("Answer"), required=False, max_length=100)

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("topic", "off", "shown", "own"):
            self.fields[name].choices = list(names.topics.items())
        self.fields["sector"].choices = sorted(
            names.sectors.items(), key=lambda pair: fold(pair[1])
        )
        regions = Region.objects.values_list("name", flat=True)
        self.fields["region"].choices = [(name, name) for name in regions]
        self.offer("add", Topic.objects.live())
        self.fields["add"].widget.attrs["class"] = "form-control"

    @property
    def asked(self) -> Asked:
        """What a valid form asks."""
        said = self.cleaned_data
        ticked, shown = set(said["topic"]), set(said["shown"])
        added = [said["add"].key] if said["add"] else []
        own = [*said["own"], *(key for key in said["topic"] if key not in shown), *added]
        asked = Asked(
            text=said["text"],
            own=tuple(dict.fromkeys(own)),
            off=frozenset((set(said["off"]) | shown) - ticked - set(added)),
            sectors=tuple(said["sector"]),
            mode=said["mode"],
            regions=tuple(said["region"]),
        )
        return with_answer(asked, said["answer"]) if self._is_answer(said["answer"]) else asked

    def _is_answer(self, answer: str) -> bool:
        """Whether it says something that the form itself could say."""
        kind, _sep, value = answer.partition(":")
        if kind not in {"mode", "region", "sector", "topic"}:
            return False
        return bool(value) and value in dict(self.fields[kind].choices)


def drawn(asked: Asked, names: Names) -> EvaluateForm:
    """The form as it shows what is asked."""
    said = {"text": asked.text, "sector": asked.sectors, "mode": asked.mode}
    return EvaluateForm(names=names, initial=said | {"region": asked.regions})


class NoteEvaluatedForm(HouseForm):
    """Put clusters on the shortlist from the result; one that hardly fits needs a why."""

    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(),
        label=_("Clusters"),
        to_field_name="slug",
        error_messages={"required": _("Tick at least one cluster.")},
    )
    why = forms.CharField(
        label=_("Why these clusters"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for a cluster that is below “possible”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clusters"].queryset = Cluster.objects.offered_in(settings.REFERENCE_YEAR)


class EvaluatedLeadForm(LeadStartForm):
    """A new lead that begins with what was evaluated."""

    makes = forms.CharField(label=_("What they make"), required=False, widget=forms.Textarea)
    topics = TopicsField(required=False)
    sectors: Any = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Sectors"),
        required=False,
        to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
    )
    mode = forms.ChoiceField(label=_("Join or start"), choices=Mode.choices)
    preferred_regions: Any = forms.ModelMultipleChoiceField(
        Region.objects.all(),
        label=_("Preferred regions"),
        required=False,
        to_field_name="name",
        widget=forms.CheckboxSelectMultiple,
    )
    groups = [
        *LeadStartForm.groups[:2],
        (_("What was evaluated"), ["makes", "topics", "mode", "sectors", "preferred_regions"]),
        *LeadStartForm.groups[2:],
    ]

    @property
    def lead_fields(self) -> dict[str, Any]:
        names = ("makes", "topics", "sectors", "mode", "preferred_regions")
        return super().lead_fields | {name: self.cleaned_data[name] for name in names}


def begun_with(asked: Asked, topics: Iterable[str], mode: Mode) -> dict[str, Sequence[Any] | str]:
    """What the form of a new lead begins with; ``topics``: the keys of those that count."""
    return {
        "makes": asked.text,
        "topics": list(Topic.objects.filter(key__in=list(topics))),
        "sectors": list(asked.sectors),
        "mode": mode,
        "preferred_regions": list(asked.regions),
    }
