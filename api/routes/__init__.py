"""One module per subject; each has a ``router``, and is found by being here."""
