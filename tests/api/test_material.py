"""Material over HTTP: what assets name and nothing else, takes gone back to, files in pieces."""

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.factories import make_film
from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import Asset, Assets
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Montage, Origin, SceneImage, SceneImages
from video_platform.domain.media import Media
from video_platform.domain.project import Stage
from video_platform.montage.hls import PLAYLIST, preview_key

V = "/api/v1"
KEY = "bread-0123456789"


@pytest.fixture
def owner(api: TestClient, signed_in: Any) -> dict[str, str]:
    headers: dict[str, str] = signed_in(api)
    return headers


@pytest.fixture
def studio(api: TestClient, owner: dict[str, str]) -> Studio:
    assert isinstance(api.app, FastAPI)
    studio: Studio = api.app.state.installation.studio("a")
    studio.projects.add(KEY, "Bread", Brief(text="Bread", formats=(Format.WIDE, Format.TALL)))
    return studio


def put(studio: Studio, tmp_path: Path, content: bytes, kind: str = "image/png") -> Media:
    path = tmp_path / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return studio.store.put(path, kind)


def record(studio: Studio, media: Media, scene: int = 1) -> Asset:
    origin = Origin(provider="fake", generation="0" * 64)
    image = SceneImage(scene_id=scene, media={Format.WIDE: media}, origin={Format.WIDE: origin})
    (asset,) = Assets(studio.database).record(KEY, Stage.SCENE_IMAGES, SceneImages(images=(image,)))
    return asset


@pytest.fixture
def asset(studio: Studio, tmp_path: Path) -> Asset:
    return record(studio, put(studio, tmp_path, b"0123456789"))


def test_media_are_for_those_whose_asset_names_them(
    api: TestClient, owner: dict[str, str], asset: Asset, signed_in: Any
) -> None:
    url = f"/media/{asset.media.sha256}.png"
    assert api.get(url, headers=owner).content == b"0123456789"
    stranger = signed_in(api, tenant="b")
    assert api.get(url, headers=stranger).status_code == 404
    assert api.get(url).status_code == 401


def test_bytes_no_asset_names_are_not_served(
    api: TestClient, owner: dict[str, str], studio: Studio, tmp_path: Path
) -> None:
    media = put(studio, tmp_path, b"secret")
    assert api.get(f"/media/{media.sha256}.png", headers=owner).status_code == 404


@pytest.mark.parametrize("name", ["0" * 64 + ".mp4", "0" * 64 + ".exe", "x.mp4", "..%2fdb.db"])
def test_no_other_name_is_a_file(api: TestClient, owner: dict[str, str], name: str) -> None:
    assert api.get(f"/media/{name}", headers=owner).status_code in (404, 422)


@pytest.mark.parametrize(
    ("sent", "status", "content"),
    [
        ({}, 200, b"0123456789"),
        ({"Range": "bytes=2-4"}, 206, b"234"),
        ({"Range": "bytes=7-"}, 206, b"789"),
        ({"Range": "bytes=-3"}, 206, b"789"),
        ({"Range": "bytes=8-99"}, 206, b"89"),
        ({"Range": "bytes=4-2"}, 200, b"0123456789"),
        ({"Range": "bytes=0-1,3-4"}, 200, b"0123456789"),
        ({"Range": "lines=1-2"}, 200, b"0123456789"),
        ({"Range": "bytes=2-4", "If-Range": '"other"'}, 200, b"0123456789"),
    ],
)
def test_a_range_is_served_where_it_makes_sense(
    api: TestClient,
    owner: dict[str, str],
    asset: Asset,
    sent: dict[str, str],
    status: int,
    content: bytes,
) -> None:
    answer = api.get(f"{V}/assets/{asset.id}/download", headers={**owner, **sent})
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers["etag"] == f'"{asset.media.sha256}"'
    assert (
        'filename="bread-0123456789-image-scene1-16x9.png"' in answer.headers["content-disposition"]
    )


@pytest.mark.parametrize("outside", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_outside_says_how_long_the_file_is(
    api: TestClient, owner: dict[str, str], asset: Asset, outside: str
) -> None:
    answer = api.get(f"/media/{asset.media.sha256}.png", headers={**owner, "Range": outside})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == "bytes */10"


def test_a_caller_who_holds_it_is_sent_nothing(
    api: TestClient, owner: dict[str, str], asset: Asset
) -> None:
    tag = f'"{asset.media.sha256}"'
    answer = api.get(f"/media/{asset.media.sha256}.png", headers={**owner, "If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_takes_are_listed_and_gone_back_to(
    api: TestClient, owner: dict[str, str], studio: Studio, asset: Asset, tmp_path: Path
) -> None:
    studio.projects.ask_again(KEY, Stage.SCENE_IMAGES, (1,), "run-1")
    second = record(studio, put(studio, tmp_path, b"second"))
    versions = api.get(f"{V}/assets/{second.id}/versions", headers=owner).json()
    assert [(one["id"], one["take"], one["is_current"]) for one in versions] == [
        (second.id, 1, True),
        (asset.id, 0, False),
    ]
    assert api.post(f"{V}/assets/{asset.id}/pick", headers=owner).status_code == 202
    assert studio.projects.get(KEY).take(Stage.SCENE_IMAGES, 1) == 0
    studio.projects.ask_again(KEY, Stage.SCENE_IMAGES, (1,), "run-2")
    assert studio.projects.get(KEY).take(Stage.SCENE_IMAGES, 1) == 2


def test_a_take_of_other_words_is_not_picked(
    api: TestClient, owner: dict[str, str], studio: Studio, asset: Asset, tmp_path: Path
) -> None:
    record(studio, put(studio, tmp_path, b"of other words, the same take"))
    answer = api.post(f"{V}/assets/{asset.id}/pick", headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "take_outdated")


def test_assets_are_filtered(api: TestClient, owner: dict[str, str], asset: Asset) -> None:
    for query, count in (
        ({"project": KEY, "stage": "scene_images", "scene": "1", "current": "true"}, 1),
        ({"scene": "2"}, 0),
        ({"kind": "film"}, 0),
        ({"project": "nobody"}, 0),
    ):
        assert len(api.get(f"{V}/assets", params=query, headers=owner).json()["items"]) == count


def test_a_foreign_asset_answers_like_a_missing_one(
    api: TestClient, asset: Asset, signed_in: Any
) -> None:
    stranger = signed_in(api, tenant="b")
    for path in ("", "/versions", "/download"):
        foreign = api.get(f"{V}/assets/{asset.id}{path}", headers=stranger)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")


def test_a_rendering_has_its_films_once_it_succeeded(
    api: TestClient, owner: dict[str, str], studio: Studio, tmp_path: Path
) -> None:
    wish = {"project": KEY, "formats": ["16:9"], "quality": "final"}
    answer = api.post(f"{V}/videos/render", json=wish, headers=owner)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    where = answer.headers["location"]
    film = make_film(media=put(studio, tmp_path, b"a film", "video/mp4"))
    Assets(studio.database).record(KEY, Stage.MONTAGE, Montage(films=(film,)))
    from video_platform.domain.command import CommandState

    studio.commands.end(studio.commands.of_project(KEY)[0], CommandState.SUCCEEDED)
    done = api.get(where, headers=owner).json()
    assert [one["format"] for one in done["films"]] == ["16:9"]
    (listed,) = api.get(f"{V}/videos", headers=owner).json()["items"]
    assert done["films"] == [listed]
    one = f"{V}/videos/{listed['id']}"
    assert api.get(one, headers=owner).json() == listed
    assert api.get(f"{one}/download", headers=owner).content == b"a film"


def test_an_asset_that_is_no_film_is_no_video(
    api: TestClient, owner: dict[str, str], asset: Asset
) -> None:
    for path in ("", "/download"):
        answer = api.get(f"{V}/videos/{asset.id}{path}", headers=owner)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_format_nothing_was_made_for_is_refused(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    wish = {"project": KEY, "formats": ["1:1"]}
    answer = api.post(f"{V}/videos/render", json=wish, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "format_not_in_brief")


def test_a_growing_film_is_watched_by_its_tenant_alone(
    api: TestClient, owner: dict[str, str], studio: Studio, signed_in: Any
) -> None:
    url = f"{V}/projects/{KEY}/preview/16x9/{PLAYLIST}"
    assert api.get(url, headers=owner).status_code == 404
    studio.store.blobs.write(preview_key(KEY, Format.WIDE, PLAYLIST), b"#EXTM3U\n")
    answer = api.get(url, headers=owner)
    assert (answer.content, answer.headers["cache-control"]) == (b"#EXTM3U\n", "no-cache")
    assert api.get(url, headers=signed_in(api, tenant="b")).status_code == 404


def test_the_cut_is_edited_and_keeps_its_edits(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    url = f"{V}/projects/{KEY}/timeline"
    assert api.get(url, headers=owner).json()["tracks"] == []
    edits = {"clips": [{"scene": 1, "longer_ms": 500}], "music_db": -3}
    seen = {**owner, "If-Match": '"0"'}
    first = api.put(url, json=edits, headers=seen)
    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert api.put(url, json=edits, headers=seen).json()["code"] == "version_stale"
    assert api.get(url, headers=owner).json()["edits"]["clips"][0]["longer_ms"] == 500
    assert len(studio.commands.of_project(KEY)) == 1


# --- uploads ---


def picture() -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    return buffer.getvalue()


def announce(
    api: TestClient, owner: dict[str, str], content: bytes, **changes: Any
) -> dict[str, Any]:
    wish = {
        "name": "a.png",
        "media_type": "image/png",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **changes,
    }
    answer = api.post(f"{V}/uploads", json=wish, headers=owner)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def send(
    api: TestClient, owner: dict[str, str], upload: str, offset: int, piece: bytes, **more: str
) -> Any:
    headers = {
        **owner,
        "Content-Type": "application/octet-stream",
        "Upload-Offset": str(offset),
        **more,
    }
    return api.patch(f"{V}/uploads/{upload}", content=piece, headers=headers)


def test_a_file_sent_in_pieces_becomes_an_asset(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    content = picture()
    upload = announce(api, owner, content, project=KEY)["id"]
    assert send(api, owner, upload, 0, content[:50]).headers["upload-offset"] == "50"
    head = api.head(f"{V}/uploads/{upload}", headers=owner)
    assert (head.headers["upload-offset"], head.content) == ("50", b"")
    lost = send(api, owner, upload, 0, content[:50])
    assert (lost.status_code, lost.json()["code"]) == (409, "upload_offset")
    done = send(api, owner, upload, 50, content[50:]).json()
    assert done["state"] == "done"
    asset = api.get(f"{V}/assets/{done['asset']}", headers=owner).json()
    assert (asset["project"], asset["kind"], asset["facts"]["width_px"]) == (KEY, "image", 64)
    assert api.get(asset["url"], headers=owner).content == content
    again = send(api, owner, upload, len(content), b"more")
    assert (again.status_code, again.json()["code"]) == (409, "upload_closed")


def test_a_piece_is_checked_against_its_checksum(api: TestClient, owner: dict[str, str]) -> None:
    content = picture()
    upload = announce(api, owner, content)["id"]
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    answer = send(api, owner, upload, 0, content, **{"Upload-Checksum": f"sha256 {wrong}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "checksum_mismatch")
    right = base64.b64encode(hashlib.sha256(content).digest()).decode()
    sent = send(api, owner, upload, 0, content, **{"Upload-Checksum": f"sha256 {right}"})
    assert sent.json()["state"] == "done"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"MZ" + b"\0" * 60, "image/png", "media_unsupported"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "image/png", "probe_failed"),
        (b"#EXTM3U\nfile:///etc/passwd", "video/mp4", "media_unsupported"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 60, "video/mp4", "probe_failed"),
    ],
)
def test_a_file_that_is_not_what_it_claims_never_becomes_an_asset(
    api: TestClient, owner: dict[str, str], content: bytes, kind: str, code: str
) -> None:
    upload = announce(api, owner, content, media_type=kind)["id"]
    answer = send(api, owner, upload, 0, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert api.get(f"{V}/uploads/{upload}", headers=owner).json()["state"] == "refused"
    assert api.get(f"{V}/assets", headers=owner).json()["items"] == []


def test_a_file_other_than_announced_is_refused(api: TestClient, owner: dict[str, str]) -> None:
    content = picture()
    upload = announce(api, owner, content, sha256="0" * 64)["id"]
    assert send(api, owner, upload, 0, content).json()["code"] == "checksum_mismatch"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"size_bytes": 2_000_000_001}, "request_invalid"),
        ({"media_type": "image/svg+xml"}, "media_unsupported"),
        ({"project": "nobody"}, "project_missing"),
    ],
)
def test_what_is_not_taken_is_said_before_a_byte_is_sent(
    api: TestClient, owner: dict[str, str], wish: dict[str, Any], code: str
) -> None:
    body = {"name": "a", "media_type": "image/png", "size_bytes": 9, **wish}
    assert api.post(f"{V}/uploads", json=body, headers=owner).json()["code"] == code


def test_more_than_was_announced_is_refused(api: TestClient, owner: dict[str, str]) -> None:
    upload = announce(api, owner, b"12345")["id"]
    answer = send(api, owner, upload, 0, b"123456")
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_overrun")


def test_a_given_up_file_is_gone(api: TestClient, owner: dict[str, str]) -> None:
    upload = announce(api, owner, b"12345")["id"]
    send(api, owner, upload, 0, b"123")
    assert api.delete(f"{V}/uploads/{upload}", headers=owner).status_code == 204
    assert send(api, owner, upload, 3, b"45").json()["code"] == "upload_closed"


# --- batches, prices ---


def test_a_batch_makes_what_it_can_and_says_why_not(api: TestClient, owner: dict[str, str]) -> None:
    lines = '{"text": "One"}\n\n{"text": " "}\nno json\n{"text": "Two", "colour": "red"}\n'
    headers = {**owner, "Content-Type": "application/x-ndjson"}
    answer = api.post(f"{V}/batches", content=lines, headers=headers)
    assert answer.status_code == 202
    rows = answer.json()["rows"]
    assert [row["code"] for row in rows] == [
        "",
        "brief_empty",
        "request_invalid",
        "request_invalid",
    ]
    assert rows[0]["project"]


def test_a_table_of_briefs_is_a_batch(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    table = "text,language,formats,duration_s\r\nDu pain,fr,16:9 9:16,30\r\n"
    headers = {**owner, "Content-Type": "text/csv; charset=utf-8"}
    answer = api.post(f"{V}/batches", content=table, headers=headers).json()
    brief = studio.projects.get(answer["rows"][0]["project"]).brief
    assert (brief.language, brief.formats, brief.duration_s) == (
        "fr",
        (Format.WIDE, Format.TALL),
        30,
    )
    (command,) = studio.commands.of_project(answer["rows"][0]["project"])
    assert command.priority < 0


def test_prices_are_said_before_and_costs_after(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    before = api.post(f"{V}/estimates", json={"text": "x", "duration_s": 60}, headers=owner)
    assert (before.status_code, before.json()["scenes"]) == (200, 8)
    cost = api.get(f"{V}/projects/{KEY}/cost", headers=owner).json()
    assert (float(cost["spent_usd"]), cost["rows"]) == (0, [])


def test_providers_say_what_is_missing_and_voices_have_a_sample(
    api: TestClient, owner: dict[str, str]
) -> None:
    rows = api.get(f"{V}/providers", params={"capability": "voice"}, headers=owner).json()
    assert {"espeak"} <= {row["name"] for row in rows if row["configured"]}
    assert any(row["missing"] for row in rows)
    voices = api.get(f"{V}/voices", params={"language": "ar"}, headers=owner).json()
    assert voices
    assert all(voice["sample"] for voice in voices)


def test_a_licence_is_sent_with_a_file_and_stated_anew_later(
    api: TestClient, owner: dict[str, str], tmp_path: Path
) -> None:
    content = picture()
    said = {"licence": "cc-by-4.0", "source": "https://example.com/a"}
    upload = announce(api, owner, content, **said)["id"]
    asset = send(api, owner, upload, 0, content).json()["asset"]
    facts = api.get(f"{V}/assets/{asset}", headers=owner).json()["facts"]
    assert (facts["licence"], facts["source"]) == ("CC-BY-4.0", "https://example.com/a")
    url = f"{V}/assets/{asset}/licence"
    changed = api.put(url, json={"licence": "Letter of 2026"}, headers=owner).json()["facts"]
    assert (changed["licence"], changed["source"]) == ("Letter of 2026", "")
    again = announce(api, owner, content)["id"]
    assert send(api, owner, again, 0, content).json()["asset"] == asset
    facts = api.get(f"{V}/assets/{asset}", headers=owner).json()["facts"]
    assert facts["licence"] == "Letter of 2026"
    assert not list((tmp_path / "data" / "uploads").rglob("*.licence.json"))


def test_a_source_without_a_licence_is_refused(api: TestClient, owner: dict[str, str]) -> None:
    body = {"name": "a.png", "media_type": "image/png", "size_bytes": 1, "source": "a contract"}
    answer = api.post(f"{V}/uploads", json=body, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (422, "licence_invalid")


def test_what_a_provider_made_has_the_providers_terms(
    api: TestClient, owner: dict[str, str], asset: Asset
) -> None:
    url = f"{V}/assets/{asset.id}/licence"
    answer = api.put(url, json={"licence": "MIT"}, headers=owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "licence_of_provider")


def link(api: TestClient, who: dict[str, str], url: str) -> str:
    answer = api.post(f"{V}/links", json={"url": url}, headers=who)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 6 * 3600)
    return str(answer.json()["url"])


def test_a_link_seeks_in_its_film_and_opens_nothing_else(
    api: TestClient, owner: dict[str, str], asset: Asset
) -> None:
    other = f"{V}/assets/{asset.id}/download"
    url = link(api, owner, f"/media/{asset.media.sha256}.{asset.media.extension}")
    assert api.get(url, headers={"Range": "bytes=2-4"}).status_code == 206
    ticket = url.partition("?")[2]
    assert api.get(f"{other}?{ticket}").status_code == 401
    assert api.get(f"{V}/projects/{KEY}/preview/16x9/{PLAYLIST}?{ticket}").status_code == 401
    assert api.get(link(api, owner, f"/assets/{asset.id}/download")).status_code == 200


def test_a_link_ends_with_the_session_that_made_it(
    api: TestClient, owner: dict[str, str], asset: Asset
) -> None:
    url = link(api, owner, f"/media/{asset.media.sha256}.{asset.media.extension}")
    assert api.post(f"{V}/auth/logout", headers=owner).status_code == 204
    assert api.get(url).status_code == 401


def test_a_linked_playlist_links_its_parts(
    api: TestClient, owner: dict[str, str], studio: Studio
) -> None:
    text = b'#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:2.0,\n0123456789ab-0001.ts\n'
    studio.store.blobs.write(preview_key(KEY, Format.WIDE, PLAYLIST), text)
    studio.store.blobs.write(preview_key(KEY, Format.WIDE, "0123456789ab-0001.ts"), b"part")
    url = link(api, owner, f"/projects/{KEY}/preview/16x9/{PLAYLIST}")
    lines = api.get(url).text.splitlines()
    ticket = url.partition("?")[2]
    assert (lines[1], lines[3]) == (
        f'#EXT-X-MAP:URI="init.mp4?{ticket}"',
        f"0123456789ab-0001.ts?{ticket}",
    )
    assert api.get(url.rpartition(PLAYLIST)[0] + lines[3]).content == b"part"


def test_a_link_is_made_for_media_only(api: TestClient, owner: dict[str, str]) -> None:
    for url in ("/projects", "https://elsewhere.test/media/x.mp4", "/media/../users"):
        answer = api.post(f"{V}/links", json={"url": url}, headers=owner)
        assert answer.status_code == 422
