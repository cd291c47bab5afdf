"""Every write that spans rows or changes a state, split by noun.

Each service is keyword-only, atomic, locks the rows that it decides on, re-checks, logs, and
raises ``ValidationError`` with a code or ``PermissionDenied``. Pages, admin and import call these.
"""
