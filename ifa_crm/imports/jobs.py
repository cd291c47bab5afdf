"""What the worker and the clock do for imports."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.choices import IMPORT_ENDED
from ifa_crm.imports.models import Import
from ifa_crm.imports.services import checking, files, writing
from ifa_crm.work.registry import Duty, Kind, register_duty, register_kind

DAY: Final = dt.timedelta(days=1)
KEPT: Final = dt.timedelta(days=90)


def register() -> None:
    register_kind(Kind(checking.CHECK, _("Check the rows of an import"), checking.run_check))
    register_kind(Kind(writing.WRITE, _("Write the rows of an import"), writing.run_write))
    register_duty(Duty("old imports", DAY, forget_old))


def forget_old(now: dt.datetime) -> int:
    """Files and rows that came in 90 days ago are deleted; that there was an import stays."""
    old = Import.objects.begun_before(now - KEPT).exclude(state__in=IMPORT_ENDED)
    waiting = [imported for imported in old.select_related("job") if not imported.is_running]
    for imported in waiting:
        files.forget(imported)
    return len(waiting)
