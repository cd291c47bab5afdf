"""The blind brief for leaders of clusters: written, cleared, released, and the name told later."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from clusters.choices import ContactPolicy
from clusters.models import Leader
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.services.outbox import queue_mail
from investors.blinding_reading import (
    findings_of,
    language_for,
    open_findings,
    tellable,
    text_of,
)
from investors.choices import SHORTLIST_ENDED, Way
from investors.gates import require_qualified
from investors.models import BlindBrief, BlindRelease, Contact, Lead, Reveal, Shortlisting
from investors.permissions import may_handle, may_relay, require
from investors.services.events import lock
from investors.services.leads import require_active
from investors.topics import ENGLISH, FRENCH


@transaction.atomic
def start_blind_brief(*, actor: User, lead: Lead) -> BlindBrief:
    """Begin a draft that tells every fact that is on record; one draft of a lead at a time."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    if BlindBrief.objects.drafts().filter(lead=lead).exists():
        raise ValidationError(_("A blind brief is being written already."), "being_written")
    brief = BlindBrief(lead=lead, shows=[fact.value for fact in tellable(lead)], made_by=actor)
    brief.full_clean()
    brief.save()
    return brief


@transaction.atomic
def write_blind_brief(
    *,
    actor: User,
    brief: BlindBrief,
    shows: Iterable[str],
    words_en: str,
    words_fr: str,
    cleared: Collection[str] = (),
) -> BlindBrief:
    """Write a draft. ``cleared``: keys of findings that give nothing away; each is noted with who
    cleared it, and is forgotten once the text no longer holds it."""
    brief = _locked(actor, brief, drafting=True)
    brief.shows, brief.words_en, brief.words_fr = list(shows), words_en, words_fr
    before = {entry["key"]: entry for entry in brief.cleared}
    now = timezone.now().isoformat()
    brief.cleared = [
        before.get(finding.key)
        or {
            "key": finding.key,
            "text": finding.text,
            "whys": [why.value for why in finding.whys],
            "by": actor.username,
            "at": now,
        }
        for finding in findings_of(brief)
        if finding.key in cleared
    ]
    brief.full_clean()
    brief.save()
    return brief


@transaction.atomic
def discard_blind_brief(*, actor: User, brief: BlindBrief) -> None:
    """Forget a draft."""
    _locked(actor, brief, drafting=True).delete()


@transaction.atomic
def release_blind_brief(
    *, actor: User, brief: BlindBrief, leaders: Iterable[Leader], way: Way
) -> list[BlindRelease]:
    """Let leaders of shortlisted clusters read it, each in one of their languages.

    Refused while something in it could give the company away and was not cleared. The first
    release freezes the text; to later leaders the same text goes. By mail each leader is written
    to apart from the others, and no header says whose need it is. What a cluster makes of it is
    recorded on the shortlist: nothing moves there by itself.
    """
    brief = _locked(actor, brief)
    lead = brief.lead
    require_active(lead)
    require_qualified(lead)
    if left := open_findings(brief):
        names = ", ".join(f"“{finding.text}”" for finding in left[:8])
        told = _("Change this in the text, or tick that it gives nothing away: %(names)s.")
        raise refusal("cleared", told % {"names": names}, "gives_away")
    chosen = list(leaders)
    if not chosen:
        raise refusal("leaders", _("Tick at least one leader."), "no_leader")
    listed = _open_shortlist(lead)
    for leader in chosen:
        _require_may_be_told(actor, brief, leader, listed, way)
    if brief.is_draft:
        answer_to = lead.owner or actor
        english, french = (text_of(brief, language, answer_to) for language in (ENGLISH, FRENCH))
        brief.text_en, brief.text_fr = english, french
        brief.released_at, brief.released_by = timezone.now(), actor
        brief.full_clean()
        brief.save()
    return [_release(actor, brief, leader, listed[leader.cluster_id], way) for leader in chosen]


@dataclass(frozen=True)
class Consent:
    """Who at the investor agreed to be named, when, and how."""

    by: Contact | None = None
    on: dt.date | None = None
    how: str = ""


@transaction.atomic
def reveal(*, actor: User, release: BlindRelease, way: Way, text: str, consent: Consent) -> Reveal:
    """Tell a leader whose need it was. A confidential investor must have agreed."""
    lead = lock(release.brief.lead)
    require(may_relay(actor, lead))
    require_active(lead)
    release = BlindRelease.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if Reveal.objects.filter(release=release).exists():
        raise ValidationError(_("This leader was told already."), "told")
    if lead.restricted and consent.by is None:
        told = _("This lead is confidential: the investor is named only once they have agreed.")
        raise refusal("consent_by", told, "no_consent")
    _require_consent(lead, consent)
    _require_reached(actor, release.leader, way)
    said = Reveal(
        release=release,
        was_confidential=lead.restricted,
        consent_by=consent.by,
        consent_on=consent.on,
        consent_how=consent.how,
        way=way,
        sent_to=_address(release.leader),
        text=text,
        revealed_by=actor,
    )
    said.full_clean()
    said.save()
    if way == Way.MAIL:
        with override(release.language):
            words = {"day": date_format(timezone.localtime(release.released_at))}
            subject = _("The company of our note of %(day)s") % words
        _queue(actor, release.leader, subject, text, f"reveal:{said.ref}")
    return said


def name_told(release: BlindRelease) -> str:
    """A first wording of what a leader is told, in the language of the brief."""
    lead = release.brief.lead
    with override(release.language):
        words = {
            "company": lead.investor.name,
            "country": lead.investor.control_country.name,
            "day": date_format(timezone.localtime(release.released_at)),
        }
        return _(
            "The company of which we wrote to you on %(day)s is %(company)s (%(country)s)."
        ) % (words)


# --- parts --------------------------------------------------------------------------------------


def _locked(actor: User, brief: BlindBrief, *, drafting: bool = False) -> BlindBrief:
    """Written by whoever handles the lead, released by those who may relay as well."""
    lead = lock(brief.lead)
    require((may_handle if drafting else may_relay)(actor, lead))
    rows = BlindBrief.objects.select_for_update(of=("self",)).select_related("released_by")
    found: BlindBrief = rows.get(pk=brief.pk)
    found.lead = lead
    if drafting and not found.is_draft:
        raise ValidationError(
            _("%(name)s released it on %(day)s."),
            "released",
            {
                "name": found.released_by,
                "day": date_format(timezone.localtime(found.released_at), "DATETIME_FORMAT"),
            },
        )
    return found


def _open_shortlist(lead: Lead) -> dict[int, Shortlisting]:
    items = lead.shortlist.exclude(state__in=SHORTLIST_ENDED).select_related("cluster")
    return {item.cluster_id: item for item in items}


def _require_may_be_told(
    actor: User, brief: BlindBrief, leader: Leader, listed: dict[int, Shortlisting], way: Way
) -> None:
    words = {"leader": leader}
    if leader.cluster_id not in listed or not leader.is_active:
        told = _("%(leader)s leads no cluster of this shortlist.") % words
        raise refusal("leaders", told, "stranger")
    if not listed[leader.cluster_id].cluster.is_offered_in(settings.REFERENCE_YEAR):
        told = _("%(cluster)s is not offered any more.") % {"cluster": leader.cluster}
        raise refusal("leaders", told, "not_offered")
    if BlindRelease.objects.filter(brief=brief, leader=leader).exists():
        raise refusal("leaders", _("%(leader)s has it already.") % words, "told")
    _require_reached(actor, leader, way)


def _require_reached(actor: User, leader: Leader, way: Way) -> None:
    """By mail: with an address, and by those who may write to the cluster."""
    if way != Way.MAIL:
        return
    if not leader.email:
        told = _("No e-mail address of %(leader)s is on record.") % {"leader": leader}
        raise refusal("way", told, "no_email")
    cluster = leader.cluster
    if cluster.contact_policy == ContactPolicy.RELAY and not actor.may(Act.RELAY):
        told = _("The desk relays to %(cluster)s: let it send this, or choose another way.")
        raise refusal("way", told % {"cluster": cluster}, "relayed")


def _require_consent(lead: Lead, consent: Consent) -> None:
    if consent.by is None:
        return
    if not Contact.objects.usable_on(lead).filter(pk=consent.by.pk).exists():
        raise refusal("consent_by", _("Choose people of this investor."), "stranger")
    if consent.on is not None and consent.on > timezone.localdate():
        raise refusal("consent_on", _("This is still ahead."), "ahead")


def _release(
    actor: User, brief: BlindBrief, leader: Leader, item: Shortlisting, way: Way
) -> BlindRelease:
    language = language_for(leader.languages)
    made = BlindRelease(
        brief=brief,
        shortlisting=item,
        leader=leader,
        language=language,
        way=way,
        sent_to=_address(leader),
        text=text_of(brief, language, actor),
        released_by=actor,
    )
    made.full_clean()
    made.save()
    if way == Way.MAIL:
        with override(language):
            subject = _("A foreign company looks for partners in your field")
        _queue(actor, leader, subject, made.text, f"blind:{made.ref}")
    return made


def _address(leader: Leader) -> str:
    return f"{leader.name} <{leader.email}>" if leader.email else leader.name


def _queue(actor: User, leader: Leader, subject: str, text: str, about: str) -> None:
    message = EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [_address(leader)],
        reply_to=[actor.email] if actor.email else None,
    )
    queue_mail(message=message, about=about, caused_by=actor)
