"""A lead is listed under the country of its investor, whatever happens to either."""

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse

from ifa_crm.staff.models import User
from ifa_crm.work.services.undo import undo
from investors.models import Investor, Lead
from investors.services.investors import edit_investor
from tests import make
from tests.conftest import SignIn
from tests.investors.test_merging import merge

pytestmark = pytest.mark.django_db


def strays() -> int:
    """Leads that say another country than their investor."""
    return Lead.objects.exclude(investor_country=F("investor__control_country")).count()


def listed(client: Client, country: str) -> list[str]:
    page = client.get(reverse("investors:lead_list"), {"country": country}).context["page"]
    return [lead.ref for lead in page.objects]


def test_the_list_follows_the_investor(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser, investor=make.investor(control_country="JP"))
    other = make.lead(owner=adviser, investor=lead.investor)
    client = as_user(adviser)
    assert sorted(listed(client, "JP")) == sorted([lead.ref, other.ref])
    edit_investor(actor=adviser, investor=lead.investor, changes={"control_country": "KR"})
    assert listed(client, "JP") == []
    assert sorted(listed(client, "KR")) == sorted([lead.ref, other.ref])
    assert strays() == 0


@pytest.mark.parametrize(("take", "country"), [([], "JP"), (["control_country"], "DE")])
def test_a_merge_and_its_undo_take_the_leads_along(
    manager: User, take: list[str], country: str
) -> None:
    kept = make.lead(investor=make.investor(control_country="JP"))
    gone = make.lead(investor=make.investor(control_country="DE"))
    batch = merge(manager, kept.investor, gone.investor, take=take)
    found = Lead.objects.filter(investor=kept.investor_id)
    assert set(found.values_list("investor_country", flat=True)) == {country}
    assert found.count() == 2
    undo(actor=manager, batch=batch)
    countries = dict(Lead.objects.values_list("pk", "investor_country"))
    assert countries == {kept.pk: "JP", gone.pk: "DE"}
    assert strays() == 0


def test_what_was_written_past_the_models_is_put_right(adviser: User) -> None:
    lead = make.lead(investor=make.investor(control_country="JP"))
    Investor.objects.filter(pk=lead.investor_id).update(control_country="IN")
    assert strays() == 1
    call_command("refold", verbosity=0)
    assert strays() == 0
