"""The program's settings, with the number of queries in each answer."""

from ifa_crm.settings import *  # noqa: F403
from ifa_crm.settings import MIDDLEWARE

MIDDLEWARE = ["bench.counting.CountQueries", *MIDDLEWARE]
