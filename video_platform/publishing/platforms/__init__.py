"""One module per platform; its name is the platform's name everywhere."""
