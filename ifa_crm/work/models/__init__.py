"""Background work, split by noun."""

from ifa_crm.work.models.job import ATTEMPTS, Beat, Job
from ifa_crm.work.models.mail import Mail

__all__ = ["ATTEMPTS", "Beat", "Job", "Mail"]
