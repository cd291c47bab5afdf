"""Organisations and how they are tied to clusters."""

from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_countries.fields import CountryField

from clusters.choices import MembershipKind, OrganisationKind
from clusters.models.cluster import Cluster
from clusters.querysets import (
    MembershipQuerySet,
    OrganisationQuerySet,
    PartnershipQuerySet,
)
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import ReferenceField, SearchTextField
from ifa_crm.shared.models import Archivable, ByReference


class Organisation(Archivable):
    """A company, laboratory, university, public body or cluster abroad.

    ``restricted`` is set by the investors' services while the row rests on a confidential lead;
    then only ``admitted`` people, managers and administrators see it.
    """

    ref = ReferenceField()
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    country = CountryField(
        verbose_name=_("country"), blank=True, help_text=_("Leave empty if not recorded.")
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    admitted = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="+"
    )
    search_text = SearchTextField()

    objects = ByReference.from_queryset(OrganisationQuerySet)()

    class Meta(Archivable.Meta):
        ordering = [Lower("name")]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [*Archivable.Meta.constraints]
        indexes = [
            models.Index(Lower("name"), "id", "restricted", name="clusters_org_by_name"),
            models.Index(fields=["kind", "country"], name="clusters_org_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("clusters:organisation_detail", self.ref)

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.city)


class Membership(Audited, models.Model):
    """An organisation's membership of a cluster."""

    ref = ReferenceField()
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("cluster")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=MembershipKind.choices)
    since_year = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    until_year = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = ByReference.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ["kind", Lower("organisation__name")]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "organisation"],
                condition=Q(until_year__isnull=True),
                name="clusters_membership_once",
                violation_error_code="organisation",
                violation_error_message=_("The organisation is already a member of this cluster."),
            ),
            models.CheckConstraint(
                condition=Q(since_year__isnull=True)
                | Q(until_year__isnull=True)
                | Q(until_year__gte=models.F("since_year")),
                name="clusters_membership_in_order",
                violation_error_code="until_year",
                violation_error_message=_("A membership must not end before it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} - {self.cluster}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)


class Partnership(Audited, models.Model):
    """A cluster's partner abroad: a named organisation, or a number with names not given."""

    ref = ReferenceField()
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("cluster")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partnerships",
        verbose_name=_("organisation"),
    )
    through = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partnerships_carried",
        verbose_name=_("through"),
        help_text=_("The organisation in the cluster that holds the partnership."),
    )
    unnamed_count = models.PositiveSmallIntegerField(
        _("number, names not given"), null=True, blank=True
    )
    unnamed_kind = models.CharField(
        _("what they are"), max_length=20, choices=OrganisationKind.choices, blank=True
    )
    unnamed_country = CountryField(verbose_name=_("their country"), blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    since_year = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    until_year = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = ByReference.from_queryset(PartnershipQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, unnamed_count__isnull=True)
                | Q(organisation__isnull=True, unnamed_count__isnull=False, unnamed_count__gt=0),
                name="clusters_partnership_named_or_counted",
                violation_error_code="unnamed_count",
                violation_error_message=_(
                    "Give either the organisation or a number with names not given."
                ),
            ),
            models.UniqueConstraint(
                fields=["cluster", "organisation"],
                condition=Q(until_year__isnull=True),
                name="clusters_partnership_once",
                violation_error_code="organisation",
                violation_error_message=_("This partnership is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(unnamed_count__isnull=False) | Q(unnamed_kind="", unnamed_country=""),
                name="clusters_partnership_named_says_itself",
                violation_error_code="unnamed_kind",
                violation_error_message=_(
                    "Kind and country are for partners whose names are not given: a named "
                    "organisation has its own."
                ),
            ),
            models.CheckConstraint(
                condition=Q(since_year__isnull=True)
                | Q(until_year__isnull=True)
                | Q(until_year__gte=models.F("since_year")),
                name="clusters_partnership_in_order",
                violation_error_code="until_year",
                violation_error_message=_("A partnership must not end before it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} - {self.partner_name}"

    @property
    def partner_name(self) -> str:
        """The partner, or how many partners whose names are not given."""
        if self.organisation is not None:
            return self.organisation.name
        return ngettext(
            "%(count)d partner, name not given",
            "%(count)d partners, names not given",
            self.unnamed_count or 0,
        ) % {"count": self.unnamed_count or 0}

    def natural_key(self) -> tuple[str]:
        return (self.ref,)
