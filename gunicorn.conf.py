"""How the server runs, in the demo, in the bench and in production: docs/deployment.md."""

worker_class = "gthread"
workers = 2
threads = 4
# A connection that stays open binds its reader to one worker, however busy that is, while another
# has nothing to do. The proxy in front keeps the connections to the browsers.
keepalive = 0
graceful_timeout = 5  # seconds
loglevel = "warning"
control_socket_disable = True
