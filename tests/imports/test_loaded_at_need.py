"""A server process holds what its pages need: libraries for workbooks come with the first one."""

import subprocess
import sys

_LOADED = """
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

get_wsgi_application()
get_resolver()._populate()
import sys

print(*sorted({"openpyxl", "PIL", "weasyprint"} & set(sys.modules)), sep=",")
"""


def test_a_server_process_starts_without_what_makes_and_reads_workbooks() -> None:
    command = [sys.executable, "-c", _LOADED]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
