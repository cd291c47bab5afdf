"""The columns of a file of investors with contacts and leads, with their usual headings."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.nouns import Column

INVESTOR: Final = _("Investor")
CONTACT: Final = _("Contact")
LEAD: Final = _("Lead")
_ALSO_A_NUMBER: Final = _("A sum, or that they do not know or will not say.")

COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "investor.name",
        _("name"),
        INVESTOR,
        (
            *("company", "company name", "organisation", "organization", "firm", "enterprise"),
            *("entreprise", "société", "nom de l'entreprise", "raison sociale", "investisseur"),
            *(
                "account",
                "account name",
                "会社名",
                "企業名",
                "公司",
                "公司名称",
                "회사명",
                "компания",
            ),
        ),
        required=True,
    ),
    Column(
        "investor.control_country",
        _("controlled from"),
        INVESTOR,
        (
            *("country", "pays", "country of control", "pays d'origine", "home country", "nation"),
            *("country of origin", "nationality", "nationalité", "国", "国家", "국가", "страна"),
        ),
        help=_("The country of whoever controls the company in the end."),
    ),
    Column(
        "investor.seat_country",
        _("country of its seat"),
        INVESTOR,
        ("seat country", "headquarters country", "pays du siège", "hq country"),
    ),
    Column(
        "investor.city", _("city"), INVESTOR, ("ville", "town", "siège", "headquarters", "city")
    ),
    Column(
        "investor.native_name",
        _("name in its own script"),
        INVESTOR,
        ("native name", "local name", "original name", "nom dans sa langue", "nom local"),
    ),
    Column("investor.romanised_name", _("romanised name"), INVESTOR, ("latin name", "nom latin")),
    Column(
        "investor.other_names",
        _("other names"),
        INVESTOR,
        ("brands", "aliases", "former names", "marques", "autres noms"),
    ),
    Column(
        "investor.parent",
        _("group parent"),
        INVESTOR,
        ("parent company", "group", "groupe", "maison mère", "parent"),
    ),
    Column(
        "investor.organisation",
        _("known organisation"),
        INVESTOR,
        help=_("Its name among the organisations, if it is a member or partner of a cluster."),
    ),
    Column("investor.website", _("website"), INVESTOR, ("web", "url", "site web", "site internet")),
    Column("investor.size", _("size"), INVESTOR, ("company size", "taille", "effectif")),
    Column(
        "investor.presence",
        _("presence in France"),
        INVESTOR,
        ("présence en france", "french presence"),
    ),
    Column("investor.presence_site", _("site in France"), INVESTOR, ("site en france",)),
    Column("investor.lei", _("LEI"), INVESTOR, ("lei code", "code lei")),
    Column("investor.siren", _("SIREN"), INVESTOR, ("siren number", "numéro siren")),
    Column(
        "investor.register_number",
        _("register number"),
        INVESTOR,
        ("registration number", "company number", "numéro d'immatriculation"),
    ),
    Column("investor.notes", _("notes"), INVESTOR, ("remarks", "remarques", "comments on company")),
    Column(
        "investor.ref",
        _("reference"),
        INVESTOR,
        ("investor reference", "référence de l'investisseur", "investor id"),
        help=_("As an export of ours gives it: the row updates that record."),
    ),
    Column(
        "contact.name",
        _("name"),
        CONTACT,
        (
            *(
                "contact",
                "contact name",
                "contact person",
                "person",
                "full name",
                "name of contact",
            ),
            *("nom du contact", "interlocuteur", "nom", "担当者", "联系人", "담당자", "контакт"),
        ),
    ),
    Column("contact.native_name", _("name in its own script"), CONTACT, ("contact native name",)),
    Column(
        "contact.position",
        _("position"),
        CONTACT,
        ("title of contact", "job title", "function", "fonction", "poste", "role", "役職", "职位"),
    ),
    Column(
        "contact.email",
        _("e-mail"),
        CONTACT,
        (
            *("email", "e-mail", "mail", "email address", "courriel", "adresse e-mail"),
            *("contact email", "メール", "邮箱", "이메일"),
        ),
    ),
    Column(
        "contact.phone",
        _("phone"),
        CONTACT,
        ("telephone", "téléphone", "tel", "tél", "mobile", "phone number", "contact phone", "電話"),
    ),
    Column("contact.language", _("language"), CONTACT, ("langue", "preferred language")),
    Column("contact.is_active", _("still there"), CONTACT, ("active", "actif", "toujours là")),
    Column("contact.ref", _("reference"), CONTACT, ("contact reference", "contact id")),
    Column(
        "lead.title",
        _("need in a few words"),
        LEAD,
        (
            *("need", "lead", "subject", "project", "opportunity", "title", "besoin", "objet"),
            *("titre", "projet", "ニーズ", "需求", "필요", "потребность"),
        ),
    ),
    Column(
        "lead.wants",
        _("what they want"),
        LEAD,
        ("wants", "description", "details", "request", "demande", "ce qu'ils cherchent", "message"),
    ),
    Column(
        "lead.makes",
        _("what they make"),
        LEAD,
        ("makes", "products", "activity", "activité", "produits", "ce qu'ils font", "business"),
    ),
    Column("lead.sectors", _("sectors"), LEAD, ("sector", "secteur", "industry", "industrie")),
    Column("lead.topics", _("topics"), LEAD, ("topic", "thème", "thèmes", "technologies")),
    Column("lead.objectives", _("objectives"), LEAD, ("objective", "objectif", "goals")),
    Column(
        "lead.preferred_regions",
        _("preferred regions"),
        LEAD,
        ("region", "région", "regions", "régions", "régions souhaitées", "location in france"),
    ),
    Column("lead.mode", _("join or start"), LEAD, ("mode", "rejoindre ou lancer")),
    Column("lead.horizon", _("horizon"), LEAD, ("timeline", "timeframe", "échéance", "délai")),
    Column(
        "lead.budget",
        _("R&D budget"),
        LEAD,
        ("budget", "rd budget", "budget de r&d", "research budget"),
        help=_ALSO_A_NUMBER,
    ),
    Column("lead.budget_currency", _("R&D budget: currency"), LEAD, ("currency", "devise")),
    Column(
        "lead.investment",
        _("investment"),
        LEAD,
        ("investissement", "capex", "investment amount", "montant"),
        help=_ALSO_A_NUMBER,
    ),
    Column("lead.investment_currency", _("investment: currency"), LEAD),
    Column(
        "lead.jobs",
        _("jobs"),
        LEAD,
        ("emplois", "number of jobs", "nombre d'emplois", "headcount", "postes"),
        help=_ALSO_A_NUMBER,
    ),
    Column(
        "lead.confidential",
        _("confidential"),
        LEAD,
        ("confidentiel", "secret", "confidentiality", "nda"),
    ),
    Column("lead.origin", _("origin"), LEAD, ("source", "lead source", "origine", "provenance")),
    Column("lead.origin_detail", _("through whom"), LEAD, ("campaign", "salon", "par qui")),
    Column("lead.priority", _("priority"), LEAD, ("priorité",)),
    Column(
        "lead.owner",
        _("owner"),
        LEAD,
        ("responsible", "assigned to", "responsable", "suivi par", "adviser", "conseiller"),
        help=_("Name, user name or e-mail address of a colleague."),
    ),
    Column("lead.deputy", _("deputy"), LEAD, ("suppléant", "adjoint")),
    Column("lead.office", _("office"), LEAD, ("bureau",)),
    Column(
        "lead.received_at",
        _("received"),
        LEAD,
        ("date", "received on", "date of enquiry", "reçu le", "date de réception", "created on"),
    ),
    Column(
        "lead.action",
        _("next action"),
        LEAD,
        ("next step", "to do", "prochaine action", "à faire"),
    ),
    Column(
        "lead.action_due",
        _("next action due"),
        LEAD,
        ("due", "due date", "follow-up date", "échéance de l'action", "à faire pour le"),
    ),
    Column("lead.ref", _("reference"), LEAD, ("lead reference", "référence", "lead id")),
)


def columns() -> Sequence[Column]:
    return COLUMNS
