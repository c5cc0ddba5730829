"""One module or package per service; its name is the provider's name everywhere.

A vendor module offers ``PROVIDERS``: the classes in it, one per capability. Nothing else lists
them. Vendors never import one another.
"""
