"""The asset graph as a snapshot: a change of lineage shows up as a change here."""

import dagster as dg

from definitions import defs

LINEAGE = {
    "script": set(),
    "scene_images": {"script"},
    "voice_tracks": {"script"},
    "music": {"script"},
    "avatar_clips": {"voice_tracks"},
    "clips": {"script", "scene_images"},
    "timeline": {"script", "voice_tracks", "clips", "avatar_clips", "music"},
    "montage": {"timeline"},
    "publications": {"script", "montage"},
}


def test_definitions_are_loadable() -> None:
    dg.Definitions.validate_loadable(defs)


def test_lineage() -> None:
    graph = defs.resolve_asset_graph()
    found = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }
    assert found == LINEAGE


def test_every_asset_is_described_grouped_owned_and_partitioned_by_project() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.partitions_def == dg.DynamicPartitionsDefinition(name="projects"), key


def test_film_checks_block_publication() -> None:
    graph = defs.resolve_asset_graph()
    names = {key.name for key in graph.asset_check_keys}
    assert names == {"script_is_filmable", "captions_equal_narration", "film_is_sound"}


def test_building_never_publishes_and_publishing_never_renders() -> None:
    build = defs.resolve_job_def("build_project").asset_layer.selected_asset_keys
    publish = defs.resolve_job_def("publish_project").asset_layer.selected_asset_keys
    assert {key.to_user_string() for key in build} == LINEAGE.keys() - {"publications"}
    assert {key.to_user_string() for key in publish} == {"publications"}


def test_sensors_run_without_being_switched_on() -> None:
    for sensor in defs.sensors or ():
        assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
