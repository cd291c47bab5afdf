"""What is asked for, by whom, and how many times a bare list it may take."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    key: str
    address: str
    aim: float | None = None  # the ratio that was asked for at 100,000 leads
    user: str = "adviser"


PAGES = (
    Page("leads", "/leads/", 4),
    Page("leads filtered", "/leads/?status=active&country=JP&sort=next", 4),
    Page("leads page 1,000", "/leads/?page=1000"),
    Page("leads active", "/leads/?status=active", 4),
    Page("clusters", "/clusters/", 4),
    Page("lead", "/leads/{lead}/", 5),
    Page("investor", "/investors/{investor}/"),
    Page("today adviser", "/", 4),
    Page("today desk", "/", 4, "desk"),
    Page("today manager", "/", 4, "manager"),
    Page("today admin", "/", 4, "admin"),
    Page("today viewer", "/", 4, "viewer"),
    Page("search common", "/search/?q=sensors", 6),
    Page("search rare", "/search/?q=heliotrope", 6),
    Page("search absent", "/search/?q=xyzzyplugh", 6),
    Page("combobox", "/options/investors/?q=kestrel", 2),
    Page("calendar", "/meetings/calendar/?month={month}", 4),
    # What has no aim comes last: the memory of a worker is taken before it, too.
    Page("board", "/leads/board/?all=1"),
    Page("board mine", "/leads/board/?mine=1&status=active"),
    Page("board sums", "/leads/board/?all=1&sums=1"),
    Page("investor timeline", "/investors/{investor}/timeline/"),
    Page("evaluate", "/evaluate/?text=We+make+pressure+sensors+and+batteries+for+trains&mode=join"),
    Page("lead, evaluation", "/leads/{lead}/evaluate/"),
    Page("leads for a cluster", "/clusters/moveo/matches/", user="desk"),
    Page("leads for a cluster, all", "/clusters/moveo/matches/?listed=all&page=20", user="desk"),
    Page("open seats", "/seats/", user="desk"),
    Page("neutrality", "/reports/neutrality/", user="manager"),
)
USERS = tuple(dict.fromkeys(page.user for page in PAGES))
BARE = "/"
