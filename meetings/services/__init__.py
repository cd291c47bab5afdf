"""Every write of the meetings app, split by what it does.

``planning``: plan, edit, confirm, reschedule, cancel. ``outcome``: record as held or no-show, or
an introduction that already took place. ``people``: who takes part. ``booking``: nobody twice.
Each locks the lead, then the meeting, then the people; always in this order.
"""
