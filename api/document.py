"""Prints the OpenAPI document, from which clients are generated: ``python -m api.document``."""

import json
import sys

from api.app import create_app

if __name__ == "__main__":
    json.dump(create_app().openapi(), sys.stdout, indent=1)
