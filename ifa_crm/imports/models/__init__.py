"""An import, its rows, and mappings that people keep."""

from ifa_crm.imports.models.importing import Import, Mapping
from ifa_crm.imports.models.row import ImportRow

__all__ = ["Import", "ImportRow", "Mapping"]
