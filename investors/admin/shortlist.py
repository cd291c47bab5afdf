"""Clusters on the shortlists of leads."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import (
    Act,
    MovesAdmin,
    MovesInline,
    Text,
    to_state_filter,
)
from investors.admin.parts import OfLead
from investors.choices import ShortlistState
from investors.models import Shortlisting, ShortlistingLog
from investors.services import shortlist

# What leads to each state: (words, URL name). The pages say who may.
PAGES: Final[dict[str, tuple[Text, str]]] = {
    ShortlistState.PROPOSED: (_("Propose to the investor"), "shortlist_propose"),
    ShortlistState.WANTED: (_("The investor wants it"), "shortlist_want"),
    ShortlistState.REFUSED: (_("The investor refuses"), "shortlist_refuse"),
    ShortlistState.PUT: (_("Put to the cluster"), "shortlist_put"),
    ShortlistState.ACCEPTED: (_("The cluster accepts"), "shortlist_accept"),
    ShortlistState.DECLINED: (_("The cluster declines"), "shortlist_decline"),
    ShortlistState.CLOSED: (_("Close"), "shortlist_close"),
}


class LogInline(MovesInline):
    model = ShortlistingLog
    states = ShortlistState.choices


@admin.register(Shortlisting)
class ShortlistingAdmin(OfLead):
    list_display = ("lead", "cluster", "state", "state_since", "added_by")
    list_select_related = ("lead__investor", "cluster", "added_by")
    list_filter = ("state", "cluster__tier", "refused_reason", "declined_reason")
    search_fields = ("lead__search_text", "cluster__search_text")
    date_hierarchy = "state_since"
    ordering = ("-pk",)
    fixed_fields = ("lead", "cluster")
    readonly_fields = (
        *("state", "state_since", "refused_reason", "declined_reason", "added_by"),
        *("evaluation", "acts"),
    )
    inlines = (LogInline,)
    fields = (
        *("lead", "cluster", "why", ("state", "state_since")),
        *(("refused_reason", "declined_reason"), "evaluation", "added_by", "acts"),
    )

    def acts_of(self, record: Shortlisting) -> Iterable[Act]:
        for state in shortlist.moves_from(record.state):
            words, name = PAGES[state]
            yield words, f"investors:{name}", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Shortlisting:
        if change:
            why = form.cleaned_data["why"]
            return shortlist.explain(actor=request.user, shortlisting=form.instance, why=why)
        return shortlist.note_cluster(actor=request.user, **form.values("lead", "cluster", "why"))


@admin.register(ShortlistingLog)
class ShortlistingLogAdmin(MovesAdmin):
    record = "shortlisting"
    states = ShortlistState.choices
    list_display = ("at", "shortlisting", "was", "became", "actor", "reason")
    list_select_related = ("shortlisting__lead__investor", "shortlisting__cluster", "actor")
    list_filter = (to_state_filter(ShortlistState.choices), "actor")
    search_fields = (
        *("shortlisting__lead__search_text", "shortlisting__cluster__search_text"),
        "reason",
    )
    fields = ("at", "shortlisting", "was", "became", "skipped", "actor", "reason")
