"""Two records side by side: which is kept, and from which each differing field is taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.duplicates import compare_people
from investors.forms.investor import HIDEABLE, is_hidden
from investors.likeness import people
from investors.models import Contact, ContactPair, Investor, InvestorPair, PairState
from investors.services.deciding_many import Proposal

FIRST, SECOND = "first", "second"


@dataclass(frozen=True)
class Line:
    """A field of both records; ``choice`` where they differ."""

    label: str
    first: Any
    second: Any
    choice: BoundField | None

    @property
    def differs(self) -> bool:
        return self.choice is not None


class MergeForm(HouseForm):
    """Which of a pair is kept, the older unless one is open and the other confidential, and the
    fields taken from the other: what is filled over what is empty."""

    keep = forms.ChoiceField(widget=forms.RadioSelect, label=_("Which record is kept"))

    def __init__(
        self,
        *args: Any,
        pair: InvestorPair | ContactPair,
        names: tuple[str, ...],
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pair, self.user = pair, user
        self.first: Any = pair.first
        self.second: Any = pair.second
        self.names = [name for name in names if not self._hides(name)]
        sides = [(FIRST, str(self.first)), (SECOND, str(self.second))]
        keep = SECOND if self.first.restricted and not self.second.restricted else FIRST
        self.fields["keep"].choices, self.fields["keep"].initial = sides, keep
        for name in self.differing:
            self.fields[f"take_{name}"] = forms.ChoiceField(
                label=self._label(name),
                choices=[(side, self.shown(name, side)) for side in (FIRST, SECOND)],
                widget=forms.RadioSelect,
                initial=self._default(name, keep),
            )

    @property
    def differing(self) -> list[str]:
        return [
            name for name in self.names if self._value(FIRST, name) != self._value(SECOND, name)
        ]

    def _hides(self, name: str) -> bool:
        """Whether one of them has a record there that the person may not see."""
        rows = [row for row in (self.first, self.second) if isinstance(row, Investor)]
        return name in HIDEABLE and any(is_hidden(row, name, self.user) for row in rows)

    def _value(self, side: str, name: str) -> Any:
        return getattr(getattr(self, side), name)

    def _label(self, name: str) -> str:
        label = str(self.first._meta.get_field(name).verbose_name)
        return label[:1].upper() + label[1:]

    def shown(self, name: str, side: str) -> str:
        """A value as people read it; empty if nothing is recorded."""
        row = getattr(self, side)
        display = getattr(row, f"get_{name}_display", None)
        value = display() if display else getattr(row, name)
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if hasattr(value, "code"):
            return str(value.name)
        return "" if value is None else str(value)

    def _default(self, name: str, keep: str) -> str:
        """What is filled; nothing unasked from a confidential record into an open one."""
        other = SECOND if keep == FIRST else FIRST
        opens = getattr(self, other).restricted and not getattr(self, keep).restricted
        empty = self._value(keep, name) in ("", None)
        return other if empty and not opens else keep

    def clean(self) -> dict[str, Any] | None:
        if self.pair.state == PairState.MERGED:
            raise ValidationError(_("They have been merged meanwhile."), "merged")
        return super().clean()

    @property
    def lines(self) -> Iterator[Line]:
        """The fields in which something is recorded."""
        for name in self.names:
            first, second = self.shown(name, FIRST), self.shown(name, SECOND)
            choice = self[f"take_{name}"] if f"take_{name}" in self.fields else None
            if first or second:
                yield Line(self._label(name), first, second, choice)

    def proposed(self) -> "Proposal":
        """The merge as it stands before anybody has changed a choice."""
        keep: str = self.fields["keep"].initial
        other = SECOND if keep == FIRST else FIRST
        take = [name for name in self.differing if self._default(name, keep) != keep]
        lost = {
            name: self._label(name)
            for name in self.differing
            if name not in take and self.shown(name, other)
        }
        return Proposal(self.pair, getattr(self, keep), take, self._sure_people(keep), lost)

    def _sure_people(self, keep: str) -> list[tuple[Contact, Contact]]:
        return []

    @property
    def kept(self) -> Any:
        return getattr(self, self.cleaned_data["keep"])

    @property
    def take(self) -> list[str]:
        """The fields that come from the record that is not kept."""
        keep = self.cleaned_data["keep"]
        return [name for name in self.differing if self.cleaned_data[f"take_{name}"] != keep]


class InvestorMergeForm(MergeForm):
    """Two investors, and which of their people are the same."""

    people = forms.MultipleChoiceField(
        label=_("The same people"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twins = _same_people(self.first, self.second, self.user)
        choices = [(key, f"{one} = {other}: {why}") for key, one, other, why, _s in self.twins]
        self.fields["people"].choices = choices
        self.fields["people"].initial = [each[0] for each in self.twins if each[4]]
        if not choices:
            del self.fields["people"]

    def _sure_people(self, keep: str) -> list[tuple[Contact, Contact]]:
        pairs: dict[int, tuple[Contact, Contact]] = {}
        for _key, one, other, _why, is_sure in self.twins:
            if is_sure and not {one.pk, other.pk} & {
                pk for two in pairs.values() for pk in _keys(two)
            }:
                pairs[one.pk] = (one, other) if keep == FIRST else (other, one)
        return list(pairs.values())

    def clean_people(self) -> list[tuple[Contact, Contact]]:
        chosen = self.cleaned_data["people"]
        pairs = [(one, other) for key, one, other, _w, _s in self.twins if key in chosen]
        named = [row.pk for two in pairs for row in two]
        if len(named) > len(set(named)):
            raise ValidationError(_("Choose each person once."), "twice")
        return pairs

    @property
    def same_people(self) -> list[tuple[Contact, Contact]]:
        """(kept, taken up): the person at the investor that is kept stays."""
        pairs = self.cleaned_data.get("people", [])
        keep_first = self.cleaned_data["keep"] == FIRST
        return pairs if keep_first else [(other, one) for one, other in pairs]


def _keys(two: tuple[Contact, Contact]) -> set[int]:
    return {row.pk for row in two}


def _same_people(
    one: Investor, other: Investor, user: User
) -> list[tuple[str, Contact, Contact, str, bool]]:
    """People of the two who look the same: key, both, why, and whether that is sure."""
    rows = Contact.objects.visible_to(user).live().filter(investor__in=[one, other])
    contacts = list(rows.order_by("pk"))
    facts = people([row.pk for row in contacts])
    found = []
    for a in (row for row in contacts if row.investor_id == one.pk):
        for b in (row for row in contacts if row.investor_id == other.pk):
            like = compare_people(facts[a.pk], facts[b.pk])
            names = [code for code, _what in like.reasons]
            if like.is_listed or "person" in names or "person_order" in names:
                words = ContactPair(reasons=[list(reason) for reason in like.reasons]).why
                found.append((f"{a.ref}-{b.ref}", a, b, ", ".join(words), like.is_listed))
    return found
