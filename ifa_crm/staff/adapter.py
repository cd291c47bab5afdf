"""How allauth behaves here."""

import time

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from ifa_crm.staff.middleware import SEEN
from ifa_crm.staff.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator: nobody registers themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session[SEEN] = int(time.time())
