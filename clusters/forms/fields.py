"""Fields that more than one form of this app has."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.choices import TermKind
from clusters.models import Cluster, Organisation, Topic, TopicWords
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.fold import fold
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


class TopicsField(forms.CharField):
    """Topics by their English or French names, or by a word that speaks of one topic alone."""

    widget = forms.Textarea
    default_error_messages = {
        "unknown": _("No topic is called “%(name)s”."),
        "several": _("“%(name)s” speaks of several topics: %(topics)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Topics"))
        kwargs.setdefault(
            "help_text", _("For example: Solar energy; Sensors. Separate them with semicolons.")
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Topic):
            return str(value)
        if isinstance(value, list | tuple | QuerySet):
            return "; ".join(sorted(map(str, value)))
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return fold(self.prepare_value(initial) or "") != fold(self.prepare_value(data) or "")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        names = [" ".join(part.split()) for part in _SEPARATORS.split(value or "")]
        names = [name for name in names if name]
        by_name = _topics_by_name() if names else {}
        return list(dict.fromkeys(self._named(name, by_name) for name in names))

    def _named(self, name: str, by_name: dict[str, Topic]) -> Topic:
        if found := by_name.get(fold(name)):
            return found
        spoken = _spoken_of_by(name)
        if len(spoken) == 1:
            return spoken[0]
        if not spoken:
            raise ValidationError(self.error_messages["unknown"], "unknown", {"name": name})
        listed = "; ".join(map(str, spoken))
        params = {"name": name, "topics": listed}
        raise ValidationError(self.error_messages["several"], "several", params)


def _topics_by_name() -> dict[str, Topic]:
    topics = list(Topic.objects.live())
    return {fold(name): topic for topic in topics for name in (topic.name_en, topic.name_fr)}


def _spoken_of_by(text: str) -> list[Topic]:
    rows = TopicWords.objects.filter(topic__archived_at__isnull=True, kind=TermKind.SYNONYM)
    folded = fold(text)
    keys = {
        topic
        for topic, texts in rows.values_list("topic", "texts")
        if any(fold(each) == folded for each in texts)
    }
    return list(Topic.objects.filter(pk__in=keys))
