"""What the one search finds of this app: investors, leads, contacts. Prefix hits first."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.querysets import ranked
from ifa_crm.shared.extend import Hit, Searcher, register_searcher
from ifa_crm.staff.models import User
from investors.models import Contact, Investor, Lead


def _investors(user: User) -> "QuerySet[Investor]":
    return Investor.objects.visible_to(user).live()


def _leads(user: User) -> "QuerySet[Lead]":
    return Lead.objects.visible_to(user).live().select_related("investor", "owner")


def _contacts(user: User) -> "QuerySet[Contact]":
    return Contact.objects.visible_to(user).live().select_related("investor")


def find_investors(user: User, query: str, limit: int) -> list[Hit]:
    rows = ranked(_investors, user, query, limit=limit, latest_first=True)
    return [Hit(row.name, _joined(row.native_name, *_place(row)), _url(row)) for row in rows]


def find_leads(user: User, query: str, limit: int) -> list[Hit]:
    fields = ("investor__search_text", "search_text")
    found = ranked(_leads, user, query, *fields, limit=limit, latest_first=True)
    return [
        Hit(
            str(row),
            _joined(
                row.get_stage_display(), str(row.status_today.label), str(row.owner or _("nobody"))
            ),
            _url(row),
        )
        for row in found
    ]


def find_contacts(user: User, query: str, limit: int) -> list[Hit]:
    found = ranked(_contacts, user, query, limit=limit, latest_first=True)
    return [
        Hit(row.name, _joined(row.native_name, row.position, row.investor.name), _url(row))
        for row in found
    ]


def _place(investor: Investor) -> tuple[str, str]:
    return str(investor.control_country.name), investor.city


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _url(row: Investor | Lead | Contact) -> str:
    return row.get_absolute_url()


def _list_of(name: str, query: str) -> str:
    return f"{reverse(f'investors:{name}')}?{urlencode({'q': query})}"


def register() -> None:
    register_searcher(
        Searcher(
            key="investor",
            label=_("Investors"),
            icon="building-office-2",
            find=find_investors,
            order=10,
            list_url=lambda query: _list_of("investor_list", query),
        )
    )
    register_searcher(
        Searcher(
            key="lead",
            label=_("Leads"),
            icon="inbox-stack",
            find=find_leads,
            order=20,
            list_url=lambda query: _list_of("lead_list", query),
        )
    )
    register_searcher(
        Searcher(key="contact", label=_("Contacts"), icon="user", find=find_contacts, order=30)
    )
