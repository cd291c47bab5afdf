"""The bench: the program under load, beside a bare Django view on the same data.

``__main__`` reads the command line, ``data`` makes the data sets, ``server`` starts the servers,
``client`` asks them, ``pages`` says what is asked for, ``measure`` takes the times, ``report``
shows and keeps them. ``bare`` and ``counting`` run inside a server, ``fill`` and ``facts`` beside
it.
"""
