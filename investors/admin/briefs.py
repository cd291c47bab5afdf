"""What left the house, to read: it is written, sent, released and revealed on its own pages."""

from django.contrib import admin

from ifa_crm.shared.admin_records import ReadOnlyAdmin, ReadOnlyInline
from investors.models import BlindBrief, BlindRelease, Briefing, BriefingCluster, Reveal


class BriefingClusterInline(ReadOnlyInline):
    model = BriefingCluster
    related = ("cluster",)
    fields = ("position", "cluster", "why", "with_evidence")
    readonly_fields = fields


@admin.register(Briefing)
class BriefingAdmin(ReadOnlyAdmin):
    list_display = ("lead", "contact", "language", "made_by", "sent_at", "sent_by", "way")
    list_select_related = ("lead__investor", "contact", "made_by", "sent_by")
    list_filter = ("way", "language")
    search_fields = ("lead__search_text", "contact__search_text")
    date_hierarchy = "made_at"
    fields = (
        *("lead", "contact", "language", "note", "next_step", ("made_by", "made_at")),
        *(("sent_by", "sent_at"), ("way", "sent_to"), "text", "interaction"),
    )
    inlines = (BriefingClusterInline,)


class BlindReleaseInline(ReadOnlyInline):
    model = BlindRelease
    related = ("leader", "released_by")
    fields = ("leader", "language", "way", "sent_to", "released_at", "released_by")
    readonly_fields = fields


@admin.register(BlindBrief)
class BlindBriefAdmin(ReadOnlyAdmin):
    list_display = ("lead", "made_at", "made_by", "released_at", "released_by")
    list_select_related = ("lead__investor", "made_by", "released_by")
    search_fields = ("lead__search_text",)
    fields = (
        *("lead", "shows", "words_en", "words_fr", "cleared", ("made_by", "made_at")),
        *(("released_by", "released_at"), "text_en", "text_fr"),
    )
    inlines = (BlindReleaseInline,)


@admin.register(BlindRelease)
class BlindReleaseAdmin(ReadOnlyAdmin):
    list_display = ("leader", "shortlisting", "language", "way", "released_at", "released_by")
    list_select_related = (
        *("leader", "shortlisting__lead__investor", "shortlisting__cluster", "released_by"),
    )
    list_filter = ("way", "language")
    search_fields = ("leader__search_text", "shortlisting__lead__search_text")
    date_hierarchy = "released_at"


@admin.register(Reveal)
class RevealAdmin(ReadOnlyAdmin):
    list_display = ("release", "was_confidential", "consent_by", "revealed_at", "revealed_by")
    list_select_related = (
        *("release__leader", "release__shortlisting__cluster", "consent_by", "revealed_by"),
    )
    list_filter = ("was_confidential", "consent_how", "way")
    search_fields = ("release__leader__search_text", "release__brief__lead__search_text")
    date_hierarchy = "revealed_at"
