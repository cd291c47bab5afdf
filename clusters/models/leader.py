"""Who leads a cluster."""

from collections.abc import Iterator

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    LeaderRole,
)
from clusters.models.cluster import Cluster
from clusters.querysets import (
    LeaderQuerySet,
)
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField, SearchTextField
from ifa_crm.shared.models import ByReference
from ifa_crm.staff.models import validate_time_zone


class Leader(Audited, models.Model):
    """A person who leads a cluster, to whom investors are introduced."""

    ref = ReferenceField()
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="leaders", verbose_name=_("cluster")
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=LeaderRole.choices)
    languages = models.CharField(
        _("languages"), max_length=100, blank=True, help_text=_("For example: French, English")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    assistant = models.CharField(
        _("assistant"), max_length=200, blank=True, help_text=_("Name, phone, e-mail")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Paris", validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("in office"), default=True)
    search_text = SearchTextField()

    objects = ByReference.from_queryset(LeaderQuerySet)()

    class Meta:
        ordering = ["-is_active", "name"]
        verbose_name = _("leader")
        verbose_name_plural = _("leaders")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("clusters:cluster_people", args=[self.cluster.slug]) + f"#{self.ref}"

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.email, self.cluster.name)
