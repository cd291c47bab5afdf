"""The pages of saved views: named, opened, mended, made one's default, deleted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ifa_crm.shared.editing import confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff import saved_views
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.forms import SavedViewForm
from ifa_crm.staff.models import SavedView
from ifa_crm.staff.roles import Act


def _view(request: StaffRequest, ref: str) -> SavedView:
    found: SavedView = get_object_or_404(
        SavedView.objects.visible_to(request.user).with_default_of(request.user), ref=ref
    )
    return found


def _own_view(request: StaffRequest, ref: str) -> SavedView:
    view = _view(request, ref)
    if not view.may_be_edited_by(request.user):
        raise PermissionDenied
    return view


@requires(Act.READ)
def view_list(request: StaffRequest) -> HttpResponse:
    """Those of one list, or all."""
    rows = SavedView.objects.visible_to(request.user).with_default_of(request.user)
    asked = request.GET.get("list", "")
    if asked:
        rows = rows.filter(list_name=saved_views.family(asked)[0])
    views = [
        (view, view.may_be_edited_by(request.user))
        for view in rows.select_related("author", "office")
    ]
    context = {"title": _("Saved views"), "views": views, "query": request.GET.urlencode()}
    return TemplateResponse(request, "staff/view_list.html", context)


@requires(Act.READ)
def view_open(request: StaffRequest, ref: str) -> HttpResponse:
    """The short address of a view: leads to the one that tells everything."""
    return redirect(_view(request, ref).address)


@requires(Act.READ)
def view_create(request: StaffRequest) -> HttpResponse:
    asked = {"list": request.GET.get("list", ""), "query": request.GET.get("query", "")}
    form = SavedViewForm(request.POST or None, user=request.user, initial=asked)

    def act() -> SavedView:
        given = form.cleaned_data
        return saved_views.save_view(
            actor=request.user,
            url_name=given["list"],
            query=given["query"],
            name=given["name"],
            is_shared=given.get("is_shared", False),
            is_default=given["is_default"],
        )

    if form.carry_out(act):
        messages.success(request, _("The view is saved."))
        return redirect(form.result.address)
    title = _("Save what the list shows")
    intro = _("Filter, sort, columns, page size and layout, under a name.")
    return form_page(request, form, title=title, intro=intro, back="staff:view_list")


@requires(Act.READ)
def view_edit(request: StaffRequest, ref: str) -> HttpResponse:
    view = _own_view(request, ref)
    asked = request.GET.get("list", "")
    held = {
        "name": view.name,
        "is_shared": view.office_id is not None,
        "is_default": bool(view.__dict__["is_default"]),
        "list": asked,
        "query": request.GET.get("query", ""),
    }
    can_replace = saved_views.family(asked)[0] == view.list_name
    form = SavedViewForm(
        request.POST or None, user=request.user, initial=held, can_replace=can_replace
    )

    def act() -> SavedView:
        given = form.cleaned_data
        return saved_views.change_view(
            actor=request.user,
            view=view,
            name=given["name"],
            is_shared=given.get("is_shared", False),
            is_default=given["is_default"],
            query=given["query"] if given.get("replace") else None,
            url_name=given["list"],
        )

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        return redirect(form.result.address)
    title = _("Edit the view “%(name)s”") % {"name": view.name}
    return form_page(request, form, title=title, back="staff:view_list")


@requires(Act.READ)
@require_POST
def view_default(request: StaffRequest, ref: str) -> HttpResponse:
    view = _view(request, ref)
    saved_views.set_default(
        actor=request.user, view=view, is_default=not view.__dict__["is_default"]
    )
    messages.success(request, _("Saved."))
    return redirect("staff:view_list")


@requires(Act.READ)
def view_delete(request: StaffRequest, ref: str) -> HttpResponse:
    view = _own_view(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: saved_views.delete_view(view=view)):
        messages.success(request, _("The view is gone; the records are as they were."))
        return redirect("staff:view_list")
    title = _("Delete the view “%(name)s”?") % {"name": view.name}
    return confirm_page(
        request, form, title=title, submit=_("Delete"), back="staff:view_list", danger=True
    )
