"""Many made-up leads, to look at pages under load: plain, quick, the same for the same seed.

``words`` is what they are made of, ``batch`` saves them in bulk, ``maker`` makes companies and
leads, and a lead's story is told in three parts: ``story``, ``introductions``, ``engagements``.

Rows are written past the services, so what the services keep in step is kept in step here: stage
and status with their log, ``next_due`` with the open actions, what is restricted with the lead,
what came in with its answer, people with their bookings.
"""
