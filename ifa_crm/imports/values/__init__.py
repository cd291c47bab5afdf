"""What people write into cells, read as values: the widgets of django-import-export, made patient.

Each ``clean(cell, chosen=…)`` returns a value or raises :class:`UnreadableError` with the reason.
A cell is what JSON holds: text, a number, a truth value; nothing is ever evaluated. ``chosen`` is
how the column is read where its values can mean two things (``dmy``, ``mdy``; ``comma``,
``point``); :meth:`readings` names those, :meth:`speaks_for` tells which of them a cell shows.
"""

from ifa_crm.imports.values.base import (
    TwoMeaningsError,
    UnreadableError,
    Value,
    is_blank,
    quoted,
    shown,
)
from ifa_crm.imports.values.days import (
    Day,
    Moment,
    known_minute,
)
from ifa_crm.imports.values.listed import (
    Choice,
    Country,
    Flag,
    Named,
    Several,
)
from ifa_crm.imports.values.numbers import (
    Amount,
    Currency,
    decimal_of,
)
from ifa_crm.imports.values.text import (
    Email,
    Phone,
    Squeezed,
    Text,
    Website,
)

__all__ = [
    "Amount",
    "Choice",
    "Country",
    "Currency",
    "Day",
    "Email",
    "Flag",
    "Moment",
    "Named",
    "Phone",
    "Several",
    "Squeezed",
    "Text",
    "TwoMeaningsError",
    "UnreadableError",
    "Value",
    "Website",
    "decimal_of",
    "is_blank",
    "known_minute",
    "quoted",
    "shown",
]
