"""Keys by which twins are found: what two records that mean the same have in common.

A key is kept as a number made of its kind and text, so that the table is small and holds no
name or address to be erased later. The services of investors and contacts keep them;
``manage.py find_duplicates`` repairs them.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from investors.models.investor import Contact, Investor


class KeyKind(models.IntegerChoices):
    """What a key is made of; the strong ones first."""

    NAME = 1, _("name")
    CORE = 2, _("words of the name")
    LEI = 3, _("LEI")
    SIREN = 4, _("SIREN")
    REGISTER = 5, _("register number")
    DOMAIN = 6, _("web or e-mail domain")
    NEAR = 7, _("name but for one word")
    EMAIL = 8, _("e-mail address")
    PERSON = 9, _("name and phone number")


STRONG: Final = frozenset(
    {KeyKind.NAME, KeyKind.CORE, KeyKind.LEI, KeyKind.SIREN, KeyKind.REGISTER}
)


class MatchKey(models.Model):
    """One key of one record. Derived: it goes with its record."""

    is_derived = True

    kind = models.PositiveSmallIntegerField(_("kind"), choices=KeyKind.choices)
    value = models.BigIntegerField(_("key"))

    class Meta:
        abstract = True


class InvestorKey(MatchKey):
    investor = models.ForeignKey(
        Investor, on_delete=models.CASCADE, related_name="keys", verbose_name=_("investor")
    )

    class Meta:
        verbose_name = _("key of an investor")
        verbose_name_plural = _("keys of investors")
        constraints = [
            models.UniqueConstraint(fields=["value", "investor"], name="investors_investorkey_once")
        ]

    def __str__(self) -> str:
        return f"{self.investor_id}: {self.get_kind_display()}"


class ContactKey(MatchKey):
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="keys", verbose_name=_("contact")
    )

    class Meta:
        verbose_name = _("key of a contact")
        verbose_name_plural = _("keys of contacts")
        constraints = [
            models.UniqueConstraint(fields=["value", "contact"], name="investors_contactkey_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.get_kind_display()}"
