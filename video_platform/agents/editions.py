"""What goes out of a project: its film in one format, with the words under it on one network."""

from collections.abc import Callable
from dataclasses import replace

from video_platform.agents.covers import chosen_thumbnail
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.project import Stage
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.domain.script import Script
from video_platform.errors import MediaMissing
from video_platform.publishing.base import Post, Privacy, Rules
from video_platform.store import MediaStore
from video_platform.store.manifests import read_current

_TAGS = 3
_SHORTEST_TAG = 5
_ONLY_LOOKED_UP = (PublicationState.COMMITTING, PublicationState.UNCONFIRMED)


class Editions:
    """Finds films of finished projects, and the words for them.

    Args:
        rules_of: a network's rules by its name.
        may_go_out: refuses a film of a project that must not be published.
    """

    def __init__(
        self,
        store: MediaStore,
        rules_of: Callable[[str], Rules],
        *,
        may_go_out: Callable[[str, Film], None] = lambda *_: None,
    ) -> None:
        self._store = store
        self._rules_of = rules_of
        self._may_go_out = may_go_out

    def edition(self, publication: Publication) -> tuple[Post, str]:
        """See ``publishing.machine.Films``."""
        film = self._film(publication)
        if publication.state not in _ONLY_LOOKED_UP:
            self._may_go_out(publication.project, film)
        script = self.script(publication.project)
        rules = self._rules_of(publication.platform)
        wish = fill(publication.wish, script, rules) if script else publication.wish
        post = self.post(publication.id, film, wish, script)
        cover = chosen_thumbnail(self._store.blobs, publication.project, film.format)
        if cover is not None:
            post = replace(post, poster=self._store.path(cover))
        return post, film.media.sha256

    def film(self, project: str, ratio: Format) -> Film | None:
        """The project's newest film in this format, if there is one."""
        films = (film for film in self.films(project) if film.format is ratio)
        return next(films, None)

    def films(self, project: str) -> tuple[Film, ...]:
        """The project's newest films."""
        montage = read_current(self._store.blobs, Montage, Stage.MONTAGE, project)
        return montage.films if montage else ()

    def script(self, project: str) -> Script | None:
        """The project's script, if it was written."""
        return read_current(self._store.blobs, Script, Stage.SCRIPT, project)

    def post(self, identity: str, film: Film, wish: Wish, script: Script | None) -> Post:
        """A film as a platform gets it.

        Raises:
            MediaMissing: there is no script to say its language.
        """
        if script is None:
            raise _missing("script")
        return Post(
            identity=identity,
            title=wish.title,
            caption=wish.caption,
            hashtags=wish.hashtags,
            language=script.language,
            format=film.format,
            duration_ms=film.duration_ms,
            width=film.media.probe.width_px,
            height=film.media.probe.height_px,
            film=self._store.path(film.media),
            film_sha256=film.media.sha256,
            poster=self._store.path(film.poster),
            srt=self._store.path(film.srt),
            vtt=self._store.path(film.vtt),
            privacy=Privacy(wish.privacy),
            is_synthetic=wish.is_synthetic,
            shows_people=wish.shows_people,
            options=dict(wish.options),
        )

    def _film(self, publication: Publication) -> Film:
        wanted = publication.film or publication.wish.film
        films = [f for f in self.films(publication.project) if f.format is publication.format]
        exact = [film for film in films if film.media.sha256 == wanted]
        # To look for a post, the film itself is not needed: it may have been made anew since.
        if not wanted or publication.state in _ONLY_LOOKED_UP:
            exact = exact or films
        if not exact:
            raise _missing(f"{publication.format} film {wanted[:12]}".strip())
        return exact[0]


def fill(wish: Wish, script: Script, rules: Rules) -> Wish:
    """The wish with what a person left open taken from the script, cut to what fits."""
    title = wish.title or script.title
    if not wish.title and rules.title_chars:
        title = _shortened(title, lambda text: len(text) <= rules.title_chars)
    proposed = (script.blurb.hashtags if script.blurb else ()) or _tags(script.title)
    tags = wish.hashtags or proposed[: rules.hashtags]
    below = "".join(f" #{tag}" for tag in tags)
    room = rules.caption_chars - 1
    caption = wish.caption or _caption(script, lambda text: rules.weigh(f"{text}\n{below}") <= room)
    return replace(wish, title=title, caption=caption, hashtags=tags)


def _caption(script: Script, fits: Callable[[str], bool]) -> str:
    """The most of what the script has to say that fits; its sources go first to be left out."""
    sources = " · ".join(script.sources)
    if not script.blurb:
        return _shortened(sources or script.scenes[0].narration, fits)
    told = (f"{script.blurb.long}\n{sources}".strip(), script.blurb.long, script.blurb.short)
    return next(filter(fits, told), None) or _shortened(script.blurb.short, fits)


def _tags(title: str) -> tuple[str, ...]:
    """The title's longer words."""
    words = ("".join(filter(str.isalnum, word)) for word in title.split())
    return tuple(dict.fromkeys(word for word in words if len(word) >= _SHORTEST_TAG))[:_TAGS]


def _shortened(text: str, fits: Callable[[str], bool]) -> str:
    """The text, or as many of its words as fit, with an ellipsis."""
    if fits(text):
        return text
    words = text.split()
    while words and not fits(" ".join(words) + "…"):
        words.pop()
    return " ".join(words) + "…" if words else ""


def _missing(what: str) -> MediaMissing:
    return MediaMissing(
        f"There is no {what} of this project, or not yet.",
        hint="Finish the project, in this format too; it is tried again by itself.",
    )
