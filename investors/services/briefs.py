"""The briefing that an investor keeps: begun, written, sent once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from clusters.models import Cluster
from ifa_crm.shared.pdf import to_pdf, why_no_pdf
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.work.services.outbox import queue_mail
from investors.briefing import Page, as_text, gains, title_of, to_json
from investors.briefing_reading import first_next_step, first_note, first_words, page_of
from investors.choices import Direction, InteractionKind, ShortlistState, Way
from investors.gates import require_qualified
from investors.models import Briefing, BriefingCluster, Contact, Interaction, Lead, Shortlisting
from investors.permissions import may_handle, require
from investors.services.events import lock
from investors.services.interactions import Said, log_interaction
from investors.services.leads import require_active
from investors.services.shortlist import MOVES, note_cluster, propose

STYLESHEET = "css/briefing.css"


@dataclass(frozen=True)
class Written:
    """What is written of one cluster in a draft."""

    cluster: Cluster
    why: str
    with_evidence: bool


@transaction.atomic
def start_briefing(
    *, actor: User, lead: Lead, contact: Contact, clusters: Iterable[Cluster]
) -> Briefing:
    """Begin a draft in the language of ``contact``, with first wordings to be looked through."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    _require_reachable(lead, contact)
    chosen = list(clusters)
    if not chosen:
        raise refusal("clusters", _("Tick at least one cluster."), "no_cluster")
    for cluster in chosen:
        _require_offered(cluster, "clusters")
    briefing = Briefing(
        lead=lead,
        contact=contact,
        language=contact.language,
        note=first_note(contact.language, contact.name),
        next_step=first_next_step(contact.language),
        made_by=actor,
    )
    briefing.full_clean()
    briefing.save()
    _add(briefing, chosen, actor)
    return briefing


@transaction.atomic
def write_briefing(
    *,
    actor: User,
    briefing: Briefing,
    note: str,
    next_step: str,
    parts: Sequence[Written],
    added: Cluster | None = None,
) -> Briefing:
    """Write a draft: its texts, and its clusters in the order of ``parts``; others leave it."""
    briefing = _locked_draft(actor, briefing)
    briefing.note, briefing.next_step = note, next_step
    briefing.full_clean()
    briefing.save()
    if not parts and added is None:
        raise ValidationError(_("Leave at least one cluster in the briefing."), "no_cluster")
    kept = {part.cluster.pk: (place, part) for place, part in enumerate(parts)}
    for row in briefing.clusters.all():
        if row.cluster_id not in kept:
            row.delete()
            continue
        row.position, part = kept[row.cluster_id]
        row.why, row.with_evidence = part.why, part.with_evidence
        row.full_clean()
        row.save()
    if added is not None:
        _require_offered(added, "added")
        if added.pk in kept:
            raise refusal("added", _("This cluster is already in the briefing."), "already_there")
        _add(briefing, [added], actor)
    return briefing


@transaction.atomic
def discard_briefing(*, actor: User, briefing: Briefing) -> None:
    """Forget a draft."""
    _locked_draft(actor, briefing).delete()


@transaction.atomic
def send_briefing(*, actor: User, briefing: Briefing, way: Way, subject: str) -> Briefing:
    """Send it, once: the first act outward, so the checklist must be complete.

    Its clusters become *proposed* unless they are further already, those that were never noted
    are noted first; the message is logged on the lead, with the page as a PDF where there is one,
    and queued for the outbox if it goes by mail; the row keeps what was sent and is never changed.
    """
    briefing = _locked_draft(actor, briefing)
    lead = briefing.lead
    require_active(lead)
    require_qualified(lead)
    _require_reachable(lead, briefing.contact)
    if way == Way.MAIL and not briefing.contact.email:
        raise refusal("way", _("No e-mail address of this person is on record."), "no_email")
    items = list(briefing.clusters.select_related("cluster"))
    _require_written(items)
    for item in items:
        _propose(actor, lead, item.cluster)
    page = page_of(briefing, timezone.localdate())
    with override(page.language):
        text, name = as_text(page), _file_name(page)
        pdf = b"" if why_no_pdf() else pdf_of(page)
    said = _log(actor, briefing, way, subject, text, (name, pdf))
    if way == Way.MAIL:
        _queue(actor, briefing, page, subject, text, (name, pdf))
    briefing.sent_at, briefing.sent_by, briefing.way = timezone.now(), actor, way
    briefing.sent_to = _address(briefing.contact)
    briefing.content, briefing.text, briefing.interaction = to_json(page), text, said
    briefing.full_clean()
    briefing.save()
    return briefing


def pdf_of(page: Page) -> bytes:
    """The page as PDF; ``PdfUnavailableError`` where the system cannot make one."""
    with override(page.language):
        html = render_to_string("investors/briefing_pdf.html", sheet_of(page))
        return to_pdf(html, stylesheet=STYLESHEET)


def sheet_of(page: Page) -> dict[str, object]:
    """What the templates of the page draw. Call it in the language of the page."""
    return {"page": page, "heading": title_of(page), "gains": gains()}


# --- parts --------------------------------------------------------------------------------------


def _locked_draft(actor: User, briefing: Briefing) -> Briefing:
    lead = lock(briefing.lead)
    require(may_handle(actor, lead))
    rows = Briefing.objects.select_for_update(of=("self",))
    found: Briefing = rows.select_related("contact", "sent_by", "made_by__office").get(
        pk=briefing.pk
    )
    found.lead = lead
    if not found.is_draft:
        raise ValidationError(
            _("%(name)s sent it on %(day)s."),
            "sent",
            {
                "name": found.sent_by,
                "day": date_format(timezone.localtime(found.sent_at), "DATETIME_FORMAT"),
            },
        )
    return found


def _require_reachable(lead: Lead, contact: Contact) -> None:
    usable = Contact.objects.usable_on(lead).live().filter(is_active=True)
    if not usable.filter(pk=contact.pk).exists():
        raise refusal("contact", _("Choose somebody who is still at this investor."), "stranger")


def _require_offered(cluster: Cluster, field: str) -> None:
    if not cluster.is_offered_in(settings.REFERENCE_YEAR):
        words = {"cluster": cluster}
        raise refusal(field, _("%(cluster)s is not offered any more.") % words, "not_offered")


def _require_written(items: Sequence[BriefingCluster]) -> None:
    if not items:
        raise ValidationError(_("Leave at least one cluster in the briefing."), "no_cluster")
    for item in items:
        if not item.why.strip():
            told = _("Write why %(cluster)s is worth their time.")
            raise ValidationError(told, "no_why", {"cluster": item.cluster})


def _add(briefing: Briefing, clusters: Sequence[Cluster], actor: User) -> None:
    words = first_words(briefing.lead, clusters, actor, briefing.language)
    last = briefing.clusters.count()
    for place, cluster in enumerate(clusters, last):
        row = BriefingCluster(
            briefing=briefing, cluster=cluster, position=place, why=words.get(cluster.pk, "")
        )
        row.full_clean()
        row.save()


def _propose(actor: User, lead: Lead, cluster: Cluster) -> None:
    item: Shortlisting | None = lead.shortlist.filter(cluster=cluster).first()
    if item is None:
        item = note_cluster(actor=actor, lead=lead, cluster=cluster)
    else:
        _require_offered(cluster, "clusters")
    if item.state in MOVES[ShortlistState.PROPOSED].sources:
        propose(actor=actor, shortlisting=item, reason=_("In a briefing."))


def _address(contact: Contact) -> str:
    return f"{contact.name} <{contact.email}>" if contact.email else contact.name


def _file_name(page: Page) -> str:
    """Says nothing of the company: it stands in a list of downloads."""
    name = _("clusters-in-france")
    return f"{name}-{page.dated}.pdf"


def _log(
    actor: User, briefing: Briefing, way: Way, subject: str, text: str, file: tuple[str, bytes]
) -> Interaction:
    """Put it on the lead. What was handed over is a note: no mail was written."""
    written = way != Way.HANDED
    name, pdf = file
    return log_interaction(
        actor=actor,
        lead=briefing.lead,
        said=Said(
            kind=InteractionKind.EMAIL if written else InteractionKind.NOTE,
            direction=Direction.OUT if written else "",
            happened_at=timezone.now(),
            subject=subject,
            text=text,
        ),
        contacts=[briefing.contact],
        files=[SimpleUploadedFile(name, pdf, "application/pdf")] if pdf else [],
    )


def _queue(
    actor: User, briefing: Briefing, page: Page, subject: str, text: str, file: tuple[str, bytes]
) -> None:
    message = EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [_address(briefing.contact)],
        reply_to=[page.card.email] if page.card.email else None,
    )
    name, pdf = file
    if pdf:
        message.attach(name, pdf, "application/pdf")
    queue_mail(message=message, about=f"briefing:{briefing.ref}", caused_by=actor)
