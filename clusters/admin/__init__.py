"""The clusters' side in the Django admin, split by noun."""

from clusters.admin import clusters, funding, organisations, projects, reference, topics

__all__ = ["clusters", "funding", "organisations", "projects", "reference", "topics"]
