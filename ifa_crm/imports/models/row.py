"""A row of a file, as it stands there, and what becomes of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.choices import Decision, Outcome, Result
from ifa_crm.imports.models.importing import Import
from ifa_crm.imports.querysets import ImportRowQuerySet


class ImportRow(models.Model):
    """A row that holds something. ``line`` is its number as a spreadsheet program shows it.

    ``key`` is what rows of one record share; ``principal`` the record that this row created
    or updated, so that the rows of its key find it.
    """

    of = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    cells: "models.JSONField[Any, list[Any]]" = models.JSONField(_("cells"))
    outcome = models.CharField(
        _("check"), max_length=10, choices=Outcome.choices, default=Outcome.UNCHECKED, blank=True
    )
    errors: "models.JSONField[Any, list[list[str]]]" = models.JSONField(
        _("why refused"), default=list, blank=True
    )
    twins: "models.JSONField[Any, list[dict[str, str]]]" = models.JSONField(
        _("looks like"), default=list, blank=True
    )
    twin_kind = models.CharField(_("why it looks alike"), max_length=20, blank=True, default="")
    note = models.CharField(_("what would be done"), max_length=300, blank=True, default="")
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision.choices, default=Decision.NONE, blank=True
    )
    chosen = models.CharField(_("which record"), max_length=12, blank=True, default="")
    key = models.CharField(max_length=300, blank=True, default="", editable=False)
    near = models.CharField(max_length=300, blank=True, default="", editable=False)
    result = models.CharField(
        _("result"), max_length=10, choices=Result.choices, default=Result.NONE, blank=True
    )
    told = models.TextField(_("reason"), blank=True, default="")
    principal = models.BigIntegerField(null=True, blank=True, editable=False)
    link = models.CharField(_("address"), max_length=200, blank=True, default="")

    objects = models.Manager.from_queryset(ImportRowQuerySet)()

    class Meta:
        ordering = ["line"]
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.UniqueConstraint(fields=["of", "line"], name="imports_row_once"),
            models.CheckConstraint(
                condition=~Q(decision=Decision.SAME) & ~Q(decision=Decision.RESTORE)
                | ~Q(chosen=""),
                name="imports_row_same_as_which",
                violation_error_message=_("Say which record it is."),
            ),
        ]
        indexes = [
            models.Index(fields=["of", "outcome", "line"], name="imports_row_outcome"),
            models.Index(fields=["of", "result", "line"], name="imports_row_result"),
            models.Index(fields=["of", "key", "line"], name="imports_row_key"),
            models.Index(fields=["of", "near", "line"], name="imports_row_near"),
            models.Index(
                fields=["of", "principal"],
                condition=Q(principal__isnull=False),
                name="imports_row_principal",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Line %(line)d") % {"line": self.line})
