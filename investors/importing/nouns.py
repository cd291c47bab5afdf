"""What of this app can be imported."""

from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.nouns import Noun, register_noun
from ifa_crm.staff.roles import Act
from investors.importing import columns, talk
from investors.importing.companies import CompanyImporter


def register() -> None:
    register_noun(
        Noun(
            key="leads",
            label=_("Investors with contacts and leads"),
            explanation=_(
                "One row is an investor, perhaps with a contact, perhaps with a lead. Several "
                "rows of one company make one investor."
            ),
            act=Act.REASSIGN,
            columns=columns.columns,
            importer=CompanyImporter,
        )
    )
    register_noun(
        Noun(
            key="interactions",
            label=_("Interactions"),
            explanation=_(
                "One row is an e-mail, call, visit or note on a lead that is on record. The lead "
                "is told by its reference, or by its investor and need."
            ),
            act=Act.REASSIGN,
            columns=lambda: talk.COLUMNS,
            importer=talk.InteractionImporter,
        )
    )
