"""Tells others what happened: signed webhooks after the Standard Webhooks specification.

Stands above ``db`` and uses the provider transport's guard against addresses of our own network.
"""
