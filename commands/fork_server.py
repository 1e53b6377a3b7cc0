"""Loaded by the process that flow runs are forked from, first of all.

A supervisor may tell every process of a service to end, not only the worker. This one stays until the worker
has ended: it is what knows how each flow run has.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
