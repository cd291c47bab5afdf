"""Any list as a file. A list's views build their page in a function, and give it to both::

def _page(request: StaffRequest) -> ListPage:
    return ListPage(request, …, columns=LEAD_COLUMNS, export=reverse("investors:lead_export"))

lead_export = export_of(_page, _("Leads"), name="leads")

What the address of the list names (a cluster) reaches the function by keyword, and may stand
in title and name as ``%(slug)s``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.editing import FAILED
from ifa_crm.shared.export import Format, Shape, csv_chunks, write_xlsx
from ifa_crm.shared.forms import HouseForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, View, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.registry import Kind, register_kind
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.exports import AT_ONCE, EXPORT_JOB, log_export, start_export

PageOf = Callable[..., ListPage]


class ExportForm(HouseForm):
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=Format.choices,
        initial=Format.CSV,
        required=False,
        widget=forms.RadioSelect,
    )
    coded = forms.BooleanField(
        label=gettext_lazy("To be imported again"),
        required=False,
        help_text=gettext_lazy(
            "Codes as headings, exact times, user names: an import maps every column by itself."
        ),
    )

    def clean_format(self) -> Format:
        return Format(self.cleaned_data["format"] or Format.CSV)


@dataclass(frozen=True)
class Source:
    """A list that can leave: how its page is built, what it is called, the name of its file,
    and who may open it at all."""

    page: PageOf
    title: Any
    name: str
    act: Act

    def of(self, kwargs: dict[str, Any]) -> "Source":
        """The same with the record that the address names."""
        return replace(
            self,
            page=partial(self.page, **kwargs),
            title=str(self.title) % kwargs,
            name=self.name % kwargs,
        )

    def may_leave_with(self, user: User) -> bool:
        return user.may(Act.EXPORT) and user.may(self.act)


def export_of(page: PageOf, title: Any, *, name: str, act: Act = Act.READ) -> "View[...]":
    """The view that asks for the kind of file and gives it; ``act``: what the list itself needs."""
    source = Source(page, title, name, act)

    @requires(Act.EXPORT)
    @requires(act)
    def export(request: StaffRequest, **kwargs: Any) -> HttpResponseBase:
        return _answer(request, source.of(kwargs))

    export.source = source  # type: ignore[attr-defined]  # read by the job
    return export


def _answer(request: StaffRequest, source: Source) -> HttpResponseBase:
    page = source.page(request)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: _made(request, source, page, form)):
        response: HttpResponseBase = form.result
        return response
    context = {
        "page": page,
        "form": form,
        "title": _("Export: %(list)s") % {"list": source.title},
        "count": page.total,
        "back": _list_address(page),
        "at_once": AT_ONCE,
        "submit": _("Export"),
    }
    status = FAILED if form.errors else 200
    return TemplateResponse(request, "work/export.html", context, status=status)


def _list_address(page: ListPage) -> str:
    """The list itself, as it was left: its export stands right under it."""
    query = page.request.GET.urlencode()
    address = page.export.removesuffix("export/")
    return f"{address}?{query}" if query else address


def _made(
    request: StaffRequest, source: Source, page: ListPage, form: ExportForm
) -> HttpResponseBase:
    """The file, or the way to the job that makes it."""
    if not page.is_valid:
        raise forms.ValidationError(_("Mend the filter first: nothing would be in it."), "filter")
    shape = shape_of(request.user, page, form.cleaned_data["format"], form.cleaned_data["coded"])
    keys, of = page.all_keys(), str(source.title)
    if shape.format == Format.XLSX and len(keys) > AT_ONCE:
        job = start_export(
            actor=request.user,
            page=page,
            of=of,
            path=page.export,
            shape=shape,
            count=len(keys),
        )
        return redirect(job)
    log_export(actor=request.user, page=page, of=of, shape=shape, count=len(keys))
    name = file_name(source, shape)
    if shape.format == Format.XLSX:
        file = write_xlsx(page.chunks(keys), shape, of, lambda done: None)
        return to_keep(file, name, shape.format.content_type)
    return _streamed(csv_chunks(page.chunks(keys), shape), name, shape)


def _streamed(chunks: Iterator[bytes], name: str, shape: Shape) -> HttpResponseBase:
    response = StreamingHttpResponse(chunks, content_type=shape.format.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shape_of(user: User, page: ListPage, format: Format, coded: bool) -> Shape:  # noqa: A002
    return Shape(format, page.shown_columns, coded, user.language, user.zone)


def file_name(source: Source, shape: Shape) -> str:
    day = timezone.localdate(timezone=shape.zone)
    return f"{source.name}-{day.isoformat()}.{shape.format.suffix}"


# --- The job -----------------------------------------------------------------------------


def run_export(run: JobRun, *, path: str, query: str, coded: bool) -> None:
    """Make the workbook as its owner sees the list now; begun anew if it was stopped."""
    user = run.job.started_by
    source = _source_at(path)
    if user is None or not source.may_leave_with(user):
        raise forms.ValidationError(_("You may not export any more."), "forbidden")
    with timezone.override(user.zone):
        page = source.page(_request(user, path, query))
        shape = shape_of(user, page, Format.XLSX, coded)
        keys = page.all_keys()

        def told(done: int) -> None:
            with run.stage() as stage:
                stage.done, stage.total = min(done, len(keys)), len(keys)
                stage.note = str(source.title)

        with write_xlsx(page.chunks(keys), shape, str(source.title), told) as file:
            run.keep_result(file_name(source, shape), file.read())


def _source_at(path: str) -> Source:
    """The list whose export stands there; another version may have had it elsewhere."""
    try:
        match = resolve(path)
        source: Source = match.func.source.of(match.kwargs)  # type: ignore[attr-defined]
    except (Resolver404, AttributeError):
        told = _("This version has no such list. Start the export anew from the list.")
        raise forms.ValidationError(told, "no_list") from None
    return source


def _request(user: User, path: str, query: str) -> StaffRequest:
    """What a page of a list reads of a request, for a list that nobody waits for."""
    request = HttpRequest()
    request.user, request.GET, request.path = user, QueryDict(query), path
    return cast(StaffRequest, request)


def register() -> None:
    register_kind(
        Kind(
            key=EXPORT_JOB,
            label=gettext_lazy("Export of a list"),
            run=run_export,
            private=Act.EXPORT,
        )
    )
