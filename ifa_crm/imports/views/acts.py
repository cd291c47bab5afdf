"""What is done with an import: begun, its columns named, its doubts decided, written, put aside."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ifa_crm.imports.forms import ColumnsForm, DecisionForm, ReadingForm, UploadForm
from ifa_crm.imports.forms_cells import CellsForm
from ifa_crm.imports.services import cells, checking, deciding, files, writing
from ifa_crm.imports.views.frame import noun_or_404, own_import, steps
from ifa_crm.shared.editing import confirm_page, form_page, onward
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


@requires(Act.EDIT_CLUSTERS)
def import_new(request: StaffRequest, key: str) -> HttpResponseBase:
    noun = noun_or_404(request, key)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.carry_out(
        lambda: files.upload(actor=request.user, noun=key, file=form.cleaned_data["file"])
    ):
        return redirect("imports:import_columns", ref=form.result.ref)
    return form_page(
        request,
        form,
        title=_("Import: %s") % noun.label,
        intro=noun.explanation,
        submit=_("Next: columns"),
        back="imports:import_list",
        template="imports/import_new.html",
        noun=noun,
    )


@requires(Act.EDIT_CLUSTERS)
def import_columns(request: StaffRequest, ref: str) -> HttpResponseBase:
    imported = own_import(request, ref)
    noun = noun_or_404(request, imported.noun)
    if not imported.file:
        return redirect(imported)
    form = ColumnsForm(request.POST or None, imported=imported, noun=noun)
    if form.carry_out(
        lambda: checking.check(
            actor=request.user,
            imported=imported,
            mapping=form.mapping,
            readings=form.readings,
            overwrite=form.cleaned_data["overwrite"],
            keep_as=form.cleaned_data["keep_as"],
            forget=form.cleaned_data.get("forget", False),
        )
    ):
        return redirect(imported)
    return form_page(
        request,
        form,
        title=_("What do the columns hold?"),
        submit=_("Check the rows"),
        back="imports:import_list",
        template="imports/import_columns.html",
        imported=imported,
        steps=steps(imported),
        reading=ReadingForm(imported=imported),
    )


@requires(Act.EDIT_CLUSTERS)
def import_reading(request: StaffRequest, ref: str) -> HttpResponseBase:
    """Read the file in another way."""
    imported = own_import(request, ref)
    if not imported.file:
        return redirect(imported)
    form = ReadingForm(request.POST or None, imported=imported)
    if form.carry_out(
        lambda: files.read_differently(actor=request.user, imported=imported, **form.cleaned_data)
    ):
        messages.success(request, _("Read anew. Look at the columns again."))
        return redirect("imports:import_columns", ref=ref)
    return form_page(
        request, form, title=_("How the file is read"), submit=_("Read it so"), back=imported
    )


@requires(Act.EDIT_CLUSTERS)
def import_cells(request: StaffRequest, ref: str) -> HttpResponseBase:
    imported = own_import(request, ref)
    noun = noun_or_404(request, imported.noun)
    if not imported.unread:
        return redirect(imported)
    form = CellsForm(request.POST or None, imported=imported, noun=noun)
    if form.carry_out(
        lambda: cells.say_meanings(actor=request.user, imported=imported, meanings=form.meanings)
    ):
        return redirect(imported)
    return form_page(
        request,
        form,
        title=_("What do these cells mean?"),
        submit=_("Check the rows again"),
        back=imported,
        template="imports/import_cells.html",
        imported=imported,
        steps=steps(imported),
    )


@require_POST
@requires(Act.EDIT_CLUSTERS)
def import_decide(request: StaffRequest, ref: str, line: int) -> HttpResponseBase:
    imported = own_import(request, ref)
    form = DecisionForm(request.POST)
    if not form.carry_out(
        lambda: deciding.decide(
            actor=request.user,
            imported=imported,
            line=line,
            decision=form.cleaned_data["decision"],
            chosen=form.cleaned_data["chosen"],
        )
    ):
        _say_why(request, form)
    return redirect(onward(request, imported))


@require_POST
@requires(Act.EDIT_CLUSTERS)
def import_decide_all(request: StaffRequest, ref: str) -> HttpResponseBase:
    imported = own_import(request, ref)
    form = DecisionForm(request.POST)
    if form.carry_out(
        lambda: deciding.decide_all(
            actor=request.user,
            imported=imported,
            kind=form.cleaned_data["kind"],
            decision=form.cleaned_data["decision"],
        )
    ):
        n = form.result
        messages.success(request, ngettext("%d row decided.", "%d rows decided.", n) % n)
    else:
        _say_why(request, form)
    return redirect(onward(request, imported))


def _say_why(request: StaffRequest, form: DecisionForm) -> None:
    for _target, _label, sentence in form.error_links:
        messages.error(request, sentence)


@requires(Act.EDIT_CLUSTERS)
def import_write(request: StaffRequest, ref: str) -> HttpResponseBase:
    imported = own_import(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: writing.write(actor=request.user, imported=imported)):
        return redirect(imported)
    n = imported.rows.to_write().count()
    waiting = imported.rows.undecided().count()
    intro = ngettext("%d row is written.", "%d rows are written.", n) % n
    if waiting:
        told = ngettext(
            "%d possible duplicate waits for your decision and can be written later.",
            "%d possible duplicates wait for your decision and can be written later.",
            waiting,
        )
        intro = f"{intro} {told % waiting}"
    return confirm_page(
        request,
        form,
        title=_("Write “%s”?") % imported,
        intro=intro,
        submit=_("Write"),
        back=imported,
    )


@requires(Act.EDIT_CLUSTERS)
def import_put_aside(request: StaffRequest, ref: str) -> HttpResponseBase:
    imported = own_import(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: files.put_aside(actor=request.user, imported=imported)):
        messages.success(request, _("The file and its rows are deleted."))
        return redirect("imports:import_list")
    return confirm_page(
        request,
        form,
        title=_("Put “%s” aside?") % imported,
        intro=_("The file and its rows are deleted. What was written stays."),
        submit=_("Put aside"),
        back=imported,
        danger=True,
    )
