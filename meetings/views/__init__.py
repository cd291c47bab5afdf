"""Pages of the meetings app, split by what they are for."""
