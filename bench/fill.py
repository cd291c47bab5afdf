"""Fills a data set, in one process. Runs with the settings of the program.

Prints as JSON how many leads were made in a second. ``python -m bench.fill COUNT``; without a
count only what the program needs anew: its static files and its latest tables.
"""

from __future__ import annotations

import json
import sys
import time

import django
from django.core.management import call_command


def main(count: int) -> None:
    django.setup()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    call_command("migrate", verbosity=0)
    if not count:
        return
    call_command("createcachetable")
    call_command("load_reference", verbosity=0)
    call_command("load_demo", verbosity=0)
    call_command("open_demo_accounts", verbosity=0, stdout=sys.stderr)
    begun = time.monotonic()
    call_command("make_leads", count=count, verbosity=0)
    print(json.dumps({"leads_per_second": count / (time.monotonic() - begun)}))
    call_command("compare_leads", verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
