"""The rules of the film gate: what was measured, held against what was ordered.

A rule is a function of the evidence that gives one finding; rules that need an order say nothing
about a file of unknown origin. Adding a rule is adding a function to one of the tables below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from video_platform.domain.formats import FRAMES
from video_platform.domain.look import Network
from video_platform.domain.loudness import LOUDNESS_TARGETS
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import Word
from video_platform.quality.expectation import Expectation, meets, overlap
from video_platform.quality.findings import Finding, Mend, Report
from video_platform.quality.lettering import SeenText
from video_platform.quality.marks import Mark
from video_platform.quality.measure import Measured
from video_platform.quality.picture import Span, beyond, black_spans, frozen_spans
from video_platform.quality.sound import RATE_HZ, SILENT_LUFS
from video_platform.quality.subtitles import CaptionFile
from video_platform.quality.voices import HeardVoice
from video_platform.quality.wording import broken_letters, first_difference, guess_language

LOUDNESS_TOLERANCE_LU = 0.5
_PEAK_ROUNDING_DB = 0.05
MOST_LATE_MS = 45.0
"""Sound that leads by more is noticed (ITU-R BT.1359-1: 45 ms early, 125 ms late)."""
_LEAST_LIKE_VOICE = 0.35
_MOST_SOFTER_DB = 18.0
"""A piece that is so much softer than the film's loudest, against its track, is not heard."""
_LONGEST_BLACK_S = 0.05
_LONGEST_FROZEN_S = 1.2
_LONGEST_SILENCE_S = 2.0
_SILENT = 10 ** (-55 / 20)
_MOST_NEAR_PEAK = 0.04
_CAPTION_LATE_MS = 60
_LEAST_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.3, for large bold text, which captions and titles are."""
_BT709 = 1
_LIMITED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a film before it is judged; what is missing is not judged.

    Args:
        subtitles: the caption files beside it, by ending.
        voices: every piece of narration as found in its sound.
        texts: every burned text as found in its picture.
        marks: still marks in the corners of scenes.
    """

    measured: Measured
    expected: Expectation | None = None
    subtitles: tuple[tuple[str, CaptionFile], ...] = ()
    voices: tuple[HeardVoice, ...] = ()
    texts: tuple[SeenText, ...] = ()
    marks: tuple[Mark, ...] = ()


Rule = Callable[[Evidence], Finding | None]
OrderRule = Callable[[Evidence, Expectation], Finding | None]

_CUT_AGAIN = "Cut the film again: re-materialize montage."


def judge_film(evidence: Evidence) -> Report:
    """All rules that apply, in the order in which a person would look."""
    found = [rule(evidence) for rule in FILE_RULES]
    if evidence.expected is not None:
        found += [rule(evidence, evidence.expected) for rule in ORDER_RULES]
    return Report(
        findings=tuple(_placed(one, evidence.expected) for one in found if one is not None)
    )


def _placed(finding: Finding, expected: Expectation | None) -> Finding:
    """The finding with the scene in which it shows."""
    if expected is None or finding.scene or finding.at_s is None or finding.passed:
        return finding
    return replace(finding, scene=expected.scene_at(finding.at_s))


# --- the file itself ---


def decode(evidence: Evidence) -> Finding:
    """Every picture and sample can be decoded, and as many are there as the header claims."""
    m = evidence.measured
    missing = max(0, m.claimed_frames - m.frames)
    sound_missing_s = m.claimed_s - max(m.picture_s, m.sound.duration_s)
    return Finding(
        name="decode",
        passed=not m.error and not missing and sound_missing_s < 0.25,
        value=m.error or f"{m.frames} of {m.claimed_frames or m.frames} pictures",
        at_s=m.times_s[-1] if m.error or missing else None,
        why="Players stop, or show broken pictures, from there on.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def size(evidence: Evidence) -> Finding:
    """The frame has the format's size."""
    m, expected = evidence.measured, evidence.expected
    found = (m.width_px, m.height_px)
    known = [(frame.width_px, frame.height_px) for frame in FRAMES.values()]
    wanted = [(expected.width_px, expected.height_px)] if expected else known
    # A file of unknown origin may be small; its sides are whole pixels.
    is_known = any(abs(found[0] * h - found[1] * w) <= max(w, h) for w, h in known)
    return Finding(
        name="size",
        passed=found in wanted or (expected is None and is_known),
        value=f"{found[0]}x{found[1]}",
        why="Networks pad or crop it, and text may be cut off.",
        hint=f"It should be {' or '.join(f'{w}x{h}' for w, h in wanted)}. {_CUT_AGAIN}",
        mend=Mend.RENDER,
    )


def frame_rate(evidence: Evidence) -> Finding:
    """Pictures come at the timeline's rate, each at its time, from the first moment on."""
    m = evidence.measured
    rate = evidence.expected.rate if evidence.expected else m.rate
    step = float(1 / rate)
    late = [at for at, time_s in enumerate(m.times_s) if abs(time_s - at * step) > step * 0.6]
    return Finding(
        name="frame_rate",
        passed=m.rate == rate and not late,
        value=f"{float(m.rate):g} per second, {len(late)} out of time",
        at_s=m.times_s[late[0]] if late else None,
        why="The picture stutters, or runs at another speed than the sound.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def colours(evidence: Evidence) -> Finding:
    """The stream says BT.709, limited range, in a sampling every player shows."""
    m, tags = evidence.measured, evidence.measured.colours
    told = (tags.primaries, tags.transfer, tags.matrix)
    return Finding(
        name="colour_tags",
        passed=told == (_BT709,) * 3 and tags.range == _LIMITED and m.pixel_format == "yuv420p",
        value=f"{m.pixel_format}, {'/'.join(map(str, told))}, range {tags.range}",
        why="Players guess, and colours come out paler or darker.",
        hint=f"It should say yuv420p, 1/1/1, range 1. {_CUT_AGAIN}",
        mend=Mend.RENDER,
    )


def sound_present(evidence: Evidence) -> Finding:
    """There is sound that can be heard, in one or two channels."""
    sound = evidence.measured.sound
    return Finding(
        name="sound",
        passed=sound.channels in (1, 2) and sound.integrated_lufs > SILENT_LUFS + 5,
        value=f"{sound.channels} channels, {sound.integrated_lufs:.1f} LUFS",
        why="Nothing is heard.",
        hint="Re-materialize voice_tracks, then montage.",
        mend=Mend.RENDER,
    )


def loudness(evidence: Evidence) -> Finding | None:
    """The whole film is as loud as its network plays it."""
    expected, found = evidence.expected, evidence.measured.sound.integrated_lufs
    if found <= SILENT_LUFS:
        return None  # the rule above says so
    target = expected.target if expected else LOUDNESS_TARGETS[Network.ANY]
    return Finding(
        name="loudness",
        # The meter counts in hundredths; a film at the edge is inside.
        passed=abs(found - target.integrated_lufs) <= LOUDNESS_TOLERANCE_LU + 0.01,
        value=f"{found:.2f} LUFS, {target.integrated_lufs:g} wanted",
        why="It is louder or softer than what plays before and after it.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def true_peak(evidence: Evidence) -> Finding:
    """Peaks between samples leave room for the network's own encode."""
    expected, found = evidence.expected, evidence.measured.sound.true_peak_dbtp
    ceiling = (expected.target if expected else LOUDNESS_TARGETS[Network.ANY]).true_peak_dbtp
    return Finding(
        name="true_peak",
        passed=found <= ceiling + _PEAK_ROUNDING_DB,
        value=f"{found:.2f} dBTP, at most {ceiling:g}",
        why="It distorts when a network encodes it again.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def clipping(evidence: Evidence) -> Finding:
    """The wave is not cut flat at its peaks."""
    sound = evidence.measured.sound
    is_flat = sound.near_peak > _MOST_NEAR_PEAK
    return Finding(
        name="clipping",
        passed=not is_flat,
        value=f"{100 * sound.near_peak:.1f} % of the worst second near its peak",
        at_s=sound.loudest_at_s if is_flat else None,
        why="It crackles.",
        hint="Make the clipped voice or music anew, then cut the film again.",
        mend=Mend.REGENERATE,
    )


def black(evidence: Evidence) -> Finding:
    """Nothing is black but where a fade asks for it."""
    expected = evidence.expected
    spans = beyond(black_spans(evidence.measured.pictures), expected.black if expected else ())
    return _spans_finding(
        "black",
        [span for span in spans if span[1] - span[0] > _LONGEST_BLACK_S],
        "black",
        "Viewers think that the film has ended.",
    )


def frozen(evidence: Evidence) -> Finding:
    """Nothing stands still but where the timeline asks for it."""
    expected = evidence.expected
    still = expected.still if expected else black_spans(evidence.measured.pictures)
    spans = beyond(frozen_spans(evidence.measured.pictures), still)
    found = [span for span in spans if span[1] - span[0] > _LONGEST_FROZEN_S]
    finding = _spans_finding("frozen", found, "frozen", "The film seems to hang.")
    footage = [scene for scene in expected.scenes if scene.is_footage] if expected else []
    inside = [any(overlap(span, (s.start_s, s.end_s)) > 0 for s in footage) for span in found]
    # Footage may show something that does not move.
    return replace(finding, is_warning=bool(found) and all(inside))


def _spans_finding(name: str, spans: Sequence[Span], what: str, why: str) -> Finding:
    total_s = sum(end - start for start, end in spans)
    return Finding(
        name=name,
        passed=not spans,
        value=f"{total_s:.2f} s {what}",
        at_s=(spans[0][0] + spans[0][1]) / 2 if spans else None,
        why=why,
        hint="Look at the picture; make the scene's picture or clip anew, then cut again.",
        mend=Mend.REGENERATE,
    )


def silence(evidence: Evidence) -> Finding:
    """The sound does not fall silent in the middle of the film."""
    import numpy as np

    m = evidence.measured
    size = RATE_HZ // 20
    count = len(m.sound.mono) // size
    blocks = m.sound.mono[: count * size].reshape(count, size)
    quiet = np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1)) < _SILENT
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    spans = [(float(a) / 20, float(b) / 20) for a, b in edges.reshape(-1, 2)]
    inner = beyond(spans, [(0.0, 0.5), (m.picture_s - 1.0, m.picture_s + 60)])
    found = [span for span in inner if span[1] - span[0] > _LONGEST_SILENCE_S]
    return replace(
        _spans_finding("silence", found, "silent", "Viewers think that their sound is off."),
        hint="Make the scene's voice anew, or choose music, then cut again.",
    )


def lengths(evidence: Evidence) -> Finding:
    """Picture and sound begin and end together."""
    m = evidence.measured
    start_ms = 1000 * (m.sound.start_s - (m.times_s[0] if m.times_s else 0.0))
    end_ms = 1000 * (m.sound.start_s + m.sound.duration_s - m.picture_s)
    is_heard = m.sound.channels > 0
    return Finding(
        name="lengths",
        passed=not is_heard or (abs(start_ms) <= MOST_LATE_MS and abs(end_ms) <= 100),
        value=f"sound begins {start_ms:+.0f} ms, ends {end_ms:+.0f} ms after the picture",
        why="The last words are missing, or the picture stops first.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def letters(evidence: Evidence) -> Finding | None:
    """Caption files hold the letters that were written."""
    if not evidence.subtitles:
        return None
    broken = [
        f"{name}: {piece}"
        for name, captions in evidence.subtitles
        for piece in [broken_letters(captions.text) or ("" if captions.is_utf8 else "not UTF-8")]
        if piece
    ]
    return Finding(
        name="letters",
        passed=not broken,
        value="; ".join(broken) or "whole",
        why="Viewers read signs that mean nothing.",
        hint="Write the caption files again as UTF-8: re-materialize montage.",
        mend=Mend.RENDER,
    )


# --- against the order ---


def duration(evidence: Evidence, expected: Expectation) -> Finding:
    """The film is as long as its timeline, to a frame."""
    m = evidence.measured
    off_ms = 1000 * abs(m.picture_s - expected.duration_s)
    return Finding(
        name="duration",
        passed=off_ms <= 1000 / float(expected.rate) and m.frames == expected.frames,
        value=f"{m.frames} of {expected.frames} pictures, {off_ms:.0f} ms off",
        at_s=min(m.picture_s, expected.duration_s) if m.frames != expected.frames else None,
        why="The end is missing, or something was added.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def sync(evidence: Evidence, _: Expectation) -> Finding | None:
    """Each voice is heard when the timeline says."""
    heard = [voice for voice in evidence.voices if voice.likeness >= _LEAST_LIKE_VOICE]
    if not heard:
        return None
    worst = max(heard, key=lambda voice: abs(voice.late_ms))
    is_off = abs(worst.late_ms) > MOST_LATE_MS
    return Finding(
        name="sync",
        passed=not is_off,
        value=f"{worst.late_ms:+.0f} ms at most",
        at_s=worst.start_s if is_off else None,
        scene=worst.scene if is_off else 0,
        why="Words and pictures do not meet.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def narration(evidence: Evidence, _: Expectation) -> Finding | None:
    """Each voice is heard at all, in its own place."""
    if not evidence.voices:
        return None
    loudest_db = max(voice.level_db for voice in evidence.voices)
    missing = [
        voice
        for voice in evidence.voices
        if voice.likeness < _LEAST_LIKE_VOICE or voice.level_db < loudest_db - _MOST_SOFTER_DB
    ]
    return Finding(
        name="narration",
        passed=not missing,
        value=f"{len(evidence.voices) - len(missing)} of {len(evidence.voices)} pieces heard",
        at_s=missing[0].start_s if missing else None,
        scene=missing[0].scene if missing else 0,
        why="A scene is not spoken, or another one's words are.",
        hint="Re-materialize voice_tracks for the scene, then montage.",
        mend=Mend.REGENERATE,
    )


def caption_words(evidence: Evidence, expected: Expectation) -> Finding:
    """Timeline and caption files carry the approved words, all of them, in order."""
    runs = [("timeline", tuple(word.text for word in expected.words))] + [
        (name, tuple(word.text for word in captions.words)) for name, captions in evidence.subtitles
    ]
    wanted = expected.script_words
    for name, shown in runs:
        at = first_difference(wanted, shown)
        if at is not None:
            there = expected.words[min(at, len(expected.words) - 1)] if expected.words else None
            asked = wanted[at] if at < len(wanted) else "nothing"
            found = shown[at] if at < len(shown) else "nothing"
            return Finding(
                name="caption_words",
                passed=False,
                value=f"{name}: word {at + 1} is {found!r} and should be {asked!r}",
                at_s=there.start_ms / 1000 if there else 0.0,
                why="Captions say something nobody approved.",
                hint="Re-materialize voice_tracks and timeline, then montage.",
                mend=Mend.RENDER,
            )
    return Finding(name="caption_words", passed=True, value=f"{len(wanted)} words")


def caption_times(evidence: Evidence, expected: Expectation) -> Finding | None:
    """Caption files show each word when the timeline says, and words lie inside the film."""
    late = [
        (_off_ms(shown, wanted, captions.is_word_timed), wanted.start_ms)
        for _, captions in evidence.subtitles
        for shown, wanted in zip(captions.words, expected.words, strict=False)
    ]
    if not evidence.subtitles:
        return None
    worst = max(late, default=(0, 0))
    is_word_timed = any(captions.is_word_timed for _, captions in evidence.subtitles)
    return Finding(
        name="caption_times",
        passed=is_word_timed and worst[0] <= _CAPTION_LATE_MS,
        value=f"{worst[0]} ms off at most" if is_word_timed else "no times of words",
        at_s=worst[1] / 1000 if worst[0] > _CAPTION_LATE_MS else None,
        why="Words are shown before or after they are spoken.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def _off_ms(shown: Word, wanted: Word, is_word_timed: bool) -> int:
    """How far a shown word is off; one without a time of its own has to begin while it is shown."""
    if is_word_timed:
        return abs(shown.start_ms - wanted.start_ms)
    return max(0, shown.start_ms - wanted.start_ms, wanted.start_ms - shown.end_ms)


def caption_seen(evidence: Evidence, _: Expectation) -> Finding | None:
    """Every burned text is in the picture, whole and in its zone."""
    if not evidence.texts:
        return None
    lost = [text for text in evidence.texts if not text.is_there]
    worst = min(evidence.texts, key=lambda text: text.likeness)
    return Finding(
        name="text_seen",
        passed=not lost,
        value=f"{len(evidence.texts) - len(lost)} of {len(evidence.texts)}; least like "
        f"{worst.likeness:.2f}: {worst.place.text[:40]!r}",
        at_s=lost[0].at_s if lost else None,
        scene=lost[0].place.scene if lost else 0,
        why="A text is missing, cut off, in another place, or says something else.",
        hint=_CUT_AGAIN,
        mend=Mend.RENDER,
    )


def word_order(evidence: Evidence, expected: Expectation) -> Finding | None:
    """Words of right-to-left lines stand from right to left."""
    if not expected.language.is_rtl or not evidence.texts:
        return None
    turned = [
        text
        for text in evidence.texts
        if not text.is_there and text.reversed_likeness > text.likeness + 0.1
    ]
    return Finding(
        name="word_order",
        passed=not turned,
        value=f"{len(turned)} texts in the wrong order",
        at_s=turned[0].at_s if turned else None,
        why="Arabic reads backwards.",
        hint=f"Report it: the renderer's libass lacks bidirectional text. {_CUT_AGAIN}",
        mend=Mend.RENDER,
    )


def readable(evidence: Evidence, _: Expectation) -> Finding | None:
    """Letters stand out from what is behind them."""
    seen = [text for text in evidence.texts if text.is_there]
    if not seen:
        return None
    worst = min(seen, key=lambda text: text.contrast)
    is_poor = worst.contrast < _LEAST_CONTRAST
    return Finding(
        name="contrast",
        passed=not is_poor,
        value=f"{worst.contrast:.1f}:1 at least",
        at_s=worst.at_s if is_poor else None,
        why="Text cannot be read.",
        hint="Choose captions on a plate, or another accent colour.",
        mend=Mend.EDIT,
    )


def safe_zone(_: Evidence, expected: Expectation) -> Finding:
    """Texts stand where the network draws nothing over them, and inside the frame."""
    left, top, right, bottom = expected.safe
    outside = [
        text
        for text in expected.texts
        if text.box[0] < left or text.box[1] < top or text.box[2] > right or text.box[3] > bottom
    ]
    first = outside[0] if outside else None
    return Finding(
        name="safe_zone",
        passed=first is None,
        value=f"{len(outside)} of {len(expected.texts)} texts outside"
        + (f": {first.text[:40]!r} at {first.box}" if first else ""),
        at_s=(first.start_s + first.end_s) / 2 if first else None,
        scene=first.scene if first else 0,
        why="Buttons of the network cover it, or the frame cuts it off.",
        hint="Make captions smaller, shorten the title, or name the network in the look.",
        mend=Mend.EDIT,
    )


def overlaps(_: Evidence, expected: Expectation) -> Finding:
    """No two texts share a place and a time, nor does a text with a logo or an inset."""
    things = [
        *((t.text[:30], (t.start_s, t.end_s), t.box) for t in expected.texts),
        *expected.solids,
    ]
    texts = len(expected.texts)
    pairs = [
        (a, b)
        for n, a in enumerate(things[:texts])
        for b in things[n + 1 :]
        if overlap(a[1], b[1]) > 1e-6 and meets(a[2], b[2])
    ]
    return Finding(
        name="overlap",
        passed=not pairs,
        value=f"{len(pairs)} overlaps"
        + (f": {pairs[0][0][0]!r} and {pairs[0][1][0]!r}" if pairs else ""),
        at_s=max(pairs[0][0][1][0], pairs[0][1][1][0]) if pairs else None,
        why="One text hides another.",
        hint="Move the captions or the logo, or shorten the title.",
        mend=Mend.EDIT,
    )


def language(evidence: Evidence, expected: Expectation) -> Finding:
    """Captions are in the language that was asked for."""
    shown = " ".join(word.text for word in expected.words)
    found = {guess_language(shown)} | {guess_language(c.text) for _, c in evidence.subtitles}
    other = found - {None, expected.language}
    return Finding(
        name="caption_language",
        passed=not other,
        value=", ".join(sorted(one.value for one in found if one)) or "too short to tell",
        why="Viewers asked for another language.",
        hint="Write the script anew in the brief's language.",
        mend=Mend.EDIT,
    )


def voice_language(_: Evidence, expected: Expectation) -> Finding | None:
    """Where voices were transcribed, what was heard is what was written."""
    heard = [one for one in expected.speech if one.timing == "recognised"]
    if not heard:
        return None  # without a listener nobody knows
    worst = min(heard, key=lambda one: one.confidence)
    is_other = worst.confidence < 0.5
    return Finding(
        name="voice_language",
        passed=not is_other,
        value=f"{100 * worst.confidence:.0f} % of the words recognised at least",
        at_s=worst.start_s if is_other else None,
        scene=worst.scene if is_other else 0,
        why="The voice speaks another language, or other words.",
        hint="Speak the scene anew with a voice of the brief's language.",
        mend=Mend.REGENERATE,
    )


def watermark(evidence: Evidence, expected: Expectation) -> Finding:
    """No still mark stands in a corner that nobody asked for."""
    marks = evidence.marks
    first = marks[0] if marks else None
    known = ", ".join(expected.providers)
    blamed = f" Known to mark test films: {known}." if known else ""
    return Finding(
        name="watermark",
        passed=first is None,
        value=f"scene {first.scene}, {first.corner}" if first else "none found",
        at_s=first.at_s + 0.5 if first else None,
        scene=first.scene if first else 0,
        why="A service marked what it made on a test plan.",
        hint="Make the scene's clip anew on a paid plan, or with another provider." + blamed,
        mend=Mend.REGENERATE,
    )


def spending(_: Evidence, expected: Expectation) -> Finding:
    """The project cost no more than it might."""
    return judge_spending(expected.spent_usd, expected.cap_usd)


def judge_spending(spent_usd: Decimal, cap: Decimal | None) -> Finding:
    """What a project cost against what it might, both in USD; no film is needed for it."""
    return Finding(
        name="spending",
        passed=cap is None or spent_usd <= cap,
        value=f"{spent_usd:.2f} USD" + ("" if cap is None else f" of {cap:.2f}"),
        why="More was spent than was allowed.",
        hint="Raise the project's cap, or take the film as it is with a reason.",
        mend=Mend.OVERRIDE,
    )


def judge_words(timeline: Timeline, script: Script) -> Finding:
    """Captions must carry the approved words, all of them, in order."""
    wanted = [word for scene in script.scenes for word in scene.words]
    shown = [word.text for word in timeline.words]
    at = first_difference(wanted, shown)
    return Finding(
        name="caption_words",
        passed=at is None,
        value=f"{len(shown)} of {len(wanted)}" + ("" if at is None else f", word {at + 1} differs"),
        hint="Re-materialize voice_tracks and timeline.",
        mend=Mend.RENDER,
    )


FILE_RULES: tuple[Rule, ...] = (
    decode,
    size,
    frame_rate,
    colours,
    sound_present,
    loudness,
    true_peak,
    clipping,
    black,
    frozen,
    silence,
    lengths,
    letters,
)
"""What a file tells by itself."""

ORDER_RULES: tuple[OrderRule, ...] = (
    duration,
    sync,
    narration,
    caption_words,
    caption_times,
    caption_seen,
    word_order,
    readable,
    safe_zone,
    overlaps,
    language,
    voice_language,
    watermark,
    spending,
)
"""What needs the order to compare with."""
