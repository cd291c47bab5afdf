"""Where the tests run: the program's own settings, with files in a folder of this run.

The database is SQLite unless ``DATABASE_URL`` says otherwise; it is a file, as in real use, so
that threads and processes of a test meet in it.
"""

import os
import tempfile
from pathlib import Path

os.environ["IFA_MODE"] = "development"
if "IFA_TEST_VAR" not in os.environ:  # the workers of pytest-xdist share the first one's
    os.environ["IFA_TEST_VAR"] = tempfile.mkdtemp(prefix="ifa-test-")
os.environ["IFA_VAR"] = os.environ["IFA_TEST_VAR"]
Path(os.environ["IFA_VAR"], "static").mkdir(exist_ok=True)

from ifa_crm.settings import *  # noqa: E402, F403
from ifa_crm.settings import DATABASES, VAR_DIR  # noqa: E402

# What a test writes need not outlive a power cut.
_default = DATABASES["default"]
if _default["ENGINE"].endswith("sqlite3"):
    _default["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    _default["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    _default["OPTIONS"]["options"] += " -c synchronous_commit=off"

WHITENOISE_AUTOREFRESH = True  # each client starts the middleware: look for no files beforehand

# Most of the cast lives in Paris: its days are the days of the tests.
TIME_ZONE = "Europe/Paris"
