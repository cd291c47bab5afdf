"""Which part of the world a country lies in, so coarse that it names no company.

By ISO 3166-1, after the regions of the United Nations (M49), some of them joined; pure.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARTS: Final[dict[str, tuple[str | Promise, str]]] = {
    "north-america": (_("North America"), "US CA MX BM GL PM UM"),
    "latin-america": (
        _("Latin America and the Caribbean"),
        """BZ CR SV GT HN NI PA AR BO BR CL CO EC FK GF GY PY PE SR UY VE AI AG AW BS BB BQ VG KY
        CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VI BV GS""",
    ),
    "europe": (
        _("Europe"),
        """AL AD AT AX BY BE BA BG HR CZ DK EE FO FI FR DE GI GR GG VA HU IS IE IM IT JE LV LI LT
        LU MT MD MC ME NL MK NO PL PT RO RU SM RS SK SI ES SJ SE CH UA GB XK""",
    ),
    "africa": (
        _("Africa"),
        """DZ EG LY MA SD TN EH IO BI KM DJ ER ET TF KE MG MW MU YT MZ RE RW SC SO SS UG TZ ZM ZW
        AO CM CF TD CG CD GQ GA ST BW SZ LS NA ZA BJ BF CV CI GM GH GN GW LR ML MR NE NG SH SN SL
        TG""",
    ),
    "middle-east": (
        _("Middle East and Turkey"),
        "AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE CY",
    ),
    "central-south-asia": (
        _("Central and South Asia"),
        "AF AM AZ BD BT GE IN KZ KG LK MV NP PK TJ TM UZ",
    ),
    "east-asia": (_("East Asia"), "CN HK MO JP KP KR MN TW"),
    "south-east-asia": (_("South-East Asia"), "BN KH ID LA MY MM PH SG TH TL VN"),
    "oceania": (
        _("Oceania"),
        """AU NZ CX CC HM NF FJ NC PG SB VU GU KI MH FM NR MP PW AS CK PF NU PN WS TK TO TV WF
        AQ""",
    ),
}
_OF: Final = {code: key for key, (_label, codes) in PARTS.items() for code in codes.split()}


def part_of_the_world(country: str) -> str | Promise:
    """Its name; empty for a code that names no country."""
    key = _OF.get(country)
    return PARTS[key][0] if key else ""
