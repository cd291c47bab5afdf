"""Forms of the clusters' side, split by noun."""
