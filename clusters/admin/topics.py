"""The vocabulary of topics, and the topics of clusters."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.forms.topics import TopicForm
from clusters.models import ClusterTopic, Sector, Topic
from clusters.services import topics as services
from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    ReadOnlyInline,
)
from ifa_crm.shared.admin_services import AdminForm, ServiceAdmin


class ClusterInline(ReadOnlyInline):
    model = ClusterTopic
    related = ("topic", "cluster")
    fields = ("cluster", "source", "confidence")
    verbose_name_plural = _("clusters")


class TopicAdminForm(AdminForm, TopicForm):
    """As on the page, with the admin's own pickers."""

    broader = forms.ModelChoiceField(
        Topic.objects.all(),
        label=_("Broader topic"),
        required=False,
        widget=AutocompleteSelect(Topic._meta.get_field("broader"), admin.site),
    )
    sectors = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Related sectors"),
        required=False,
        widget=AutocompleteSelectMultiple(Topic._meta.get_field("sectors"), admin.site),
    )


@admin.register(Topic)
class TopicAdmin(ServiceAdmin):
    form = TopicAdminForm
    list_display = ("name_en", "name_fr", "broader", "archived_at")
    list_select_related = ("broader",)
    list_filter = ("sectors", ArchivedFilter)
    search_fields = ("search_text",)
    readonly_fields = ("key", "acts", *ARCHIVE_FIELDS)
    inlines = (ClusterInline,)
    groups = (
        (_("What"), {"fields": [("name_en", "name_fr"), "broader", "key", "acts"]}),
        (_("Words and phrases"), {"fields": ["words_en", "words_fr"]}),
        (_("Generic words"), {"fields": ["generic_en", "generic_fr"]}),
        (_("What means something else"), {"fields": ["other_en", "other_fr"]}),
        (_("Field"), {"fields": ["sectors"]}),
        ARCHIVE,
    )

    def acts_of(self, record: Topic) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "clusters:topic_restore", [record.key]
        else:
            yield _("Archive"), "clusters:topic_archive", [record.key]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Topic:
        return services.save_topic(
            actor=request.user,
            topic=form.instance,
            sectors=list(form.cleaned_data["sectors"]),
            words=form.words,
        )


@admin.register(ClusterTopic)
class ClusterTopicAdmin(ServiceAdmin):
    list_display = ("cluster", "topic", "source", "confidence")
    list_select_related = ("cluster", "topic")
    list_filter = ("source", "confidence", "cluster__tier")
    search_fields = ("cluster__search_text", "topic__search_text")
    fixed_fields = ("cluster", "topic")
    readonly_fields = ("acts",)
    fields = ("cluster", "topic", "source", "confidence", "acts")

    def acts_of(self, record: ClusterTopic) -> Iterable[Act]:
        where = [record.cluster.slug, record.topic.key]
        yield _("Take away"), "clusters:cluster_topic_remove", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ClusterTopic:
        return services.save_cluster_topic(actor=request.user, link=form.instance)
