"""Today: which sections whom, and in which order.

A section belongs to the work of a role. Beside it everybody who may handle something sees their
own work too, as far as there is any. Who has two roles sees both.
"""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from ifa_crm.home.desk import CHASE, CHECK, CORRECT, RELAY
from ifa_crm.home.front_door import ENQUIRIES
from ifa_crm.home.handed import BACK, HANDED
from ifa_crm.home.oversight import (
    ACCOUNTS,
    ADRIFT,
    CONFIRM,
    CONFIRMED,
    FAILED,
    LEAVERS,
    MAIL,
    NEW,
    UNTENDED,
)
from ifa_crm.home.own import (
    ANSWER,
    COMING,
    DO,
    MEET,
    RECORD,
    SILENT,
    TAKE,
)
from ifa_crm.home.sections import AT_MOST, SHOWN, Moment, Section, Small, Sort
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role

MAIN: Final[dict[Role, tuple[Sort, ...]]] = {
    Role.ADVISER: (HANDED, BACK, ANSWER, DO, MEET, RECORD, SILENT, TAKE, ENQUIRIES),
    Role.DESK: (RELAY, CHASE, CHECK, CORRECT),
    Role.MANAGER: (CONFIRM, ADRIFT, ENQUIRIES),
    Role.ADMINISTRATOR: (FAILED, MAIL, LEAVERS, ACCOUNTS, UNTENDED),
    Role.VIEWER: (COMING, NEW, CONFIRMED),
}
# Shown only when there is something.
QUIET: Final = frozenset({HANDED, BACK, RECORD, SILENT, ENQUIRIES, ACCOUNTS, FAILED, MAIL})
# The same for these: people of these roles may have work of their own.
BESIDE: Final[dict[Role, tuple[Sort, ...]]] = {
    Role.DESK: (DO, MEET),
    Role.MANAGER: (HANDED, ANSWER, DO, MEET, RECORD),
    Role.ADMINISTRATOR: (HANDED, ANSWER, DO, MEET, RECORD),
}

# An answer may be what was to be done, and what is logged may be an answer.
TOGETHER: Final = {"answer": ("do",), "do": ("answer",), "silent": ("do",)}

IN_SHORT: Final = {
    "answer": _("%(n)s to answer"),
    "do": _("%(n)s to do"),
    "meet": _("%(n)s to meet"),
    "record": _("%(n)s to record"),
    "handed": _("%(n)s to take over"),
    "silent": _("%(n)s not heard from"),
    "relay": _("%(n)s to relay"),
    "chase": _("%(n)s without an answer"),
    "correct": _("%(n)s notes"),
    "confirm": _("%(n)s to confirm"),
    "adrift": _("%(n)s without owner or plan"),
    "coming": _("%(n)s introductions ahead"),
}


def sorts_of(user: User) -> dict[Sort, bool]:
    """The sorts of section that ``user`` sees, in order, and whether they belong to a role."""
    roles = [role for role in MAIN if role in user.roles]
    found = {sort: sort not in QUIET for role in roles for sort in MAIN[role]}
    for role in roles:
        for sort in BESIDE.get(role, ()):
            found.setdefault(sort, False)
    return found


def sections_of(user: User) -> Iterator[Section]:
    moment, sorts = Moment(user), sorts_of(user)
    if any(isinstance(sort.rows, Small) for sort in sorts):
        moment.read_small(sorts)
    for sort, is_main in sorts.items():
        section = sort.at(moment, is_main=is_main)
        if section.lines or is_main:
            yield section


def section_of(user: User, key: str, shown: int = AT_MOST) -> Section | None:
    """One section with so many of its lines, or nothing if it is not for ``user``."""
    for sort, is_main in sorts_of(user).items():
        if sort.key == key:
            return sort.at(Moment(user), shown, is_main=is_main)
    return None


def touched_with(user: User, key: str) -> Iterator[Section]:
    """The other sections of Today that an act in this one may change, as Today shows them."""
    for other in TOGETHER.get(key, ()):
        if section := section_of(user, other, SHOWN):
            yield section


def in_short(sections: list[Section]) -> str:
    """*3 to answer, 5 to do*: the sentence under the heading."""
    counted = {section.key: section.count_text for section in sections if section.total}
    return ", ".join(
        str(words) % {"n": counted[key]} for key, words in IN_SHORT.items() if key in counted
    )
