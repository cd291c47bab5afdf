"""The job that changes many leads, and what is forgotten of it."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from ifa_crm.work.registry import Duty, Kind, register_duty, register_kind
from investors.services.bulk_plan import BULK_JOB, forget_old, run_bulk_edit


def register() -> None:
    register_kind(Kind(key=BULK_JOB, label=_("Change many leads"), run=run_bulk_edit))
    register_duty(Duty("old bulk edits", dt.timedelta(days=1), forget_old))
