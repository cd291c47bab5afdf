"""The marks by which a figure knows whether what it counts has changed."""

from django.db import models


class Change(models.Model):
    """A change to what figures count, noted by the database itself: see :mod:`.changes`."""

    topic = models.CharField(max_length=20)
    mark = models.BigIntegerField()

    class Meta:
        verbose_name = "mark of a change"
        verbose_name_plural = "marks of changes"

    def __str__(self) -> str:
        return self.topic
