"""The columns of the list of leads: what the table, the choice of columns and an export read."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ifa_crm.shared.columns import Column, in_one_line
from investors.choices import Answer
from investors.models import Lead
from investors.querysets import LeadQuerySet


def _related(*names: str) -> Callable[[LeadQuerySet], LeadQuerySet]:
    return lambda rows: rows.select_related(*names)


def _fetched(name: str) -> Callable[[LeadQuerySet], LeadQuerySet]:
    return lambda rows: rows.prefetch_related(name)


def _money(key: str, label: Any, currency_label: Any, answer_label: Any) -> Column:
    """An amount, its currency, and what they said when asked for it."""

    def display(lead: Lead) -> str:
        return str(getattr(lead, f"get_{key}_answer_display")())

    def currency(lead: Lead) -> str | None:
        given = getattr(lead, f"{key}_answer") == Answer.GIVEN
        return str(getattr(lead, f"{key}_currency")) if given else None

    return Column(
        key,
        label,
        lambda lead: getattr(lead, f"{key}_amount"),
        classes="num",
        shown=False,
        code=f"lead.{key}",
        also=(
            Column(f"{key}_currency", currency_label, currency, code=f"lead.{key}_currency"),
            Column(f"{key}_answer", answer_label, display),
        ),
    )


LEAD_COLUMNS: tuple[Column, ...] = (
    Column(
        "lead",
        _("Investor and need"),
        lambda lead: lead.investor.name,
        adds=_related("investor"),
        heading=_("Investor"),
        code="investor.name",
        also=(
            Column("need", _("Need in a few words"), lambda lead: lead.title, code="lead.title"),
            Column("reference", _("Reference"), lambda lead: lead.ref, code="lead.ref"),
        ),
    ),
    Column(
        "country",
        _("Country"),
        lambda lead: lead.investor.control_country.name,
        adds=_related("investor"),
        code="investor.control_country",
    ),
    Column(
        "stage", _("Stage"), lambda lead: lead.get_stage_display(), sort="stage", classes="tight"
    ),
    Column(
        "status",
        _("Status"),
        lambda lead: lead.status_today.label,
        classes="tight",
        also=(Column("why", _("Why closed"), lambda lead: lead.why_closed),),
    ),
    Column("owner", _("Owner"), lambda lead: lead.owner, adds=_related("owner"), code="lead.owner"),
    Column(
        "next",
        _("Next action"),
        lambda lead: lead.next_due,
        sort="next",
        classes="sentence",
        adds=lambda rows: rows.with_next_action(),
        also=(Column("next_what", _("What is to be done"), lambda lead: lead.next_what),),
    ),
    Column(
        "reply",
        _("Reply due"),
        lambda lead: lead.reply_due_at,
        sort="reply",
        classes="tight",
        adds=_related("owner"),  # whose office it may be
        also=(Column("silent", _("Silent from"), lambda lead: lead.silent_at),),
    ),
    Column(
        "heard",
        _("Heard from"),
        lambda lead: lead.heard_at,
        sort="heard",
        classes="tight",
        adds=lambda rows: rows.with_milestone(),
    ),
    Column(
        "received",
        _("Received"),
        lambda lead: lead.received_at,
        sort="received",
        classes="nowrap",
        shown=False,
        code="lead.received_at",
    ),
    Column(
        "contact",
        _("Last contact"),
        lambda lead: lead.last_contact,
        classes="nowrap",
        shown=False,
        adds=lambda rows: rows.with_last_contact(),
    ),
    Column(
        "deputy",
        _("Deputy"),
        lambda lead: lead.deputy,
        shown=False,
        adds=_related("deputy"),
        code="lead.deputy",
    ),
    Column(
        "office",
        _("Office"),
        lambda lead: lead.office,
        shown=False,
        adds=_related("office"),
        code="lead.office",
    ),
    Column(
        "priority",
        _("Priority"),
        lambda lead: lead.get_priority_display(),
        shown=False,
        code="lead.priority",
    ),
    Column(
        "origin",
        _("Origin"),
        lambda lead: lead.get_origin_display(),
        shown=False,
        code="lead.origin",
        also=(
            Column(
                "through",
                _("Through whom"),
                lambda lead: lead.origin_detail,
                code="lead.origin_detail",
            ),
        ),
    ),
    Column(
        "mode",
        _("Join or start"),
        lambda lead: lead.get_mode_display(),
        shown=False,
        code="lead.mode",
    ),
    Column(
        "horizon",
        _("Horizon"),
        lambda lead: lead.get_horizon_display(),
        shown=False,
        code="lead.horizon",
    ),
    _money("budget", _("R&D budget"), _("R&D budget: currency"), _("R&D budget: answer")),
    _money("investment", _("Investment"), _("Investment: currency"), _("Investment: answer")),
    Column(
        "jobs",
        _("Jobs"),
        lambda lead: lead.jobs,
        classes="num",
        shown=False,
        code="lead.jobs",
        also=(
            Column("jobs_answer", _("Jobs: answer"), lambda lead: lead.get_jobs_answer_display()),
        ),
    ),
    Column(
        "sectors",
        _("Sectors"),
        lambda lead: in_one_line(lead.sectors.all()),
        shown=False,
        code="lead.sectors",
        adds=_fetched("sectors"),
    ),
    Column(
        "topics",
        _("Topics"),
        lambda lead: in_one_line(lead.topics.all()),
        shown=False,
        code="lead.topics",
        adds=_fetched("topics"),
    ),
    Column(
        "objectives",
        _("Objectives"),
        lambda lead: in_one_line(lead.objectives.all()),
        shown=False,
        code="lead.objectives",
        adds=_fetched("objectives"),
    ),
    Column(
        "regions",
        _("Preferred regions"),
        lambda lead: in_one_line(lead.preferred_regions.all()),
        shown=False,
        code="lead.preferred_regions",
        adds=_fetched("preferred_regions"),
    ),
    Column(
        "since",
        pgettext_lazy("stage of a lead", "In this stage since"),
        lambda lead: lead.stage_since,
        classes="nowrap",
        shown=False,
    ),
)
