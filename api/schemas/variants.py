"""Films in other languages."""

from pydantic import Field

from api.schemas.base import Input, LongText, Name, shown
from video_platform.domain.language import Language


class VariantIn(Input):
    """A film wished for in another language."""

    model_config = shown(
        language="fr",
        translation='{"title": "Le pain", "scenes": [{"narration": "La levure mange le sucre."}]}',
        voice="",
        share_words=False,
        build=True,
    )

    language: Language
    translation: LongText = Field(
        min_length=1, description="Its script, scene by scene, as GET .../variants/script has it."
    )
    voice: Name = ""
    share_words: bool = Field(
        default=False, description="Share pictures with words in the first language, too."
    )
    build: bool = Field(default=True, description="Whether the film is made at once.")
