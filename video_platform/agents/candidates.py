"""Several pictures or clips are made of one wish, and the best is used.

Each is looked at by technical checks, and by a model that sees where one was chosen. What everyone
scored is kept beside the take, so that a person sees why. One candidate is taken as it is.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from video_platform.domain.generation import Generation, JudgeRequest
from video_platform.domain.manifests import Candidate
from video_platform.domain.media import Media, MediaPath
from video_platform.errors import BudgetExceeded, ProviderError
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider
from video_platform.quality.candidates import Technical

_MATCH_SHARE = 0.75
"""What a picture shows counts more than how sharp it is."""
_LETTERING = 0.3
"""Taken off for lettering or a watermark nobody asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The best of several generations.

    Args:
        asked: everything that was made for the choice, verdicts included: the bill.
        candidates: what each scored, in the order they were made; empty when there was one.
    """

    best: Generation
    asked: tuple[Generation, ...]
    candidates: tuple[Candidate, ...] = ()


class Jury:
    """Chooses among candidates.

    Args:
        judge: a provider that sees; none: technical checks alone.
        still_of: the picture a candidate is shown as; of a clip, one of its frames.
    """

    def __init__(
        self,
        ledger: Ledger,
        media_path: MediaPath,
        judge: Provider[JudgeRequest] | None,
        *,
        project: str,
        still_of: Callable[[Media], Media] = lambda media: media,
    ) -> None:
        self._ledger = ledger
        self._media_path = media_path
        self._judge = judge
        self._project = project
        self._still_of = still_of

    def choose(
        self,
        makers: Sequence[Callable[[], Generation]],
        check: Callable[[Media], Technical],
        wanted: str,
    ) -> Chosen:
        """Make every candidate and take the best; the first of equals.

        Args:
            makers: each makes one. Those after the first may fail or be beyond a cap.
            wanted: what should be seen.

        Raises:
            VideoPlatformError: as the first maker raises it, when none succeeds.
        """
        if len(makers) == 1:
            made = makers[0]()
            return Chosen(best=made, asked=(made,))
        generations, failures = self._make(makers)
        verdicts: list[Generation] = []
        candidates = [self._scored(one, check, wanted, verdicts) for one in generations]
        best = max(range(len(candidates)), key=lambda place: candidates[place].score)
        marked = [replace(one, is_used=place == best) for place, one in enumerate(candidates)]
        return Chosen(
            best=generations[best],
            asked=(*generations, *verdicts),
            candidates=(*marked, *failures),
        )

    def _make(
        self, makers: Sequence[Callable[[], Generation]]
    ) -> tuple[list[Generation], list[Candidate]]:
        made: list[Generation] = []
        failed: list[Candidate] = []
        first: ProviderError | BudgetExceeded | None = None
        for make in makers:
            try:
                made.append(make())
            except (ProviderError, BudgetExceeded) as error:
                first = first or error
                failed.append(Candidate(generation="", sha256="", score=0.0, notes=(str(error),)))
        if first is not None and not made:
            raise first
        return made, failed

    def _scored(
        self,
        made: Generation,
        check: Callable[[Media], Technical],
        wanted: str,
        verdicts: list[Generation],
    ) -> Candidate:
        technical = check(made.media)
        candidate = Candidate(
            generation=made.key,
            sha256=made.media.sha256,
            score=technical.score,
            notes=technical.faults,
        )
        # What is black or empty is not worth a question.
        if self._judge is None or technical.faults:
            return candidate
        request = JudgeRequest(picture=self._still_of(made.media), wanted=wanted)
        try:
            verdict = self._ledger.obtain(self._judge, request, project=self._project)
        except (ProviderError, BudgetExceeded) as error:
            # The pictures are paid: without its judge the choice is a technical one.
            return replace(candidate, notes=(f"not judged: {error}",))
        verdicts.append(verdict)
        said = json.loads(self._media_path(verdict.media).read_bytes())
        lettering = _LETTERING if said["unwanted_text"] else 0.0
        score = _MATCH_SHARE * said["match"] + (1 - _MATCH_SHARE) * technical.score - lettering
        return replace(
            candidate,
            score=round(max(0.0, score), 4),
            match=said["match"],
            judge=verdict.provider,
            notes=(said["reason"],),
        )
