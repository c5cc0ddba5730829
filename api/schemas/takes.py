"""What a person says about one scene's material."""

import uuid

from pydantic import Field

from api.schemas.base import Input, shown


class TakeChoice(Input):
    """A take to go back to."""

    model_config = shown(take=0)

    take: int = Field(ge=0, le=100_000, description="As the versions number them, from 0.")


class OwnFile(Input):
    """An uploaded file."""

    model_config = shown(asset="3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f")

    asset: uuid.UUID = Field(description="The asset of a finished upload.")
