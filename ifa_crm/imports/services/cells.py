"""What cells mean that cannot be read: said once for all cells of the same text."""

from collections.abc import Mapping

from django.db import transaction

from ifa_crm.imports.models import Import
from ifa_crm.imports.services.checking import start_check
from ifa_crm.imports.services.files import kept_for, lock, require_still, require_unwritten
from ifa_crm.staff.models import User


@transaction.atomic
def say_meanings(
    *, actor: User, imported: Import, meanings: Mapping[int, Mapping[str, str]]
) -> Import:
    """Say what texts of columns mean, beside what was said before, and check the rows again.

    With columns that are kept by a name it is kept, too: the next file says the same.
    """
    imported = lock(actor, imported)
    require_still(imported)
    require_unwritten(imported)
    for index, said in meanings.items():
        imported.meanings.setdefault(str(index), {}).update(said)
    kept = kept_for(imported, held=True)
    if kept is not None:
        for place, every in imported.meanings.items():
            heading = imported.headings[int(place)]
            if kept.columns.get(heading) == imported.mapping.get(place):  # else it means another
                kept.meanings.setdefault(heading, {}).update(every)
        kept.save(update_fields=["meanings", "saved_at"])
    return start_check(actor, imported)
