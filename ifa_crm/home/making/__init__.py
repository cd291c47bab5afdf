"""Many made-up leads, to look at pages under load: plain, quick, the same for the same seed.

What they refer to is drawn from a ``pool``, what they are made of from ``words``. ``companies``
founds companies with their people; a lead's story is told in four parts: ``story``, ``talk``,
``introductions``, ``engagements``. ``rows`` says what varies in each table, ``batch`` hands out
keys and references, ``tables`` writes.

Rows are written past the services and the models, so what those keep in step is kept in step
here: stage and status with their log, ``next_due`` with the open actions, folded texts, what is
restricted with the lead, what came in with its answer, people with their bookings.
"""
