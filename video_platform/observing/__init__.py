"""Seeing inside: logs that machines read, figures for Prometheus.

Reads what other rooms wrote; nothing here changes what happens. Alerts on these figures stand in
``deploy/monitoring``, what to do about each in ``docs/operations``.
"""
