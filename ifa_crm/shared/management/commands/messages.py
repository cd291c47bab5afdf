"""``manage.py messages extract | compile | check``: the French catalogue."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ifa_crm.shared import messages_catalogue as catalogue


class Command(BaseCommand):
    help = "Extract, compile or check the French catalogue (Babel; no system gettext)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["extract", "compile", "check"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "extract":
            self.stdout.write(f"{len(catalogue.update())} strings in {catalogue.PO}")
        elif act == "compile":
            self.stdout.write(f"compiled {catalogue.compile_catalogue()}")
        elif problems := catalogue.problems():
            raise CommandError("\n".join(problems))
        else:
            self.stdout.write("The French catalogue is complete.")
