"""What came of a made-up lead: a project joined or started."""

from typing import Any

from clusters.choices import OrganisationKind, ProjectStatus
from clusters.models import Organisation, Project, ProjectCluster, ProjectPartner
from ifa_crm.home.making.introductions import Introductions
from ifa_crm.home.making.story import COMMITTED, NEGOTIATING
from investors.choices import CLOSED, Contribution, EngagementKind, EngagementState
from investors.models import Engagement, EngagementLog

_S = EngagementState


class Told(Introductions):
    """The whole story, as far as the lead has come."""

    def tell(self) -> None:
        super().tell()
        if self.stage < NEGOTIATING:
            return
        kind = self.rng.choice((EngagementKind.JOIN, EngagementKind.START))
        engagement = Engagement(
            ref=self.maker.ref(),
            lead=self.lead,
            cluster=self.cluster,
            project=self._project(kind),
            kind=kind,
            project_created=True,
            opened_on=self.times[NEGOTIATING].date(),
            opened_by=self.owner,
        )
        self.batch.add(engagement)
        self._go_on(engagement)

    def _go_on(self, engagement: Engagement) -> None:
        """Verified where the lead is committed, withdrawn where it was closed, else open."""
        states = [_S.OPEN]
        if self.stage == COMMITTED and self._verifiers():
            states += [_S.AGREED, _S.VERIFIED]
            self._verify(engagement)
        elif self.status in CLOSED:
            states.append(_S.WITHDRAWN)
            engagement.ended_on = self.times[-1].date()
            engagement.end_reason = "Not pursued"
        engagement.state = states[-1]
        for place, state in enumerate(states):
            move = EngagementLog(engagement=engagement, actor=self.owner, to_state=state)
            move.from_state = states[place - 1] if place else ""
            move.at = self.times[min(NEGOTIATING + place, len(self.times) - 1)]
            self.batch.add(move)

    def _verifiers(self) -> list[Any]:
        return [user for user in self.maker.pool.verifiers if user != self.owner]

    def _verify(self, engagement: Engagement) -> None:
        at = self.times[COMMITTED]
        engagement.agreed_on, engagement.agreement_reference = at.date(), "Made up"
        engagement.recorded_by, engagement.undisclosed = self.owner, True
        engagement.verified_at, engagement.verified_by = at, self.rng.choice(self._verifiers())
        engagement.contribution = self.rng.choice(list(Contribution))
        engagement.counterfactual = "Nobody knows."
        engagement.partner = self._partner(engagement.project)

    def _project(self, kind: EngagementKind) -> Project:
        moving = kind == EngagementKind.JOIN or self.stage == COMMITTED
        project = Project(ref=self.maker.ref(), restricted=self.lead.restricted)
        project.name = f"{self.lead.title} {project.ref}"
        project.status = ProjectStatus.UNDER_WAY if moving else ProjectStatus.PROPOSED
        self.batch.add(project)
        self.batch.add(ProjectCluster(project=project, cluster=self.cluster, is_lead=True))
        return self._admitted(Project.admitted, project)

    def _partner(self, project: Project) -> ProjectPartner:
        partner = ProjectPartner(ref=self.maker.ref(), project=project)
        partner.organisation = self._organisation()
        partner.joined_on, partner.restricted = self.times[COMMITTED].date(), project.restricted
        self.batch.add(partner)
        return self._admitted(ProjectPartner.admitted, partner)

    def _organisation(self) -> Organisation:
        """The one that stands for the investor, made the first time."""
        investor = self.lead.investor
        if investor.organisation is not None:
            return investor.organisation
        organisation = Organisation(
            ref=self.maker.ref(),
            name=investor.name,
            kind=OrganisationKind.COMPANY,
            country=investor.seat_country,
            restricted=investor.restricted,
        )
        self.batch.add(organisation)
        investor.organisation, investor.organisation_created = organisation, True
        return self._admitted(Organisation.admitted, organisation)

    def _admitted(self, many: Any, row: Any) -> Any:
        """The owner sees what rests on a confidential lead."""
        if row.restricted and self.owner is not None:
            self.batch.link(many, row, self.owner)
        return row
