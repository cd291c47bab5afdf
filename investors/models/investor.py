"""The foreign company and the people in it."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from clusters.models import Organisation
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import ReferenceField, SearchTextField
from ifa_crm.shared.models import Archivable, ByReference
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.choices import Language
from investors.choices import FRENCH, CompanySize, Presence
from investors.identifiers import lei_fits, siren_fits
from investors.querysets import ContactQuerySet, InvestorQuerySet

LEI = RegexValidator(r"^[A-Z0-9]{18}[0-9]{2}$", _("A LEI has 18 letters or digits and 2 digits."))
SIREN = RegexValidator(r"^[0-9]{9}$", _("A SIREN has 9 digits."))


def validate_lei(value: str) -> None:
    LEI(value)
    if not lei_fits(value):
        raise ValidationError(_("The check digits of this LEI do not fit."), "lei")


def validate_siren(value: str) -> None:
    SIREN(value)
    if not siren_fits(value):
        raise ValidationError(_("The check digit of this SIREN does not fit."), "siren")


class Investor(Archivable):
    """A foreign company: one controlled from outside France.

    ``restricted`` is kept by the services: true while it has leads and all are confidential.
    Identifiers are not unique, so that a hidden twin never warns the typist.
    """

    ref = ReferenceField()
    name = models.CharField(_("name"), max_length=200)
    native_name = models.CharField(_("name in its own script"), max_length=200, blank=True)
    romanised_name = models.CharField(_("romanised name"), max_length=200, blank=True)
    other_names = models.CharField(
        _("other names"), max_length=300, blank=True, help_text=_("Brands and former names.")
    )
    control_country = CountryField(
        verbose_name=_("controlled from"),
        help_text=_("The country of whoever controls the company in the end."),
    )
    seat_country = CountryField(verbose_name=_("country of its seat"), blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subsidiaries",
        verbose_name=_("group parent"),
    )
    lei = models.CharField(_("LEI"), max_length=20, blank=True, validators=[validate_lei])
    siren = models.CharField(_("SIREN"), max_length=9, blank=True, validators=[validate_siren])
    register_number = models.CharField(_("register number"), max_length=60, blank=True)
    size = models.CharField(
        _("size"), max_length=10, choices=CompanySize.choices, blank=True, default=""
    )
    website = models.CharField(_("website"), max_length=200, blank=True)
    presence = models.CharField(
        _("presence in France"), max_length=12, choices=Presence.choices, blank=True, default=""
    )
    presence_site = models.CharField(_("site in France"), max_length=120, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="investors",
        verbose_name=_("known organisation"),
        help_text=_("If it is already a member or partner of a cluster."),
    )
    organisation_created = models.BooleanField(
        _("the organisation was created for it"), default=False, editable=False
    )
    notes = models.TextField(_("notes"), blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    search_text = SearchTextField()

    objects = ByReference.from_queryset(InvestorQuerySet)()

    class Meta(Archivable.Meta):
        ordering = [Lower("name")]
        verbose_name = _("investor")
        verbose_name_plural = _("investors")
        constraints = [
            *Archivable.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(control_country__in=sorted(FRENCH)),
                name="investors_investor_is_foreign",
                violation_error_code="control_country",
                violation_error_message=_(
                    "An investor must be controlled from outside France: the agency works for "
                    "foreign companies. Record a French company as an organisation."
                ),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="investors_investor_not_own_parent",
                violation_error_code="parent",
                violation_error_message=_("A company cannot be its own parent."),
            ),
            models.CheckConstraint(
                condition=Q(presence_site="") | ~Q(presence__in=["", "none"]),
                name="investors_investor_site_needs_presence",
                violation_error_code="presence",
                violation_error_message=_("A site in France means that there is a presence."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="investors_investor_merged_is_archived",
                violation_error_message=_("A record that was merged must be archived."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="investors_investor_merged",
            ),
            models.Index(
                Lower("name"),
                "id",
                "restricted",
                condition=Q(archived_at__isnull=True),
                name="investors_investor_name",
            ),
            models.Index(fields=["control_country"], name="investors_investor_country"),
            models.Index(  # few have one: an index of all keys looks useless to the planner
                fields=["parent"],
                condition=Q(parent__isnull=False),
                name="investors_investor_below",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("investors:investor_detail", self.ref)

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.native_name, self.romanised_name, self.other_names)
        yield from (self.city, self.website)

    def clean(self) -> None:
        if self.control_country in FRENCH:
            reason = Investor._meta.constraints[len(Archivable.Meta.constraints)]
            raise refusal("control_country", str(reason.violation_error_message), "french")
        ancestor, seen = self.parent, {self.pk}
        while ancestor is not None:
            if ancestor.pk in seen:
                raise refusal("parent", str(_("This would make the group a circle.")), "circle")
            seen.add(ancestor.pk)
            ancestor = ancestor.parent


class Contact(Archivable):
    """A person at the investor.

    ``known_through`` names the lead that the contact became known through; while that lead is
    confidential the contact is ``restricted`` to those who see the lead.
    """

    ref = ReferenceField()
    investor = models.ForeignKey(
        Investor, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("investor")
    )
    name = models.CharField(_("name"), max_length=120)
    native_name = models.CharField(_("name in its own script"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        default=Language.ENGLISH,
        help_text=_("In which we write to them."),
    )
    is_active = models.BooleanField(_("still there"), default=True)
    known_through = models.ForeignKey(
        "investors.Lead",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="contacts_made_known",
        verbose_name=_("known through"),
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    search_text = SearchTextField()

    objects = ByReference.from_queryset(ContactQuerySet)()

    class Meta(Archivable.Meta):
        ordering = ["-is_active", "name"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            *Archivable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(known_through__isnull=False),
                name="investors_contact_restricted_by_lead",
                violation_error_message=_("Only a lead can make a contact restricted."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(archived_at__isnull=False),
                name="investors_contact_merged_is_archived",
                violation_error_message=_("A record that was merged must be archived."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return f"{self.investor.get_absolute_url()}#contacts"

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.native_name, self.email)

    @property
    def is_reachable(self) -> bool:
        return bool(self.email or self.phone)
