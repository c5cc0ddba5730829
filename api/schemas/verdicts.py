"""What the film gate found, what would mend it, and decisions to let a film pass."""

from typing import Any

from pydantic import Field

from api.schemas.base import Input, Output, Sha256, shown
from video_platform.agents.verdicts import Verdict
from video_platform.domain.access import Role
from video_platform.domain.formats import Format
from video_platform.quality.findings import Finding, Mend
from video_platform.quality.override import needed_role

_OFFER = {
    "method": "POST",
    "path": "/api/v1/assets/generate",
    "body": {"project": "why-bread-rises-0123456789", "stage": "clips", "scenes": [3]},
}
_FINDING = {
    "check": "watermark",
    "passed": False,
    "stops": True,
    "value": "scene 3, bottom right",
    "at_s": 14.5,
    "scene": 3,
    "why": "A service marked what it made on a test plan.",
    "hint": "Make the scene's clip anew on a paid plan, or with another provider.",
    "mend": "regenerate",
    "offer": _OFFER,
    "override_role": "editor",
    "overridden": "",
}
_FILM = {
    "format": "16:9",
    "sha256": "ab" * 32,
    "is_judged": True,
    "passed": False,
    "checks": [_FINDING],
}


class OverrideIn(Input):
    """A decision to publish a film although a rule does not hold."""

    model_config = shown(film="ab" * 32, check="loudness", reason="The client wants it quiet.")

    film: Sha256 = Field(description="The file; another render has to be decided anew.")
    check: str = Field(pattern=r"^[a-z_]{1,40}$", description="The rule.")
    reason: str = Field(min_length=8, max_length=500, pattern=r"^[^\x00]*$")


class OfferOut(Output):
    """The request that begins the mend."""

    model_config = shown(**_OFFER)

    method: str
    path: str
    body: dict[str, Any] | None = Field(description="Null: a person has to say what to change.")


class FindingOut(Output):
    """Whether one rule holds."""

    model_config = shown(**_FINDING)

    check: str
    passed: bool
    stops: bool = Field(description="Whether it keeps the film from being published.")
    value: str
    at_s: float | None
    scene: int = Field(description="0: of the whole film")
    why: str
    hint: str
    mend: Mend
    offer: OfferOut | None
    override_role: Role | None = Field(description="Who may let it pass; null: nobody.")
    overridden: str = Field(description="Who let it pass and why.")


class FilmVerdictOut(Output):
    """The verdict on one film."""

    model_config = shown(**_FILM)

    format: Format
    sha256: str
    is_judged: bool
    passed: bool | None = Field(description="Null while it is not judged.")
    checks: list[FindingOut]


class VerdictOut(Output):
    """The verdicts on a project's films."""

    model_config = shown(project="why-bread-rises-0123456789", films=[_FILM])

    project: str
    films: list[FilmVerdictOut]


def show_verdict(project: str, verdict: Verdict) -> FilmVerdictOut:
    """The verdict on one film."""
    report = verdict.report
    return FilmVerdictOut(
        format=verdict.film.format,
        sha256=verdict.film.media.sha256,
        is_judged=report is not None,
        passed=report.passed if report else None,
        checks=[_finding(project, verdict, one) for one in report.findings] if report else [],
    )


def _finding(project: str, verdict: Verdict, one: Finding) -> FindingOut:
    return FindingOut(
        check=one.name,
        passed=one.passed,
        stops=one.stops,
        value=one.value,
        at_s=None if one.passed else one.at_s,
        scene=0 if one.passed else one.scene,
        why="" if one.passed else one.why,
        hint="" if one.passed else one.hint,
        mend=Mend.NONE if one.passed else one.mend,
        offer=None if one.passed else _offer(project, verdict, one),
        override_role=needed_role(one.name),
        overridden=one.overridden,
    )


def _offer(project: str, verdict: Verdict, one: Finding) -> OfferOut | None:
    """The request that would mend it."""
    film, scenes = verdict.film, [one.scene] if one.scene else []
    place = f"/api/v1/projects/{project}"
    decision = {"film": film.media.sha256, "check": one.name, "reason": ""}
    offers: dict[Mend, tuple[str, str, dict[str, Any] | None]] = {
        Mend.RENDER: (
            *("POST", "/api/v1/videos/render"),
            {"project": project, "formats": [film.format.value]},
        ),
        Mend.REGENERATE: (
            *("POST", "/api/v1/assets/generate"),
            {"project": project, "stage": verdict.stage_of(one).value, "scenes": scenes},
        ),
        Mend.EDIT: ("PATCH", f"{place}/scenes/{one.scene}" if one.scene else place, None),
        Mend.OVERRIDE: ("POST", f"{place}/overrides", decision),
    }
    if one.mend not in offers:
        return None
    method, path, body = offers[one.mend]
    return OfferOut(method=method, path=path, body=body)
