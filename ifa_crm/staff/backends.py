"""Sign-in by user name or e-mail, and what the Django admin may do."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act


class RoleBackend(AuthenticationBackend):
    """An administrator has every permission of the admin; nobody else has any."""

    def _check_password(self, user: Any, password: str) -> Any:
        """Before the password is looked at: allauth lets in whom the next method refuses."""
        if user is not None and user.is_demo and not settings.DEMO:
            return None
        return super()._check_password(user, password)

    def user_can_authenticate(self, user: Any) -> bool:
        """Not a demo account outside a demo, be it in a copy of its database."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)

    def get_user(self, user_id: Any) -> User | None:
        """Who makes this request, with their office and roles, in one query: every page asks."""
        user = User.objects.as_signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        return isinstance(user_obj, User) and user_obj.may(Act.ADMINISTER)

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        return isinstance(user_obj, User) and user_obj.may(Act.ADMINISTER)

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        return set()  # roles decide, not rows of permissions
