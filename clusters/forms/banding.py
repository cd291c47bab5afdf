"""Choosing the lead for which clusters are placed in bands."""

import datetime as dt
from typing import Any

from django import forms

from ifa_crm.shared.extend import Banding, bander
from ifa_crm.staff.models import User


class BandingForm(forms.Form):
    """``?lead=``: one field, if a higher app knows of leads; asked nothing, it is valid."""

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        if found := bander():
            self.fields["lead"] = found.field(user)
            self.fields["lead"].widget.attrs["class"] = "form-control"

    def banding(self, day: dt.date) -> Banding | None:
        """The bands for the chosen lead, if one is chosen that the reader may see."""
        found = bander()
        lead = None if "lead" in self.errors else self.cleaned_data.get("lead")
        return found.bands(self.user, lead, day) if found and lead is not None else None
