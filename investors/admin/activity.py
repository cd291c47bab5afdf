"""What was said on a lead, what is to be done, and the files that go with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import Act, ReadOnlyAdmin, ReadOnlyInline, page_of
from ifa_crm.shared.admin_services import AdminForm
from investors.admin.parts import OfLead
from investors.choices import InteractionKind
from investors.models import Action, Attachment, Interaction
from investors.models.activity import SPOKEN
from investors.services.actions import NextAction, add_action, move_action
from investors.services.interactions import Said, edit_interaction, log_interaction

SAID = ("kind", "direction", "result", "happened_at", "subject", "text")


class FilesInline(ReadOnlyInline):
    """Files are attached on the pages, where they are checked."""

    model = Attachment
    related = ("uploaded_by",)
    fields = ("download", "content_type", "size", "uploaded_by", "uploaded_at")
    readonly_fields = ("download",)

    @admin.display(description=_("file"))
    def download(self, row: Attachment) -> SafeString:
        return download(row)


def download(row: Attachment) -> SafeString:
    """A link through the permission check, never to the stored file."""
    return format_html('<a href="{}">{}</a>', page_of(row), row.name)


class InteractionForm(AdminForm):
    """Direction and result are taken only where the kind has them."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        kind = self.cleaned_data.get("kind")
        if kind == InteractionKind.NOTE:
            self.cleaned_data["direction"] = ""
        elif kind and not self.cleaned_data.get("direction") and "direction" not in self.errors:
            self.add_error("direction", _("Say whether it came from them or from us."))
        if kind not in SPOKEN:
            self.cleaned_data["result"] = ""
        elif not self.cleaned_data.get("result") and "result" not in self.errors:
            self.add_error("result", _("Say whether you spoke."))
        return cleaned


@admin.register(Interaction)
class InteractionAdmin(OfLead):
    form = InteractionForm
    list_display = (
        *("happened_at", "lead", "kind", "direction", "result", "subject", "logged_by"),
        *("answered_at", "reply_due_at"),
    )
    list_select_related = ("lead__investor", "logged_by")
    list_filter = (
        *("kind", "direction", "result", ("answered_at", admin.EmptyFieldListFilter)),
        *("logged_late", "logged_by"),
    )
    search_fields = ("lead__search_text", "subject", "text")
    date_hierarchy = "happened_at"
    ordering = ("-pk",)  # by the moment, all would be sorted
    fixed_fields = ("lead",)
    readonly_fields = (
        *("logged_by", "logged_at", "logged_late", "answered_at", "answered_by"),
        *("reply_due_at", "silent_at", "acts"),
    )
    shown_if_set = ("answered_at", "answered_by", "reply_due_at", "silent_at")
    inlines = (FilesInline,)
    fields = (
        *("lead", ("kind", "direction", "result"), "happened_at", "contacts", "subject", "text"),
        *(("logged_by", "logged_at", "logged_late"), ("answered_at", "answered_by")),
        *(("reply_due_at", "silent_at"), "acts"),
    )

    def acts_of(self, record: Interaction) -> Iterable[Act]:
        yield _("Attach files"), "investors:interaction_attach", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Interaction:
        given = {
            "actor": request.user,
            "said": Said(**form.values(*SAID)),
            "contacts": list(form.cleaned_data["contacts"]),
        }
        if change:
            return edit_interaction(interaction=form.instance, **given)
        return log_interaction(lead=form.cleaned_data["lead"], **given)


@admin.register(Action)
class ActionAdmin(OfLead):
    """Once it is there, an open action can be moved to another day; pages say it is done."""

    list_display = ("what", "lead", "kind", "assignee", "due", "done_at", "done_by", "dropped")
    list_select_related = ("lead__investor", "assignee", "done_by")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "kind", "dropped", "assignee")
    search_fields = ("what", "lead__search_text")
    date_hierarchy = "due"
    ordering = ("-pk",)
    fixed_fields = ("lead", "what", "assignee")
    readonly_fields = ("kind", "done_at", "done_by", "dropped", "acts")
    fields = (
        *("lead", "what", "due", "assignee", "kind", ("done_at", "done_by", "dropped")),
        "acts",
    )

    def is_changeable(self, record: Action) -> bool:
        return record.is_open

    def acts_of(self, record: Action) -> Iterable[Act]:
        if record.is_open:
            yield _("Done"), "investors:action_done", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Action:
        if change:
            due = form.cleaned_data["due"]
            return move_action(actor=request.user, action=form.instance, due=due)
        following = NextAction(**form.values("what", "due", "assignee"))
        return add_action(actor=request.user, lead=form.cleaned_data["lead"], following=following)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "holder", "content_type", "size", "uploaded_by", "uploaded_at")
    list_select_related = (
        *("uploaded_by", "lead__investor", "interaction__lead__investor"),
        *("engagement__lead__investor", "engagement__project"),
    )
    list_filter = ("content_type", "uploaded_by")
    search_fields = (
        *("name", "lead__search_text", "interaction__lead__search_text"),
        "engagement__lead__search_text",
    )
    date_hierarchy = "uploaded_at"
    readonly_fields = ("download", "holder")
    fields = ("download", "holder", "content_type", "size", "uploaded_by", "uploaded_at")

    @admin.display(description=_("file"))
    def download(self, record: Attachment) -> SafeString:
        return download(record)

    @admin.display(description=_("attached to"))
    def holder(self, record: Attachment) -> str:
        return ", ".join(map(str, record.holders()))
