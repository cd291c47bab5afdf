"""Forms of the meetings app: ``parts`` (when, who, what next), ``planning``, ``outcome``."""
