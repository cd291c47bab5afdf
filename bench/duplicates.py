"""How long it takes to find the duplicates among many investors: ``python -m bench.duplicates``.

Makes a database of its own with 100,000 investors (or the number that is given) and four people at
each, from the words of made-up leads, and goes through all of it twice: without keys, as after a
load past the services, and with everything in place, as each night. Prints the seconds after each
step.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from random import Random
from typing import Any


def main(investors: int) -> None:
    folder = tempfile.mkdtemp(prefix="ifa-duplicates-")
    os.environ |= {
        "IFA_MODE": "demo",  # a debugging mode would keep every statement in memory
        "IFA_SECRET_KEY": "x" * 50,
        "IFA_VAR": folder,
        "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "ifa_crm.settings",
    }
    import django
    from django.conf import settings

    django.setup()
    settings.MIGRATION_MODULES = dict.fromkeys(
        [app.split(".")[-1] for app in settings.INSTALLED_APPS], None
    ) | {"mfa": None, "account": None}
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    _fill(investors)
    from investors.finding import find_all
    from investors.models import ContactPair, InvestorPair

    for title in ("without keys", "as each night"):
        begun, worked = time.monotonic(), time.process_time()
        for step, changed in find_all():
            print(f"{title}: {step}: {changed:,} changed, {_since(begun, worked)}", flush=True)
    print(f"{InvestorPair.objects.count():,} pairs of investors", flush=True)
    print(f"{ContactPair.objects.count():,} pairs of contacts", flush=True)


def _since(begun: float, worked: float) -> str:
    """By the clock, and by what the processor did for it, where others use it too."""
    return f"{time.monotonic() - begun:.1f} s, processor {time.process_time() - worked:.1f} s"


def _fill(investors: int) -> None:
    from ifa_crm.home.making import words
    from investors.models import Contact, Investor

    rng, numbers = Random(1), count(1)
    places = [place for place in words.PLACES for _ in range(place.weight)]
    rows: list[Any] = []
    people: list[Any] = []
    for key in range(1, investors + 1):
        place = rng.choice(places)
        parts = [rng.choice(part) for part in (words.FIRST, words.SECOND, words.TRADES)]
        domain = "".join(parts).lower()
        name = " ".join((*parts, rng.choice(place.forms)))
        rows.append(
            Investor(
                pk=key, name=name, control_country=place.country, website=f"www.{domain}.example"
            )
        )
        for given in rng.sample(words.GIVEN, 4):
            family = rng.choice(words.FAMILY)
            person = f"{given} {family}"
            email = f"{given}.{family}@{domain}.example".lower()
            people.append(Contact(pk=next(numbers), investor_id=key, name=person, email=email))
    for some in range(0, len(rows), 5000):
        Investor.objects.bulk_create(rows[some : some + 5000], batch_size=500)
    for some in range(0, len(people), 5000):
        Contact.objects.bulk_create(people[some : some + 5000], batch_size=500)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
