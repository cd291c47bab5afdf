"""Log what was said, correct it; attach and fetch files."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.editing import form_page, in_place, locked, onward, say_with_link
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import CLOSED
from investors.forms.interaction import (
    FilesForm,
    InteractionEditForm,
    InteractionForm,
    QuickLogForm,
    first_entry,
    ticked_off,
)
from investors.forms.start import PickLeadForm
from investors.models import Attachment, Contact, Interaction, Lead
from investors.permissions import require
from investors.services.interactions import (
    attach_files,
    edit_interaction,
    log_interaction,
    may_edit,
)
from investors.views.frame import get_lead


@requires(Act.RECORD)
def interaction_start(request: StaffRequest) -> HttpResponse:
    """From the New menu: on which lead?"""
    form = PickLeadForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return redirect("investors:interaction_create", form.cleaned_data["lead"].ref)
    return form_page(request, form, title=_("Log an interaction"), submit=_("Go on"))


@requires(Act.RECORD)
def interaction_create(request: StaffRequest, ref: str) -> HttpResponse:
    """The form, as a page of its own or, for htmx, inside the lead's page."""
    lead = get_lead(request, ref)
    people = Contact.objects.visible_to(request.user).usable_on(lead).live()
    given = request.GET
    entry = first_entry(given.get("kind", ""), given.get("direction", ""), list(people[:2]))
    form = InteractionForm(
        request.POST or None,
        request.FILES or None,
        lead=lead,
        user=request.user,
        with_next=lead.status not in CLOSED and not lead.is_archived,
        initial=entry | _done_with(lead, entry),
    )
    if form.carry_out(lambda: _log(request, lead, form)):
        messages.success(request, _logged_words(lead, form))
        return redirect(onward(request, form.result))
    if request.htmx:
        form.fields["text"].widget.attrs["autofocus"] = True
    response = form_page(
        request,
        form,
        title=_("Log an interaction with %(investor)s") % {"investor": lead.investor},
        submit=_("Log it"),
        back=lead,
        template=_log_template(request),
        lead=lead,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _done_with(lead: Lead, entry: dict[str, Any]) -> dict[str, Any]:
    """What the form offers as done with it, ticked."""
    return {"done": ticked_off(lead, list(lead.actions.open()), entry["direction"])}


@requires(Act.RECORD)
def interaction_quick(request: StaffRequest, ref: str) -> HttpResponse:
    """An e-mail or call of ours in a few fields, and what is done with it; for htmx in place."""
    lead = get_lead(request, ref)
    given = request.POST or request.GET
    people = Contact.objects.visible_to(request.user).usable_on(lead).live()
    entry = first_entry(given.get("kind", ""), given.get("direction", ""), list(people[:2]))
    form = QuickLogForm(
        request.POST or None,
        lead=lead,
        user=request.user,
        kind=entry["kind"],
        with_next=lead.status not in CLOSED and not lead.is_archived,
        initial=entry | _done_with(lead, entry),
        auto_id=f"log-{lead.ref}-%s",
    )
    if form.carry_out(lambda: _log_quickly(request, lead, form)):
        say_with_link(request, _logged_words(lead, form), form.result, _("See it"))
        return redirect(onward(request, form.result))
    title = _("Log an e-mail to %s") if entry["kind"] == "email" else _("Log a call with %s")
    return in_place(
        request,
        form,
        title=title % lead.investor,
        submit=_("Log it"),
        back=lead,
        template="investors/interaction_form.html",
        part="investors/_quick_log.html",
        lead=lead,
    )


def _log_quickly(request: StaffRequest, lead: Lead, form: QuickLogForm) -> Interaction:
    return log_interaction(
        actor=request.user,
        lead=lead,
        said=form.said,
        contacts=form.cleaned_data["contacts"],
        following=form.following,
        completing=form.completing,
    )


def _logged_words(lead: Lead, form: InteractionForm) -> str:
    done = ", ".join(action.what for action in form.completing)
    if done:
        return _("Logged on %(lead)s. Done: %(what)s.") % {"lead": lead, "what": done}
    return _("Logged on %(lead)s.") % {"lead": lead}


def _log_template(request: StaffRequest) -> str:
    return "investors/_log_form.html" if request.htmx else "investors/interaction_form.html"


def _log(request: StaffRequest, lead: Lead, form: InteractionForm) -> Interaction:
    return log_interaction(
        actor=request.user,
        lead=lead,
        said=form.said,
        contacts=form.cleaned_data["contacts"],
        files=form.cleaned_data["files"],
        following=form.following,
        completing=form.completing,
    )


def _visible(request: StaffRequest) -> "QuerySet[Interaction]":
    return Interaction.objects.visible_to(request.user).select_related("lead__investor")


@requires(Act.RECORD)
@transaction.atomic
def interaction_edit(request: StaffRequest, ref: str) -> HttpResponse:
    interaction = locked(request, Interaction.objects.visible_to(request.user), ref=ref)
    require(may_edit(request.user, interaction))
    form = InteractionEditForm(request.POST or None, interaction=interaction, user=request.user)

    def act() -> Interaction:
        contacts = form.cleaned_data["contacts"]
        return edit_interaction(
            actor=request.user, interaction=interaction, said=form.said, contacts=contacts
        )

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        corrected: Any = form.result
        return redirect(corrected)
    return form_page(request, form, title=_("Correct the entry"), back=interaction)


@requires(Act.RECORD)
def interaction_attach(request: StaffRequest, ref: str) -> HttpResponse:
    interaction = get_object_or_404(_visible(request), ref=ref)
    return _attach(request, interaction, _("Attach files to “%s”") % interaction)


@requires(Act.RECORD)
def lead_attach(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    return _attach(request, lead, _("Attach files to %s") % lead)


def _attach(request: StaffRequest, holder: Lead | Interaction, title: str) -> HttpResponse:
    form = FilesForm(request.POST or None, request.FILES or None)
    name = "lead" if isinstance(holder, Lead) else "interaction"

    def act() -> list[Attachment]:
        files = form.cleaned_data["files"]
        return attach_files(actor=request.user, files=files, **{name: holder})

    if form.carry_out(act):
        messages.success(request, _("Attached."))
        return redirect(holder)
    return form_page(request, form, title=title, submit=_("Attach"), back=holder)


@require_safe
@requires(Act.READ)
def attachment(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The file, to those who see what it hangs on: always to keep, never drawn by the browser."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), ref=ref)
    return to_keep(found.file.open("rb"), found.name, found.content_type)
