"""Forms of briefings: for whom and what of, what is written, how it is sent."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm
from investors.choices import Way
from investors.models import Briefing, BriefingCluster, Contact, Lead
from investors.services.briefs import Written


class ContactField(forms.ModelChoiceField):
    """People at the investor, each with the language in which we write to them."""

    def label_from_instance(self, contact: Any) -> str:
        return f"{contact.name} · {contact.get_language_display()}"


class StartBriefingForm(HouseForm):
    contact = ContactField(
        Contact.objects.none(),
        label=_("For"),
        to_field_name="ref",
        empty_label=None,
        help_text=_("The page is written in the language of this person."),
    )
    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(),
        label=_("Clusters"),
        to_field_name="slug",
        error_messages={"required": _("Tick at least one cluster.")},
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Contact.objects.usable_on(lead).live().filter(is_active=True)
        self.fields["contact"].queryset = people
        self.fields["clusters"].queryset = Cluster.objects.offered_in(settings.REFERENCE_YEAR)


class BriefingTextsForm(HouseForm):
    """The texts of a draft, and of each cluster whether it stays, why, and with what evidence."""

    note = forms.CharField(
        label=_("Covering note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    next_step = forms.CharField(
        label=_("Next step"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    added = RecordChoiceField(
        None,
        label=_("Add a cluster"),
        required=False,
        options_url="clusters:cluster_options",
        to_field_name="slug",
        help_text=_("Type a name, a specialty or a place. It is added when you save."),
    )

    def __init__(self, *args: Any, briefing: Briefing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = briefing
        self.items = list(briefing.clusters.select_related("cluster"))
        self.initial.update(note=briefing.note, next_step=briefing.next_step)
        self.offer("added", Cluster.objects.offered_in(settings.REFERENCE_YEAR))
        for item in self.items:
            self._add_fields(item)
        self.groups = [
            (_("To the investor"), ["note"]),
            *((item.cluster.name, self._names(item)) for item in self.items),
            (_("At the end"), ["next_step", "added"]),
        ]

    @staticmethod
    def _names(item: BriefingCluster) -> list[str]:
        slug = item.cluster.slug
        return [f"in-{slug}", f"why-{slug}", f"known-{slug}"]

    def _add_fields(self, item: BriefingCluster) -> None:
        stays, why, known = self._names(item)
        self.fields[stays] = forms.BooleanField(
            label=_("Propose %(cluster)s") % {"cluster": item.cluster}, required=False
        )
        self.fields[why] = forms.CharField(
            label=_("Why for them"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self.fields[known] = forms.BooleanField(
            label=_("With what is known of it, dated and sourced"), required=False
        )
        self.initial.update({stays: True, why: item.why, known: item.with_evidence})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for item in self.items:
            stays, why, _known = self._names(item)
            if (
                cleaned.get(stays)
                and not (cleaned.get(why) or "").strip()
                and why not in self.errors
            ):
                self.add_error(why, ValidationError(_("Say why it is worth their time."), "no_why"))
        return cleaned

    @property
    def parts(self) -> list[Written]:
        return list(self._parts())

    def _parts(self) -> Iterator[Written]:
        for item in self.items:
            stays, why, known = (self.cleaned_data[name] for name in self._names(item))
            if stays:
                yield Written(item.cluster, why, known)


class WriteBriefingForm(ClashMixin, BriefingTextsForm):
    """The same on a page that two people may have open at once."""

    def clean(self) -> dict[str, Any]:
        """What was written of a cluster that somebody took out meanwhile is not lost silently."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, before in self._base().items():
            typed = self.data.get(self.add_prefix(name))
            gone = name.startswith("why-") and name not in self.fields
            if gone and typed is not None and self._one(self.fields["note"], typed) != before:
                told = _("Somebody else took this cluster out meanwhile. You wrote: “%(words)s”.")
                self.add_error("added", ValidationError(told, "gone", {"words": typed}))
        return cleaned


class SendBriefingForm(HouseForm):
    way = forms.ChoiceField(label=_("How"), choices=Way.choices, widget=forms.RadioSelect)
    subject = forms.CharField(label=_("Subject"), max_length=200)

    def __init__(self, *args: Any, briefing: Briefing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not briefing.contact.email:
            self.fields["way"].choices = [each for each in Way.choices if each[0] != Way.MAIL]
