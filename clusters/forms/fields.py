"""Fields that more than one form of this app has."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Organisation
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.staff.models import User

_SEPARATORS = re.compile(r"[;\n]+")


class WordsField(forms.CharField):
    """A list of words or phrases, written with semicolons or on lines of their own."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "; ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        words = (" ".join(part.split()) for part in _SEPARATORS.split(value or ""))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class LinesField(forms.CharField):
    """A list of sentences, one per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


def organisation_field(**kwargs: Any) -> RecordChoiceField:
    """An organisation; the form offers those that its user may see."""
    kwargs.setdefault("label", _("Organisation"))
    return RecordChoiceField(None, options_url="clusters:organisation_options", **kwargs)


def cluster_field(**kwargs: Any) -> RecordChoiceField:
    """A cluster; the form offers those that its user may see."""
    kwargs.setdefault("label", _("Cluster"))
    return RecordChoiceField(
        None, options_url="clusters:cluster_options", to_field_name="slug", **kwargs
    )


def offered_organisations(user: User) -> "QuerySet[Organisation]":
    return Organisation.objects.visible_to(user).live()


def offered_clusters(user: User) -> "QuerySet[Cluster]":
    offered: QuerySet[Cluster] = Cluster.objects.visible_to(user).live()
    return offered
