"""What several pages of this app's admin share."""

from typing import Any

from ifa_crm.shared.admin_records import page_of
from ifa_crm.shared.admin_services import ServiceAdmin
from investors.services.events import lock


class OfLead(ServiceAdmin):
    """A row below a lead, which the services lock first."""

    def lock(self, record: Any) -> None:
        lock(record.lead)

    def view_on_site(self, record: Any) -> str | None:
        return page_of(record) or page_of(record.lead) or None
