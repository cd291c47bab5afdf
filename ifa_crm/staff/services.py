"""What changes about people, beyond a row."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role

DEMO_PASSWORD = "demo"  # noqa: S105  # good in demo mode only: staff.backends
DEMO_NAMES = ("viewer", "adviser", "adviser2", "desk", "manager", "admin")


@transaction.atomic
def settle_account(*, user: User) -> User:
    """After an administrator changed ``user``: the admin opens for administrators only, and a
    password can be reset through the present e-mail address only."""
    user.refresh_from_db()
    is_staff = Role.ADMINISTRATOR in user.roles
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    return user


def check_somebody_administers(*, without: User) -> None:
    """Refuse a change after which nobody could sign in to the admin any more."""
    others = User.objects.exclude(pk=without.pk).filter(is_active=True, is_staff=True)
    if not any(Role.ADMINISTRATOR in other.roles for other in others.prefetch_related("groups")):
        raise ValidationError(
            _("Nobody else administers: give somebody else the role first."), "last_administrator"
        )


@transaction.atomic
def open_demo_accounts() -> list[User]:
    """Give the demo accounts their known password; the caller has checked that this is a demo.

    They are marked, so that a copy of the database lets them in nowhere else.
    """
    users = list(User.objects.filter(username__in=DEMO_NAMES))
    for user in users:
        user.set_password(DEMO_PASSWORD)
        user.is_demo = True
        user.save(update_fields=["password", "is_demo"])
    return sorted(users, key=lambda user: DEMO_NAMES.index(user.username))
