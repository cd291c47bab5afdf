"""My profile, and the language of the pages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.filters import ExportFilter
from ifa_crm.staff.forms import AbsenceForm, ProfileForm
from ifa_crm.staff.models import Absence, ExportLog, User
from ifa_crm.staff.roles import Act


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language from now on, and remember it."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return redirect(target)
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _remembering(redirect(target), language)


def _remembering(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@requires(Act.READ)
@transaction.atomic
def profile(request: StaffRequest) -> HttpResponse:
    user = locked(request, User.objects.filter(pk=request.user.pk))
    form = ProfileForm(request.POST or None, instance=user)
    if form.carry_out(form.save):
        translation.activate(user.language)
        messages.success(request, _("Your profile is saved."))
        return _remembering(redirect("staff:profile"), user.language)
    today = timezone.localdate()
    absences = request.user.absences.filter(last_day__gte=today).select_related("stand_in")
    return form_page(
        request,
        form,
        title=_("My profile"),
        template="staff/profile.html",
        absences=absences,
        may_hand_over=request.user.may(Act.HANDLE_OWN),
        roles=sorted(str(role.label) for role in request.user.roles),
    )


@requires(Act.READ)
def absence_create(request: StaffRequest) -> HttpResponse:
    form = AbsenceForm(request.POST or None, user=request.user)
    if form.carry_out(form.save):
        messages.success(request, _("Your absence is noted."))
        _warn_of_stand_in(request, form.instance)
        return redirect("staff:profile")
    return form_page(request, form, title=_("Note an absence"), back="staff:profile")


def _warn_of_stand_in(request: StaffRequest, absence: Absence) -> None:
    """Whoever stands in may be away as well: nobody would look after the leads."""
    other = absence.stand_in
    if other is None:
        return
    for theirs in other.absences_between(absence.first_day, absence.last_day):
        days = {"first": date_format(theirs.first_day), "last": date_format(theirs.last_day)}
        words = _("%(name)s is away as well from %(first)s to %(last)s.")
        messages.warning(request, words % ({"name": other} | days))


@requires(Act.READ)
def absence_delete(request: StaffRequest, pk: int) -> HttpResponse:
    absence = get_object_or_404(request.user.absences, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(absence.delete):
        messages.success(request, _("The absence is taken out."))
        return redirect("staff:profile")
    return confirm_page(
        request,
        form,
        title=_("Take this absence out?"),
        intro=str(absence),
        submit=_("Take it out"),
        back="staff:profile",
        danger=True,
    )


@requires(Act.ADMINISTER)
def export_log(request: StaffRequest) -> HttpResponse:
    """Who took which list away."""
    page = ListPage(
        request,
        rows=ExportLog.objects.all(),
        filterset=ExportFilter,
        sorts={"when": ("at", "pk")},
        default_sort="-when",
        show=lambda rows: rows.select_related("user"),
    )
    lead = _("Each list that somebody took away as a file: which rows, which columns, how many.")
    return page.answer("staff/export_log.html", title=_("Exports"), lead=lead)
