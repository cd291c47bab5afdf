"""Who may do what: one table, read by views, services, the admin and the tests."""

import pytest

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import ACTS, Act, Role, acts_of
from tests import make

# One letter per role that may: Viewer, Adviser, Desk, Manager, aDministrator.
EXPECTED = {
    Act.READ: {*Role},
    Act.RECORD: {Role.ADVISER, Role.DESK, Role.MANAGER, Role.ADMINISTRATOR},
    Act.HANDLE_OWN: {Role.ADVISER, Role.MANAGER, Role.ADMINISTRATOR},
    Act.HANDLE_ANY: {Role.MANAGER, Role.ADMINISTRATOR},
    Act.EDIT_CLUSTERS: {Role.DESK, Role.MANAGER, Role.ADMINISTRATOR},
    Act.RELAY: {Role.DESK, Role.MANAGER, Role.ADMINISTRATOR},
    Act.REASSIGN: {Role.MANAGER, Role.ADMINISTRATOR},
    Act.MERGE: {Role.MANAGER, Role.ADMINISTRATOR},
    Act.VERIFY: {Role.MANAGER},
    Act.SEE_CONFIDENTIAL: {Role.MANAGER, Role.ADMINISTRATOR},
    Act.EXPORT: set(),  # a permission of its own, beside the roles
    Act.ADMINISTER: {Role.ADMINISTRATOR},
}


def test_every_act_is_expected() -> None:
    assert set(EXPECTED) == set(Act)
    assert set(ACTS) == set(Role)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_role_may_as_the_table_says(role: Role, act: Act) -> None:
    assert (act in acts_of({role})) == (role in EXPECTED[act])


@pytest.mark.django_db
@pytest.mark.parametrize("act", Act)
def test_queryset_and_property_agree(act: Act) -> None:
    people = [make.user(role=role) for role in (None, *Role)]
    people.append(make.user(role=Role.MANAGER, is_active=False))
    people.append(make.user(role=None, is_superuser=True))
    people += [make.user(role=role, may_export=True) for role in (None, *Role)]
    people.append(make.user(role=Role.MANAGER, may_export=True, is_active=False))
    able = {person for person in people if User.objects.get(pk=person.pk).may(act)}
    assert set(User.objects.with_act(act)) == able


@pytest.mark.django_db
def test_two_roles_may_what_either_may() -> None:
    person = make.user(role=Role.DESK)
    person.groups.add(make.group(Role.ADVISER))
    person = User.objects.get(pk=person.pk)
    assert person.may(Act.RELAY)
    assert person.may(Act.HANDLE_OWN)
    assert not person.may(Act.HANDLE_ANY)


@pytest.mark.django_db
def test_one_who_left_may_nothing_and_is_not_offered() -> None:
    person = make.user(role=Role.MANAGER, is_active=False)
    assert not any(person.may(act) for act in Act)
    assert person not in User.objects.all().offered()
