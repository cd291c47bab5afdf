"""What there is to do in the background: apps register in ``AppConfig.ready``.

* a **kind** of job, which a person or a service starts;
* a **pump**, which the worker empties again and again between jobs (the outbox);
* a **duty**, which ``manage.py tick`` does when it is due.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ifa_crm.staff.roles import Act

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Kind:
    """A sort of job. ``run(job_run, **arguments)`` does it, in stages: see docs/jobs.md.

    ``offered_to``: who finds a button for it on the page of jobs; nobody where it is ``None``.
    ``private``: its file is for whoever started it alone, and while they may do this.
    """

    key: str
    label: Any
    run: "Callable[..., None]"
    explanation: Any = ""
    offered_to: Act | None = None
    private: Act | None = None


@dataclass(frozen=True)
class Duty:
    """Something that falls due by the clock. ``act(now)`` must be harmless when repeated."""

    name: str
    every: dt.timedelta
    act: Callable[[dt.datetime], object]


_kinds: dict[str, Kind] = {}
_duties: dict[str, Duty] = {}
_pumps: dict[str, Callable[[], int]] = {}


def register_kind(kind: Kind) -> None:
    _kinds[kind.key] = kind


def kinds() -> Mapping[str, Kind]:
    return _kinds


def register_duty(duty: Duty) -> None:
    _duties[duty.name] = duty


def duties() -> list[Duty]:
    return list(_duties.values())


def register_pump(name: str, pump: Callable[[], int]) -> None:
    """Let the worker call ``pump`` between jobs; it returns how much it found to do."""
    _pumps[name] = pump


def pumps() -> list[Callable[[], int]]:
    return list(_pumps.values())
