"""On which lead?"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.models import Lead


class PickLeadForm(HouseForm):
    lead = RecordChoiceField(
        None,
        label=_("Lead"),
        options_url="investors:lead_options",
        help_text=_("Type the investor, a contact or the need."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Lead.objects.visible_to(user).live().select_related("investor")
        self.offer("lead", rows)
