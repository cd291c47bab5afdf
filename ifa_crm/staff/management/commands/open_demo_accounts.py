"""``manage.py open_demo_accounts``: gives the demo accounts their known password."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ifa_crm.staff.services import open_demo_accounts


class Command(BaseCommand):
    help = "Give the demo accounts the password “demo”. Possible with IFA_MODE=demo only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts exist with IFA_MODE=demo only.")
        opened = open_demo_accounts()
        if not opened:
            raise CommandError("There are no demo accounts yet: run load_demo first.")
        self.stdout.write(", ".join(user.username for user in opened))
