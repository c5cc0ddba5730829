"""The embedded writer: a script from the user's own text, without a key or a language model.

It chooses, orders and lays out what the text says; it never adds a fact or changes a number.
"""

from pathlib import Path
from typing import ClassVar, Final

from video_platform.domain.codec import to_json
from video_platform.domain.generation import Capability, ScriptRequest
from video_platform.providers.base import Produced
from video_platform.providers.vendors.embedded_writer._writing import write_script


class EmbeddedWriter:
    """Writes English, French and Arabic scripts from articles, notes and written scripts."""

    name: ClassVar[str] = "embedded_writer"
    capability: ClassVar[Capability] = Capability.SCRIPT
    version: ClassVar[str] = "1"

    def generate(self, request: ScriptRequest, directory: Path) -> Produced:
        """Leave ``script.json`` in ``directory``: the canonical JSON of a ``Script``.

        Raises:
            ScriptError: the text holds nothing to say, or a given JSON script breaks its form.
        """
        script = write_script(request)
        path = directory / "script.json"
        path.write_bytes(to_json(script))
        return Produced(
            path=path,
            media_type="application/json",
            details={"scenes": len(script.scenes), "duration_s": script.duration},
        )


PROVIDERS: Final = (EmbeddedWriter,)
