"""What came of a made-up lead: a project joined or started."""

from typing import Any, Final

from clusters.choices import ProjectStatus
from ifa_crm.home.making.introductions import Introductions
from ifa_crm.home.making.rows import (
    EngagementLogRow,
    EngagementRow,
    OrganisationAdmittedRow,
    PartnerAdmittedRow,
    PartnerRow,
    ProjectAdmittedRow,
    ProjectClusterRow,
    ProjectRow,
)
from ifa_crm.home.making.story import COMMITTED, ENDED, NEGOTIATING
from ifa_crm.shared.fold import fold
from investors.choices import Contribution, EngagementKind, EngagementState

_OPEN, _AGREED, _VERIFIED, _WITHDRAWN = (
    EngagementState.OPEN.value,
    EngagementState.AGREED.value,
    EngagementState.VERIFIED.value,
    EngagementState.WITHDRAWN.value,
)
_KINDS: Final = (EngagementKind.JOIN.value, EngagementKind.START.value)
_JOIN: Final = EngagementKind.JOIN.value
_CONTRIBUTIONS: Final = tuple(contribution.value for contribution in Contribution)
_PROPOSED, _UNDER_WAY = ProjectStatus.PROPOSED.value, ProjectStatus.UNDER_WAY.value
_UNDISCLOSED: Final = 0.4
_NO_AGREEMENT: Final[dict[str, Any]] = {
    "partner_id": None,
    "undisclosed": False,
    "share_amount": None,
    "jobs": None,
    "agreed_on": None,
    "agreement_reference": "",
    "recorded_by_id": None,
    "verified_at": None,
    "verified_by_id": None,
    "contribution": "",
    "counterfactual": "",
}


class Told(Introductions):
    """The whole story, as far as the lead has come."""

    def tell(self) -> None:
        super().tell()
        if self.stage < NEGOTIATING:
            return
        kind, project = self.pick(_KINDS), self.batch.key(ProjectRow)
        self._project(project, moving=kind == _JOIN or self.stage == COMMITTED)
        verifiers = [user for user in self.maker.pool.verifiers if user != self.by]
        states, facts = [_OPEN], _NO_AGREEMENT
        if self.stage == COMMITTED and verifiers:
            states += [_AGREED, _VERIFIED]
            facts = self._verified(project, self.pick(verifiers))
        elif self.status in ENDED:
            states.append(_WITHDRAWN)
        self._engagement(kind, project, states, facts)

    def _engagement(
        self, kind: str, project: int, states: list[str], facts: dict[str, Any]
    ) -> None:
        key, day = self.batch.key(EngagementRow), self.clock.day
        gone = states[-1] == _WITHDRAWN
        self.batch.add(
            EngagementRow(
                id=key,
                ref=self.batch.ref(),
                lead_id=self.key,
                cluster_id=self.cluster,
                project_id=project,
                kind=kind,
                project_created=True,
                state=states[-1],
                opened_on=day(self.times[NEGOTIATING]),
                opened_by_id=self.by,
                ended_on=day(self.times[-1]) if gone else None,
                end_reason="Not pursued" if gone else "",
                **facts,
            )
        )
        before = ""
        for place, state in enumerate(states):
            at = self.clock.at(self.times[min(NEGOTIATING + place, len(self.times) - 1)])
            self.batch.add(EngagementLogRow(key, at, self.by, before, state, "[]"))
            before = state

    def _verified(self, project: int, verifier: int) -> dict[str, Any]:
        minute, undisclosed = self.times[COMMITTED], self.random() < _UNDISCLOSED
        return {
            "partner_id": self._partner(project),
            "undisclosed": undisclosed,
            "share_amount": None if undisclosed else int(5 + self.random() * 300) * 10_000,
            "jobs": None if undisclosed else int(self.random() * 40),
            "agreed_on": self.clock.day(minute),
            "agreement_reference": "Made up",
            "recorded_by_id": self.by,
            "verified_at": self.clock.at(minute),
            "verified_by_id": verifier,
            "contribution": self.pick(_CONTRIBUTIONS),
            "counterfactual": "Nobody knows.",
        }

    def _project(self, key: int, *, moving: bool) -> None:
        ref, restricted = self.batch.ref(), self.company.restricted
        name, status = f"{self.title} {ref}", _UNDER_WAY if moving else _PROPOSED
        self.batch.add(ProjectRow(key, ref, name, status, restricted, fold(name)))
        self.batch.add(ProjectClusterRow(key, self.cluster, True))
        if restricted and self.by is not None:  # the owner sees what rests on a confidential lead
            self.batch.add(ProjectAdmittedRow(key, self.by))

    def _partner(self, project: int) -> int:
        organisation = self.company.organisation_id
        if organisation is None:
            raise ValueError("A committed lead has a company that is known as an organisation.")
        key, restricted = self.batch.key(PartnerRow), self.company.restricted
        day = self.clock.day(self.times[COMMITTED])
        self.batch.add(PartnerRow(key, self.batch.ref(), project, organisation, day, restricted))
        if restricted and self.by is not None:
            self.batch.add(PartnerAdmittedRow(key, self.by))
            self.batch.add(OrganisationAdmittedRow(organisation, self.by))
        return key
