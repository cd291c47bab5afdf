"""Background work, split by noun."""

from ifa_crm.work.models.job import ATTEMPTS, Beat, Job
from ifa_crm.work.models.mail import Mail
from ifa_crm.work.models.undo import Batch, BatchEntry

__all__ = ["ATTEMPTS", "Batch", "BatchEntry", "Beat", "Job", "Mail"]
