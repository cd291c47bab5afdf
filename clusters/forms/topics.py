"""Forms of a topic, and of a topic on a cluster."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import Language, TermKind
from clusters.forms.fields import WordsField
from clusters.models import ClusterTopic, Sector, Topic
from clusters.services.topics import WordsOf
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseModelForm

# The fields of the form, and the words that each of them holds.
WORDS = (
    ("words_en", Language.ENGLISH, TermKind.SYNONYM),
    ("words_fr", Language.FRENCH, TermKind.SYNONYM),
    ("generic_en", Language.ENGLISH, TermKind.GENERIC),
    ("generic_fr", Language.FRENCH, TermKind.GENERIC),
    ("other_en", Language.ENGLISH, TermKind.OTHER_SENSE),
    ("other_fr", Language.FRENCH, TermKind.OTHER_SENSE),
)
_BESIDE = _("Count only beside another word of the topic: plant, health, image.")
_HIDES = _("The words in them do not count: “toy car” is no car.")


def topic_field(**kwargs: Any) -> RecordChoiceField:
    kwargs.setdefault("label", _("Topic"))
    return RecordChoiceField(
        None, options_url="clusters:topic_options", to_field_name="key", **kwargs
    )


class TopicForm(ClashMixin, HouseModelForm):
    """A topic, its place in the vocabulary, and the words by which texts speak of it."""

    broader = topic_field(label=_("Broader topic"), required=False)
    sectors = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Related sectors"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="key",
        required=False,
    )
    words_en = WordsField(label=_("English words and phrases"), required=False)
    words_fr = WordsField(label=_("French words and phrases"), required=False)
    generic_en = WordsField(label=_("Generic English words"), required=False, help_text=_BESIDE)
    generic_fr = WordsField(label=_("Generic French words"), required=False, help_text=_BESIDE)
    other_en = WordsField(label=_("English phrases of another sense"), required=False)
    other_fr = WordsField(label=_("French phrases of another sense"), required=False)

    groups = [
        (_("What"), [("name_en", "name_fr"), "broader"]),
        (_("Words and phrases"), ["words_en", "words_fr"]),
        (_("Generic words"), ["generic_en", "generic_fr"]),
        (_("What means something else"), ["other_en", "other_fr"]),
        (_("Field"), ["sectors"]),
    ]

    class Meta:
        model = Topic
        fields = ["name_en", "name_fr", "broader"]

    def __init__(self, *args: Any, instance: Topic | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _links_of(instance) | (kwargs.get("initial") or {})
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["other_en"].help_text = _HIDES
        rows = Topic.objects.live()
        if instance is not None and instance.pk:
            rows = (rows | Topic.objects.filter(pk=instance.broader_id)).exclude(pk=instance.pk)
        self.offer("broader", rows)

    @property
    def words(self) -> dict[WordsOf, list[str]]:
        return {
            (language, kind): self.cleaned_data.get(name) or [] for name, language, kind in WORDS
        }


def _links_of(topic: Topic | None) -> dict[str, Any]:
    if topic is None or topic.pk is None:
        return {}
    words = {(row.language, row.kind): row.texts for row in topic.words.all()}
    held: dict[str, Any] = {
        name: words.get((language.value, kind.value), []) for name, language, kind in WORDS
    }
    held["sectors"] = [link.sector for link in topic.sector_links.select_related("sector")]
    return held


class ClusterTopicForm(ClashMixin, HouseModelForm):
    """A topic on a cluster; which topic it is stays."""

    topic = topic_field()

    groups = [(None, ["topic", ("source", "confidence")])]

    class Meta:
        model = ClusterTopic
        fields = ["topic", "source", "confidence"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["topic"]
            return
        there = self.instance.cluster.topic_links.values("topic")
        self.offer("topic", Topic.objects.live().filter(~Q(pk__in=there)))
