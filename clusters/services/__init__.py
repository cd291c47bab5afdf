"""Every write of the clusters' side that spans rows or changes a state, split by noun.

Pages and the admin call these. A row that a service is given with changed fields has been locked
by the page that read it (:func:`ifa_crm.shared.editing.locked`).
"""
