"""Credentials of films: collects who made their parts, and signs what is delivered.

What is claimed of a film follows from its timeline and from where its material came from, so an
unchanged film is recognised by its claim and is never signed again into other bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from video_platform.db.repositories.assets import Assets
from video_platform.db.repositories.generations import Entry, Generations
from video_platform.domain.codec import content_hash, from_manifest, to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, Generation
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Film,
    Music,
    Origin,
    SceneImages,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.project import Project, Stage
from video_platform.domain.rights import (
    Disclosure,
    FilmCredentials,
    Ingredient,
    LicencePolicy,
    Making,
    Role,
    SignedFile,
    Terms,
    making_of,
    refuse_unknown,
)
from video_platform.domain.timeline import Timeline
from video_platform.errors import InvalidInput
from video_platform.fonts import BOLD, FAMILY, REGULAR, SEMIBOLD
from video_platform.provenance.credentials import SIGNABLE, sign_file
from video_platform.provenance.identity import Identity, refuse_expired
from video_platform.provenance.statement import state
from video_platform.provenance.terms import UPLOAD, TermsBook
from video_platform.store import MediaStore
from video_platform.store.manifests import read_current
from video_platform.store.media import hash_file

_STATEMENT = 1
"""Part of every claim: raise it when the same facts are stated in another way."""
_MANY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is going to be said of a film."""

    title: str
    language: str
    format: Format
    ingredients: tuple[Ingredient, ...]

    @property
    def key(self) -> str:
        """Hash of everything above."""
        return content_hash([_STATEMENT, self])


class Notary:
    """Signs the films of one tenant.

    Args:
        identity: gives the certificate; called when something is signed.
        policy: whether parts of unknown licence stop a film.
    """

    def __init__(
        self,
        store: MediaStore,
        generations: Generations,
        assets: Assets,
        *,
        identity: Callable[[], Identity],
        terms: TermsBook,
        policy: LicencePolicy = LicencePolicy.ALLOW,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._generations = generations
        self._assets = assets
        self._identity = identity
        self._terms = terms
        self._policy = policy
        self._clock = clock

    def claim(self, project: Project, timeline: Timeline, ratio: Format) -> Claim:
        """What a film of this timeline would say of itself."""
        material = _Material(project, ratio, self._store, self._generations, self._assets)
        parts = (self._credited(part, material) for part in material.parts(timeline))
        return Claim(
            title=timeline.title,
            language=timeline.language.value,
            format=ratio,
            ingredients=tuple(dict.fromkeys((*parts, *self._fonts))),
        )

    def check(self, claim: Claim) -> None:
        """Refuse what the policy on licences does not allow.

        Raises:
            InvalidInput: ``licence_unknown``.
        """
        refuse_unknown(claim.ingredients, self._policy, self._file_name)

    def check_film(self, film: Film) -> None:
        """As ``check``, of a finished film: before it is published, whoever made it when.

        Raises:
            InvalidInput: ``licence_unknown``, also for films made before anything was known.
        """
        if self._policy is LicencePolicy.ALLOW:
            return
        if film.credentials is None:
            raise InvalidInput(
                f"Nothing is known of the licences in the {film.format.value} film.",
                hint="Make it again, or set VIDEO_PLATFORM_UNKNOWN_LICENCE=allow.",
                code="licence_unknown",
            )
        told = from_manifest(Disclosure, self._store.read(film.credentials.disclosure))
        refuse_unknown(told.ingredients, self._policy, self._file_name)

    def _file_name(self, sha256: str) -> str:
        """What the person who sent it calls a file; it stands in messages, never in a film."""
        found = self._assets.uploaded(sha256)
        return str(found.facts.get("name", "")) if found else ""

    def is_signed(self, film: Film, claim: Claim) -> bool:
        """Whether the film says just this, and with the operator's certificate if there is one."""
        made = film.credentials
        if made is None or made.claim != claim.key or not self._store.has(made.disclosure):
            return False
        return not made.is_test or self._identity().is_test

    def open(self, claim: Claim, directory: Path) -> "Signing":
        """Begin to sign the files of one film; they are left in ``directory``.

        Raises:
            NotConfigured: ``certificate_invalid``, ``certificate_expired``.
        """
        identity = self._identity()
        refuse_expired(identity, self._clock())
        return Signing(self._store, claim, identity, directory, self._clock())

    def _credited(self, part: "_Part", material: "_Material") -> Ingredient:
        provider, model, stated = material.maker(part)
        return Ingredient(
            role=part.role,
            scene_id=part.scene_id,
            sha256=part.media.sha256,
            media_type=part.media.media_type,
            provider=provider,
            model=model,
            making=self._terms.making(provider),
            terms=self._terms.find(provider, part.role, part.media.sha256, stated=stated),
            is_input=part.is_input,
        )

    @cached_property
    def _fonts(self) -> tuple[Ingredient, ...]:
        """The typefaces that captions and titles are set in."""
        return tuple(
            Ingredient(
                role=Role.FONT,
                sha256=hash_file(path),
                media_type="font/ttf",
                provider=FAMILY,
                name=path.stem,
                making=Making.UNKNOWN,
                terms=self._terms.fonts[FAMILY],
            )
            for path in (REGULAR, SEMIBOLD, BOLD)
        )


class Signing:
    """The files of one film, signed one by one; ``finish`` writes down what was done."""

    def __init__(
        self, store: MediaStore, claim: Claim, identity: Identity, directory: Path, now: datetime
    ) -> None:
        self._store = store
        self._claim = claim
        self._identity = identity
        self._directory = directory
        self._now = now
        self._files: list[SignedFile] = []

    def sign(self, path: Path, media_type: str, role: str) -> Path:
        """The file with its credentials inside; itself, where its kind cannot carry any."""
        signed, manifest = path, ""
        if media_type in SIGNABLE:
            signed = self._directory / f"signed-{role}{path.suffix}"
            statement = state(self._claim.title, media_type, self._claim.ingredients)
            manifest = sign_file(path, signed, statement, self._identity, self._sources)
        self._files.append(
            SignedFile(
                role=role, sha256=hash_file(signed), media_type=media_type, manifest=manifest
            )
        )
        return signed

    def finish(self) -> FilmCredentials:
        """Store the disclosure and say what the film's manifest is."""
        claim, identity = self._claim, self._identity
        source_type = making_of(claim.ingredients)
        signed_at = self._now.isoformat(timespec="seconds")
        disclosure = Disclosure(
            title=claim.title,
            language=claim.language,
            format=claim.format.value,
            source_type=source_type,
            signer=identity.name,
            is_test=identity.is_test,
            signed_at=signed_at,
            files=tuple(self._files),
            ingredients=claim.ingredients,
        )
        path = self._directory / "disclosure.json"
        path.write_bytes(to_manifest(disclosure))
        return FilmCredentials(
            claim=claim.key,
            manifest=next(one.manifest for one in self._files if one.role == "film"),
            source_type=source_type,
            signer=identity.name,
            is_test=identity.is_test,
            signed_at=signed_at,
            disclosure=self._store.put(path, "application/json"),
        )

    @cached_property
    def _sources(self) -> Mapping[str, Path]:
        """Local files of the ingredients that may bring credentials of their own."""
        media = {
            one.sha256: Media(sha256=one.sha256, media_type=one.media_type, size_bytes=0)
            for one in self._claim.ingredients
            if one.media_type in SIGNABLE
        }
        return {
            sha256: self._store.path(one) for sha256, one in media.items() if self._store.has(one)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A medium of a timeline and what it is there."""

    role: Role
    media: Media
    scene_id: int = 0
    is_input: bool = False


class _Material:
    """Where the media of one project came from, as its stages and the ledger have it."""

    def __init__(
        self,
        project: Project,
        ratio: Format,
        store: MediaStore,
        generations: Generations,
        assets: Assets,
    ) -> None:
        self._project = project
        self._ratio = ratio
        self._blobs = store.blobs
        self._generations = generations
        self._assets = assets
        self._pictures: dict[int, Media] = {}
        self._presenters: set[str] = set()
        self._origins: dict[str, Origin] = {}
        self._licences: dict[str, Terms] = {}
        self._read_stages()

    def _read_stages(self) -> None:
        key = self._project.key
        images = read_current(self._blobs, SceneImages, Stage.SCENE_IMAGES, key)
        for image in images.images if images else ():
            self._origins |= {m.sha256: image.origin[r] for r, m in image.media.items()}
            if self._ratio in image.media:
                self._pictures[image.scene_id] = image.media[self._ratio]
        clips = read_current(self._blobs, Clips, Stage.CLIPS, key)
        for clip in clips.clips if clips else ():
            if clip.motion is None:
                self._origins |= {media.sha256: clip.origin for media in clip.media.values()}
        voices = read_current(self._blobs, VoiceTracks, Stage.VOICE_TRACKS, key)
        for track in voices.tracks if voices else ():
            self._origins[track.media.sha256] = track.origin
        music = read_current(self._blobs, Music, Stage.MUSIC, key)
        if music:
            self._origins[music.media.sha256] = music.origin
            self._licences[music.media.sha256] = Terms(licence=music.licence)
        avatars = read_current(self._blobs, AvatarClips, Stage.AVATAR_CLIPS, key)
        for by_format in avatars.clips.values() if avatars else ():
            self._presenters |= {media.sha256 for media in by_format.values()}

    def parts(self, timeline: Timeline) -> Iterator[_Part]:
        """All media of a film of this timeline, and the script and pictures they were made from."""
        if (written := self._script) is not None:
            yield _Part(role=Role.SCRIPT, media=written.media, is_input=True)
        for clip in timeline.video:
            for media in (clip.media.get(self._ratio), clip.foreground.get(self._ratio)):
                if media is not None:
                    is_still = media.media_type.startswith("image/")
                    yield self._seen(media, clip.scene_id, Role.PICTURE if is_still else None)
            picture = self._pictures.get(clip.scene_id)
            if clip.motion is None and picture is not None:
                yield _Part(role=Role.PICTURE, media=picture, scene_id=clip.scene_id, is_input=True)
        for inset in timeline.insets:
            if self._ratio in inset.media:
                yield self._seen(inset.media[self._ratio], 0, None)
        sounds = ((Role.VOICE, "voice"), (Role.MUSIC, "music"), (Role.EFFECT, "effects"))
        for role, track in sounds:
            for sound in getattr(timeline, track):
                yield _Part(role=role, media=sound.media, scene_id=sound.scene_id)
        if timeline.look.logo is not None:
            yield _Part(role=Role.LOGO, media=timeline.look.logo.media)
        if (own := timeline.look.typeface) is not None:
            for media in filter(None, (own.regular, own.bold)):
                yield _Part(role=Role.FONT, media=media)
        if timeline.look.grade.lut is not None:
            yield _Part(role=Role.COLOURS, media=timeline.look.grade.lut)

    def _seen(self, media: Media, scene_id: int, role: Role | None) -> _Part:
        usual = Role.PRESENTER if media.sha256 in self._presenters else Role.FOOTAGE
        return _Part(role=role or usual, media=media, scene_id=scene_id)

    def maker(self, part: _Part) -> tuple[str, str, Terms]:
        """Provider, model and what was stated of a part's licence."""
        sha256 = part.media.sha256
        made = self._generation(sha256)
        licence = self._licences.get(sha256, Terms())
        if made is not None:
            return made.provider, str(made.details.get("model", "")), licence
        if sha256 in self._origins and self._origins[sha256].provider != UPLOAD:
            return self._origins[sha256].provider, "", licence
        if part.role is Role.PRESENTER:
            return self._project.brief.providers.get(Capability.AVATAR.value, UPLOAD), "", Terms()
        return UPLOAD, "", self._stated(self._sent_as(sha256))

    def _generation(self, sha256: str) -> Generation | None:
        origin = self._origins.get(sha256)
        if origin is None:
            return self._listed.get(sha256)
        entry = self._generations.find(origin.generation)
        return None if entry is None else entry.result

    @cached_property
    def _entries(self) -> Sequence[Entry]:
        """What the ledger made for this project, the newest first."""
        return self._generations.list(project=self._project.key, limit=_MANY)

    @cached_property
    def _listed(self) -> Mapping[str, Generation]:
        """Results by hash, for what no stage names the origin of: presenters."""
        return {one.result.media.sha256: one.result for one in self._entries if one.result}

    @cached_property
    def _script(self) -> Generation | None:
        written = (one for one in self._entries if one.capability == Capability.SCRIPT)
        return next((one.result for one in written if one.result), None)

    def _sent_as(self, sha256: str) -> str:
        """The hash of the file a person sent; of a picture out of a clip of theirs, the clip's."""
        origin = self._origins.get(sha256)
        return origin.candidates[0].sha256 if origin and origin.candidates else sha256

    def _stated(self, sha256: str) -> Terms:
        """What a person stated of their own file."""
        found = self._assets.uploaded(sha256)
        facts = found.facts if found else {}
        return Terms(licence=str(facts.get("licence", "")), source=str(facts.get("source", "")))
