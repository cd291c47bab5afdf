"""The rules that say whose an enquiry becomes: an administrator's pages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ifa_crm.shared.editing import confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.rules import PreviewForm, RuleForm
from investors.models import AssignmentRule
from investors.services.assignment import move_rule, preview, remove_rule, save_rule


@require_safe
@requires(Act.ADMINISTER)
def rule_list(request: StaffRequest) -> HttpResponse:
    """The rules in their order; below, whom an enquiry would go to."""
    form = PreviewForm(request.GET if "country" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        sectors = [sector.pk for sector in form.cleaned_data["sectors"]]
        found = preview(country=form.cleaned_data["country"], sectors=sectors)
    rules = AssignmentRule.objects.select_related("office", "sector")
    context = {"title": _("Assignment rules"), "rules": rules, "form": form, "found": found}
    return TemplateResponse(request, "investors/rule_list.html", context)


@requires(Act.ADMINISTER)
def rule_create(request: StaffRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if form.carry_out(lambda: save_rule(actor=request.user, fields=form.rule_fields)):
        messages.success(request, _("Saved."))
        return redirect("investors:rule_list")
    return form_page(request, form, title=_("New rule"), back="investors:rule_list")


@requires(Act.ADMINISTER)
def rule_edit(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if form.carry_out(lambda: save_rule(actor=request.user, fields=form.rule_fields, rule=rule)):
        messages.success(request, _("Saved."))
        return redirect("investors:rule_list")
    return form_page(request, form, title=_("Edit the rule"), back="investors:rule_list")


@require_POST
@requires(Act.ADMINISTER)
def rule_up(request: StaffRequest, pk: int) -> HttpResponse:
    return _move(request, pk, up=True)


@require_POST
@requires(Act.ADMINISTER)
def rule_down(request: StaffRequest, pk: int) -> HttpResponse:
    return _move(request, pk, up=False)


def _move(request: StaffRequest, pk: int, *, up: bool) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    try:
        move_rule(actor=request.user, rule=rule, up=up)
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    return redirect("investors:rule_list")


@requires(Act.ADMINISTER)
def rule_remove(request: StaffRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(AssignmentRule, pk=pk)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: remove_rule(actor=request.user, rule=rule)):
        messages.success(request, _("The rule is gone."))
        return redirect("investors:rule_list")
    return confirm_page(
        request,
        form,
        title=_("Remove the rule “%(rule)s”?") % {"rule": rule},
        submit=_("Remove"),
        danger=True,
        back="investors:rule_list",
    )
