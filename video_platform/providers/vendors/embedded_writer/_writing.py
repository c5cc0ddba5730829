"""From a request to a script."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from video_platform.domain.generation import ScriptRequest
from video_platform.domain.language import Language
from video_platform.domain.script import OnScreen, OnScreenKind, Scene, Script
from video_platform.errors import ScriptError
from video_platform.providers.vendors.embedded_writer._blocks import Document, parse_document
from video_platform.providers.vendors.embedded_writer._clean import (
    find_urls,
    normalise,
    speakable,
)
from video_platform.providers.vendors.embedded_writer._given import (
    GivenScene,
    GivenScript,
    read_json,
    read_scenes,
)
from video_platform.providers.vendors.embedded_writer._headlines import (
    HEADLINE_CHARACTERS,
    fit,
)
from video_platform.providers.vendors.embedded_writer._icons import concepts_in
from video_platform.providers.vendors.embedded_writer._layout import Designer
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, lexicon
from video_platform.providers.vendors.embedded_writer._look import (
    film_mood,
    scene_mood,
    visual_prompt,
)
from video_platform.providers.vendors.embedded_writer._passages import (
    Passage,
    PassageKind,
    read_passages,
)
from video_platform.providers.vendors.embedded_writer._plan import Group, plan_scenes
from video_platform.providers.vendors.embedded_writer._ranking import rank
from video_platform.providers.vendors.embedded_writer._sentences import (
    finish,
    split_sentences,
    without_connective,
)
from video_platform.providers.vendors.embedded_writer._speech import (
    EDGES_S,
    scene_seconds,
    speech_seconds,
)
from video_platform.providers.vendors.embedded_writer._terms import (
    detect_language,
    overlap,
    term_weights,
)
from video_platform.providers.vendors.embedded_writer._titles import make_title, topic_of

SHORT_TEXT_WORDS: Final = 25
"""A brief with fewer words has nothing to choose from."""
_SHORT_TEXT_CHARACTERS: Final = 400
_NEAR: Final = 0.1


def write_script(request: ScriptRequest) -> Script:
    """The script of a request; equal requests give equal scripts.

    Raises:
        ScriptError: nothing in the text can be spoken, or a given script breaks its form.
    """
    found = detect_language(speakable(normalise(request.text[:8000])))
    words = lexicon(found or request.language)
    draft = _Draft(request, words)
    notices = []
    given = read_json(request.text) or read_scenes(request.text, words)
    if given is not None:
        script = draft.from_given(given)
        if abs(script.duration - request.duration_s) > _NEAR * request.duration_s:
            notices.append(draft.length_notice(script.duration, is_given=True))
    else:
        document = parse_document(request.text, words)
        _refuse_silence(document)
        if _is_line(document):
            script = draft.from_line(document)
            notices.append(draft.shown_words.notice_line)
        else:
            script = draft.from_document(document)
            if script.duration < (1 - _NEAR) * request.duration_s:
                notices.append(draft.length_notice(script.duration, is_given=False))
    if found is not None and found is not request.language:
        notices.append(draft.language_notice(found))
    return replace(script, notice=" ".join(notices))


def _refuse_silence(document: Document) -> None:
    if not document.title and not document.blocks:
        raise ScriptError(
            "The text holds nothing that can be spoken.",
            hint="Give at least one word outside of links, code and symbols.",
            code="script_nothing_to_say",
        )


def _is_line(document: Document) -> bool:
    lines = [document.title, *(line for block in document.blocks for line in block.lines)]
    if sum(map(len, lines)) > _SHORT_TEXT_CHARACTERS:
        return False
    return sum(len(speakable(line).split()) for line in lines) < SHORT_TEXT_WORDS


class _Draft:
    """Everything the scenes of one film have in common."""

    def __init__(self, request: ScriptRequest, words: Lexicon) -> None:
        self.request = request
        self.words = words
        self.shown_words = lexicon(request.language)
        given = [request.source] if request.source.strip() else []
        self.sources = tuple(dict.fromkeys([*given, *find_urls(request.text)]))

    def length_notice(self, made_s: float, *, is_given: bool) -> str:
        text = self.shown_words.notice_long if is_given else self.shown_words.notice_short
        return text.format(made=round(made_s), asked=self.request.duration_s)

    def language_notice(self, found: Language) -> str:
        here = self.request.language
        return self.shown_words.notice_language.format(
            found=lexicon(found).name[here], asked=lexicon(here).name[here]
        )

    def from_document(self, document: Document) -> Script:
        """A film of the passages that matter most."""
        words, request = self.words, self.request
        passages = read_passages(document, words, request.duration_s)
        weights = term_weights([p.text for p in passages], words)
        title = document.title or make_title(passages, words, weights)
        passages = rank(passages, weights, title, words, request.take)
        hook = self._hook(document.title, passages[0].text)
        groups = plan_scenes(
            passages,
            max(request.duration_s - EDGES_S, 3.0),
            speech_seconds(hook, words) if hook else 0.0,
        )
        designer = self._designer(title, [p.text for p in passages], weights)
        told = [self._narration(group, groups, number) for number, group in enumerate(groups)]
        if hook and groups[0][0].kind is not PassageKind.SENTENCE:
            groups, told = [(), *groups], [hook, *told]  # a list needs a picture of its own
        else:
            told[0] = f"{hook} {told[0]}".strip()
        screens = []
        owners = designer.heading_owners(groups)
        for number, group in enumerate(groups):
            if number == 0:
                screens.append(designer.opening(told[0]))
            else:
                is_last = number == len(groups) - 1
                screens.append(
                    designer.design(
                        group, told[number], is_last=is_last, owns_heading=number in owners
                    )
                )
        return self._assemble(title, told, screens)

    def _hook(self, title: str, opening: str) -> str:
        """The title as a first sentence, unless the text's own opening names the subject."""
        if not title or overlap(title, opening, self.words) >= 0.6:
            return ""
        return finish(title, self.words)

    def _narration(self, group: Group, groups: Sequence[Group], number: int) -> str:
        previous = groups[number - 1][-1].place if number else -1
        sentences = []
        for passage in group:
            is_next = passage.place == previous + 1
            text = passage.text if is_next else without_connective(passage.text, self.words)
            sentences.append(text)
            previous = passage.place
        return " ".join(sentences)

    def _designer(self, title: str, texts: Sequence[str], weights: dict[str, float]) -> Designer:
        topic = concepts_in([(title, 3.0), *((text, 1.0) for text in texts[:400])])
        self.mood = film_mood([title, title, *texts[:400]])
        return Designer(
            words=self.words, title=title, weights=weights, topic=topic, take=self.request.take
        )

    def _assemble(
        self,
        title: str,
        told: Sequence[str],
        screens: Sequence[OnScreen],
        given: Sequence[GivenScene] = (),
        subject: str = "",
    ) -> Script:
        scenes = []
        for number, (narration, screen) in enumerate(zip(told, screens, strict=True)):
            author = given[number] if given else None
            sentences = split_sentences(narration, self.words) or [narration]
            prompt = visual_prompt(
                subject=subject or _subject(sentences, title),
                title=title,
                keywords=screen.keywords,
                style=self.request.style,
                mood=self.mood,
                kind=screen.kind,
                turn=number + self.request.take,
            )
            scenes.append(
                Scene(
                    id=author.id if author else number + 1,
                    duration=(author.duration if author else 0)
                    or scene_seconds(narration, self.words),
                    narration=narration,
                    visual_prompt=(author.visual_prompt if author else "") or prompt,
                    appears=author.appears if author else (),
                    music_mood=(author.music_mood if author else "")
                    or scene_mood(self.mood, screen.kind),
                    on_screen=screen,
                )
            )
        return Script(
            title=title,
            duration=round(sum(scene.duration for scene in scenes), 1),
            scenes=tuple(scenes),
            language=self.request.language,
            sources=self.sources,
        )

    def from_line(self, document: Document) -> Script:
        """A short title film of the words given and nothing else."""
        words = self.words
        texts = [speakable(line) for block in document.blocks for line in block.lines]
        texts = [s for text in texts for s in split_sentences(text, words)]
        if document.title:
            texts.insert(0, document.title)
        subject = topic_of(texts[0], words)
        texts[0] = subject
        title = fit(subject, words, 70) or subject[:70]
        told = [finish(subject, words), *(finish(text, words) for text in texts[1:])]
        if len(told) == 1:
            told.append(words.invitation)
        told.append(words.thanks)
        weights = term_weights(texts, words)
        designer = self._designer(title, texts, weights)
        screens = [designer.opening(told[0])]
        for text in told[1:-1]:
            line = fit(text, words, HEADLINE_CHARACTERS) or title
            screens.append(OnScreen(kind=OnScreenKind.STATEMENT, headline=line))
        screens.append(OnScreen(kind=OnScreenKind.CLOSING, headline=screens[0].headline))
        keywords = designer.topic or ("idea",)
        screens = [replace(screen, keywords=keywords) for screen in screens]
        return self._assemble(title, told, screens, subject=subject)

    def from_given(self, given: GivenScript) -> Script:
        """A film of scenes that are already written: words, order and lengths stay."""
        words = self.words
        texts = [scene.narration for scene in given.scenes]
        weights = term_weights(texts, words)
        passages = [
            Passage(
                kind=PassageKind.SENTENCE,
                text=scene.narration,
                section=number,
                heading=scene.heading,
                paragraph=number,
                place=number,
            )
            for number, scene in enumerate(given.scenes)
        ]
        title = given.title or make_title(passages, words, weights)
        designer = self._designer(title, texts, weights)
        screens = [designer.opening(texts[0])]
        for number, passage in enumerate(passages[1:], start=1):
            is_last = number == len(passages) - 1
            screens.append(designer.design([passage], passage.text, is_last=is_last))
        return self._assemble(title, texts, screens, given.scenes)


def _subject(sentences: Sequence[str], title: str) -> str:
    """The sentence a picture is made of; the title where the first is only a few words."""
    best = next((s for s in sentences if len(s.split()) >= 5), "") or title or sentences[0]
    return best if len(best) <= 220 else best[:220].rsplit(" ", 1)[0]
