"""Forms of a blind brief: what it tells, what was cleared, to whom it goes, and the name."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Leader
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm
from investors.blinding import Finding
from investors.choices import SHORTLIST_ENDED, BlindFact, ConsentHow, Way
from investors.forms.briefs import ContactField
from investors.models import BlindBrief, BlindRelease, Contact
from investors.services.blind_briefs import Consent


class ClearedField(forms.MultipleChoiceField):
    """Keys of findings. One that is not found any more, because somebody else changed the text
    meanwhile, does no harm: it is forgotten when the text is saved."""

    def valid_value(self, value: Any) -> bool:
        return True


class BlindBriefTextsForm(HouseForm):
    """The texts, and of each finding whether it gives nothing away."""

    shows = forms.MultipleChoiceField(
        label=_("What it tells"),
        choices=BlindFact.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    words_en = forms.CharField(
        label=_("In your words, in English"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "en", "class": "form-control"}),
        help_text=_("What they make and look for, so that nobody could tell who it is."),
    )
    words_fr = forms.CharField(
        label=_("In your words, in French"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "fr", "class": "form-control"}),
        help_text=_("Leaders who speak French read this one."),
    )
    cleared = ClearedField(
        label=_("Gives nothing away"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, brief: BlindBrief, found: list[Finding], tellable: list[BlindFact],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.instance = brief
        self.fields["shows"].choices = [(fact.value, fact.label) for fact in tellable]
        kept = [entry["key"] for entry in brief.cleared]
        keys = dict.fromkeys([*(finding.key for finding in found), *kept])
        texts = {entry["key"]: entry["text"] for entry in brief.cleared}
        texts |= {finding.key: finding.text for finding in found}
        self.fields["cleared"].choices = [(key, texts[key]) for key in keys]
        self.initial.update(
            {
                "shows": brief.shows,
                "words_en": brief.words_en,
                "words_fr": brief.words_fr,
                "cleared": kept,
            }
        )


class WriteBlindBriefForm(ClashMixin, BlindBriefTextsForm):
    """The same on a page that two people may have open at once."""

    @property
    def texts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.stored}


class LeadersField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, leader: Any) -> str:
        return f"{leader.name}, {leader.cluster} ({leader.get_role_display()})"


class ReleaseForm(HouseForm):
    elsewhere = {"gives_away": ("cleared", _("What could give the company away"))}
    leaders = LeadersField(
        Leader.objects.none(),
        label=_("To"),
        to_field_name="ref",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one leader.")},
    )
    way = forms.ChoiceField(label=_("How"), choices=Way.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, brief: BlindBrief, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = brief.lead.shortlist.exclude(state__in=SHORTLIST_ENDED)
        leaders = Leader.objects.active().filter(cluster__in=items.values("cluster"))
        leaders = leaders.exclude(blind_releases__brief=brief).select_related("cluster")
        self.fields["leaders"].queryset = leaders.order_by("cluster__name", "name")


class RevealForm(HouseForm):
    """Who agreed, and what is told."""

    consent_by = ContactField(
        Contact.objects.none(),
        label=_("Who agreed"),
        to_field_name="ref",
        required=False,
        empty_label=_("Nobody has been asked"),
    )
    consent_on = forms.DateField(label=_("On"), required=False)
    consent_how = forms.ChoiceField(
        label=_("How they agreed"),
        choices=[("", _("Choose…")), *ConsentHow.choices],
        required=False,
    )
    way = forms.ChoiceField(
        label=_("How it is told"), choices=Way.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What is told"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    groups = [
        (_("The investor’s consent"), ["consent_by", ("consent_on", "consent_how")]),
        (_("What the leader is told"), ["way", "text"]),
    ]

    def __init__(self, *args: Any, release: BlindRelease, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead = release.brief.lead
        self.fields["consent_by"].queryset = Contact.objects.usable_on(lead).live()
        self.fields["consent_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        if lead.restricted:
            for name in ("consent_by", "consent_on", "consent_how"):
                self.fields[name].required = True

    @property
    def consent(self) -> Consent:
        given = self.cleaned_data
        return Consent(by=given["consent_by"], on=given["consent_on"], how=given["consent_how"])
