"""People of the agency and their offices."""

import datetime as dt
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.export import Format
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.standing_queries import example
from ifa_crm.staff.choices import Language, Layout, Weekday, time_zones
from ifa_crm.staff.roles import Act, Role, acts_of


def validate_time_zone(name: str) -> None:
    if name not in dict(time_zones()):
        raise ValidationError(_("“%(name)s” is not a time zone."), "zone", {"name": name})


class OfficeManager(models.Manager["Office"]):
    def get_by_natural_key(self, name: str) -> "Office":
        return self.get(name=name)


class Office(Audited, models.Model):
    """An office of the agency, with the hours in which it answers."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    city = models.CharField(_("city"), max_length=80)
    country = CountryField(verbose_name=_("country"))
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_time_zone])
    is_active = models.BooleanField(_("open"), default=True)

    objects = OfficeManager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class WorkingHoursManager(models.Manager["WorkingHours"]):
    def get_by_natural_key(self, office: str, weekday: int, opens: dt.time) -> "WorkingHours":
        return self.get(office__name=office, weekday=weekday, opens=opens)


class WorkingHours(Audited, models.Model):
    """A stretch of a weekday in which an office works, in the office's own wall time."""

    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="hours", verbose_name=_("office")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = WorkingHoursManager()

    class Meta:
        ordering = ["office", "weekday", "opens"]
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "weekday", "opens"],
                name="staff_hours_unique",
                violation_error_message=_("These hours are already there."),
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="staff_hours_in_order",
                violation_error_message=_("An office must close after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"

    def natural_key(self) -> tuple[str, int, dt.time]:
        return (self.office.name, self.weekday, self.opens)

    natural_key.dependencies = ["staff.office"]  # type: ignore[attr-defined]


class HolidayManager(models.Manager["Holiday"]):
    def get_by_natural_key(self, office: str, date: dt.date) -> "Holiday":
        return self.get(office__name=office, date=date)


class Holiday(Audited, models.Model):
    """A day on which an office does not work."""

    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="holidays", verbose_name=_("office")
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)

    objects = HolidayManager()

    class Meta:
        ordering = ["date"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "date"],
                name="staff_holiday_unique",
                violation_error_message=_("This office already has a holiday on that date."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    def natural_key(self) -> tuple[str, dt.date]:
        return (self.office.name, self.date)

    natural_key.dependencies = ["staff.office"]  # type: ignore[attr-defined]


class StaffQuerySet(models.QuerySet["User"]):
    def offered(self) -> "StaffQuerySet":
        """Those a picker offers: people who left are kept on history and in filters only."""
        return self.filter(is_active=True)

    def search(self, query: str) -> "StaffQuerySet":
        """People whose name or user name holds every word of ``query``."""
        found = self
        for word in query.split():
            found = found.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(username__icontains=word)
            )
        return found

    def as_signed_in(self, pk: Any) -> "User | None":
        """The person with this key, their office and roles known: one row for each role."""
        rows = self.filter(pk=pk).select_related("office")
        found = list(rows.annotate(group_name=F("groups__name")).order_by())
        for user in found:
            user.roles = user.roles_of({row.__dict__["group_name"] for row in found})
            return user
        return None

    def with_act(self, act: Act) -> "StaffQuerySet":
        """Active people whose roles allow ``act``."""
        roles = [role.value for role in Role if act in acts_of({role})]
        administrators = Q(is_superuser=True) if act in acts_of({Role.ADMINISTRATOR}) else Q()
        able = Q(groups__name__in=roles) | administrators
        if act == Act.EXPORT:
            able = Q(may_export=True) & (
                Q(groups__name__in=[role.value for role in Role]) | Q(is_superuser=True)
            )
        return self.offered().filter(able).distinct()


class StaffManager(UserManager.from_queryset(StaffQuerySet)):  # type: ignore[misc]
    """Users by Django's own manager, with our reads."""


class User(Audited, AbstractUser):
    """A member of staff. Roles are groups; one who leaves is deactivated, never deleted."""

    email = models.EmailField(_("e-mail"), blank=True)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("office"),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Paris", validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    may_export = models.BooleanField(
        _("may export"),
        default=False,
        help_text=_("Take what they see in lists away as a file. Each time is logged."),
    )
    is_demo = models.BooleanField(
        _("demo account"),
        default=False,
        editable=False,
        help_text=_("Its password is known to everybody: it can sign in to a demo only."),
    )

    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        ordering = ["first_name", "last_name", "username"]
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=~Q(email=""),
                name="staff_user_email_unique",
                violation_error_message=_("Somebody else has this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[Role]:
        return self.roles_of({group.name for group in self.groups.all()})

    def roles_of(self, groups: set[str]) -> frozenset[Role]:
        """The roles of somebody in groups of these names."""
        roles = {role for role in Role if role.value in groups}
        if self.is_superuser:
            roles.add(Role.ADMINISTRATOR)
        return frozenset(roles)

    @cached_property
    def acts(self) -> frozenset[Act]:
        if not self.is_active or not self.roles:
            return frozenset()
        return acts_of(set(self.roles)) | ({Act.EXPORT} if self.may_export else set())

    def may(self, act: Act) -> bool:
        return act in self.acts

    @property
    def own_keys(self) -> tuple[int | None, ...]:
        """What of a person stands in queries; :meth:`example` takes the same."""
        return (self.pk, self.office_id)

    def example(self, pk: Any, office: Any) -> "User":
        """Anybody with the same rights: to word a query with (``shared/standing_queries.py``)."""
        anybody = example(User, id=pk, office_id=office)
        anybody.acts = self.acts
        return anybody

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def absences_between(self, first: dt.date, last: dt.date) -> "models.QuerySet[Absence]":
        """When they are away on any of these days, and who stands in."""
        rows = Absence.objects.filter(user=self, first_day__lte=last, last_day__gte=first)
        return rows.select_related("stand_in")

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        for name in ("roles", "acts"):
            self.__dict__.pop(name, None)
        super().refresh_from_db(*args, **kwargs)


class Absence(Audited, models.Model):
    """Days on which somebody is away, and who stands in: which gives no right to see."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="absences", verbose_name=_("member of staff")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    stand_in = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="standing_in",
        verbose_name=_("who stands in"),
    )

    class Meta:
        ordering = ["first_day"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="staff_absence_in_order",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")),
                name="staff_absence_by_another",
                violation_error_message=_("Somebody else must stand in."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.first_day} - {self.last_day}"

    @property
    def day_after(self) -> dt.date:
        """The first day on which they are back."""
        return self.last_day + dt.timedelta(days=1)

    def covers(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def offered_to(self, user: User) -> "SavedViewQuerySet":
        """Their own, and those of their office, whoever made them."""
        theirs = Q(author=user, office__isnull=True)
        return self.filter(theirs | Q(office=user.office_id, office__isnull=False))

    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """Those offered, and to those who may mend them the shared ones of every office."""
        if not user.may(Act.HANDLE_ANY):
            return self.offered_to(user)
        return self.filter(Q(author=user) | Q(office__isnull=False))

    def with_default_of(self, user: User) -> "SavedViewQuerySet":
        """Annotate ``is_default``: whether ``user`` opens the list with it."""
        chosen = DefaultView.objects.filter(user=user, view=models.OuterRef("pk"))
        return self.annotate(is_default=models.Exists(chosen))


class SavedViewManager(models.Manager.from_queryset(SavedViewQuerySet)):  # type: ignore[misc]
    """Views by our reads."""


class SavedView(Audited, models.Model):
    """A list as somebody likes it: filter, sort, columns, page size, layout, by a name.

    Personal, or, with an office, for everybody there. It is an address with a name: whoever
    opens it sees what they may see.
    """

    ref = ReferenceField()
    list_name = models.CharField(_("list"), max_length=60)
    layout = models.CharField(
        _("layout"), max_length=5, choices=Layout.choices, default=Layout.LIST
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(_("filter, sort and columns"), blank=True, max_length=2000)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="saved_views", verbose_name=_("made by")
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="saved_views",
        verbose_name=_("for the office"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[SavedViewManager] = SavedViewManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                "author",
                "list_name",
                condition=Q(office__isnull=True),
                name="staff_view_own_name",
                violation_error_code="name",
                violation_error_message=_("You already have a view of this name."),
            ),
            models.UniqueConstraint(
                models.functions.Lower("name"),
                "office",
                "list_name",
                condition=Q(office__isnull=False),
                name="staff_view_office_name",
                violation_error_code="name",
                violation_error_message=_("Your office already has a view of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """What it opens: the address tells everything."""
        name = self.list_name
        if self.layout == Layout.BOARD:
            name = name.replace("_list", "_board")
        return f"{reverse(name)}?{self.query or 'all=1'}"

    def may_be_edited_by(self, user: User) -> bool:
        """Its author; an office's also managers and administrators."""
        return self.author_id == user.pk or (
            self.office_id is not None and user.may(Act.HANDLE_ANY)
        )


class DefaultView(models.Model):
    """With which view somebody opens a list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="default_views")
    list_name = models.CharField(_("list"), max_length=60)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")
        constraints = [
            models.UniqueConstraint(fields=["user", "list_name"], name="staff_default_view_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"


class ExportLog(models.Model):
    """A list that somebody took away as a file: which rows and columns, how many."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="exports", verbose_name=_("who")
    )
    of = models.CharField(_("list"), max_length=80)
    query = models.TextField(_("address of the list"), blank=True)
    filters: "models.JSONField[Any, list[list[str]]]" = models.JSONField(
        _("filter"), default=list, blank=True
    )
    columns: "models.JSONField[Any, list[str]]" = models.JSONField(_("columns"), default=list)
    count = models.PositiveIntegerField(_("rows"))
    format = models.CharField(_("format"), max_length=10, choices=Format.choices)
    job = models.CharField(_("job"), max_length=12, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["-at", "-id"], name="staff_export_recent")]

    def __str__(self) -> str:
        return f"{self.of}: {self.count}"

    @property
    def filter_words(self) -> str:
        return "; ".join(": ".join(part) for part in self.filters)
