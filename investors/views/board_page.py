"""The board: the leads of a filter in columns by stage."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format

from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.models import User
from investors.choices import Stage
from investors.models import Lead
from investors.permissions import may_handle
from investors.pipeline import Total, Totals, engagement_words, totals_of

CARDS: Final = 15
MOST_CARDS: Final = 150


@dataclass
class Card:
    lead: Lead
    engagements: str
    may_move: bool


@dataclass
class BoardColumn:
    stage: Stage
    cards: list[Card]
    has_more: bool
    more_address: str  # the board with more cards of this column
    list_address: str  # the whole column as a list
    total: Total | None = None  # if it was asked for

    @property
    def count_text(self) -> str:
        if self.total:
            return number_format(self.total.count, force_grouping=True)
        return f"{len(self.cards)}+" if self.has_more else str(len(self.cards))


class Board(ListPage):
    """The same rows, filters and address as the list, as columns of cards."""

    shows_count = False

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    def _shown_of(self, stage: Stage) -> int:
        asked = self.request.GET.get(f"show_{stage.word}", "")[:4]
        return min(max(int(asked), CARDS), MOST_CARDS) if asked.isdecimal() else CARDS

    @cached_property
    def _keys_by_stage(self) -> dict[Stage, list[int]]:
        """Keys in the order of the list, one more than shown where more follow."""
        order = self._order()
        return {
            stage: list(
                self.rows.filter(stage=stage)
                .order_by(*(column.copy() for column in order))
                .values_list("pk", flat=True)[: self._shown_of(stage) + 1]
            )
            for stage in Stage
        }

    @cached_property
    def stage_columns(self) -> list[BoardColumn]:
        shown = {
            stage: keys[: self._shown_of(stage)] for stage, keys in self._keys_by_stage.items()
        }
        cards = _cards([key for keys in shown.values() for key in keys], self.user)
        return [
            BoardColumn(
                stage,
                [cards[key] for key in shown[stage] if key in cards],
                len(keys) > len(shown[stage]),
                self._more_address(stage),
                self.elsewhere(reverse("investors:lead_list"), stage=stage.word),
                self.totals.by_stage[stage] if self.shows_sums else None,
            )
            for stage, keys in self._keys_by_stage.items()
        ]

    def _more_address(self, stage: Stage) -> str:
        shown = self._shown_of(stage)
        if shown >= MOST_CARDS:
            return ""
        more = min(shown + 2 * CARDS, MOST_CARDS)
        return self.address(**{f"show_{stage.word}": more, "sums": None})

    def elsewhere(self, path: str, **changes: str) -> str:
        """As a list: what only a board knows is left behind."""
        only_here = {name for name in self._query() if name.startswith("show_") or name == "sums"}
        page, _mark, query = super().elsewhere(path).partition("?")
        kept = QueryDict(query, mutable=True)
        for name in only_here:
            kept.pop(name, None)
        for name, value in changes.items():
            kept[name] = value
        return f"{page}?{kept.urlencode() or 'all=1'}"

    @property
    def sums_address(self) -> str:
        return self.address(sums=1)

    @property
    def shows_sums(self) -> bool:
        return self.request.GET.get("sums") == "1"

    @cached_property
    def totals(self) -> Totals:
        return totals_of(self.rows)

    @cached_property
    def is_empty(self) -> bool:
        return not any(self._keys_by_stage.values())

    def __len__(self) -> int:
        return sum(len(column.cards) for column in self.stage_columns)


def _cards(keys: list[int], user: User) -> dict[int, Card]:
    rows = Lead.objects.filter(pk__in=keys).select_related("investor", "owner")
    words = engagement_words(keys, user)
    return {
        lead.pk: Card(lead, words.get(lead.pk, ""), may_handle(user, lead))
        for lead in rows.with_next_action().with_milestone().order_by()
    }
