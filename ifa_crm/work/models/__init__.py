"""Background work, split by noun."""

from ifa_crm.work.models.job import ATTEMPTS, Beat, Job

__all__ = ["ATTEMPTS", "Beat", "Job"]
