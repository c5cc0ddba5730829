"""How the built pages move under load."""
