"""Several pairs of the queue, looked through once more before they are decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.duplicates import SURE
from investors.forms.merge import InvestorMergeForm, MergeForm
from investors.models import ContactPair, InvestorPair
from investors.services.deciding import may_decide
from investors.services.deciding_many import AnyPair, Proposal
from investors.services.merging import FIELDS
from investors.services.merging_contacts import CONTACT_FIELDS

_SAID_DIFFERENTLY = {"name", "native_name", "romanised_name", "other_names"}


@dataclass(frozen=True)
class Chosen:
    """A pair, what a merge would do, and whether it is ticked without anybody asking."""

    pair: AnyPair
    proposal: Proposal
    is_safe: bool
    may: bool


class PairsForm(HouseForm):
    """Those that are still ticked are decided."""

    pairs = forms.MultipleChoiceField(
        label=_("Pairs"), error_messages={"required": _("Tick at least one pair.")}
    )

    def __init__(
        self, *args: Any, rows: Sequence[AnyPair], user: User, merges: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.merges, self.user = merges, user
        self.lines = [self._line(pair) for pair in rows]
        self.fields["pairs"].choices = [
            (line.pair.ref, line.pair.ref) for line in self.lines if line.may
        ]
        self.fields["pairs"].initial = [
            line.pair.ref for line in self.lines if line.is_safe or not merges
        ]

    def _line(self, pair: AnyPair) -> Chosen:
        form = self._form(MergeForm, pair)
        proposal = form.proposed()
        opens = pair.first.restricted != pair.second.restricted
        is_safe = pair.score >= SURE and not opens and not set(proposal.lost) - _SAID_DIFFERENTLY
        return Chosen(pair, proposal, is_safe, may_decide(self.user, pair))

    def _form(self, of: type[MergeForm], pair: AnyPair) -> MergeForm:
        names = CONTACT_FIELDS if isinstance(pair, ContactPair) else FIELDS
        return of(pair=pair, names=names, user=self.user)

    def proposals(self) -> Iterator[Proposal]:
        """The merges that were ticked, with the people who are the same beyond doubt.

        Each is proposed when its turn comes, of the records as they are then: an earlier merge may
        have filled what was empty.
        """
        for line in self.chosen:
            for row in (line.pair.first, line.pair.second):
                row.refresh_from_db()
            of = InvestorMergeForm if isinstance(line.pair, InvestorPair) else MergeForm
            yield self._form(of, line.pair).proposed()

    @property
    def ticked(self) -> list[str]:
        found: list[str] = self["pairs"].value() or []
        return found

    @property
    def chosen(self) -> list[Chosen]:
        wanted = set(self.cleaned_data["pairs"])
        return [line for line in self.lines if line.pair.ref in wanted]
