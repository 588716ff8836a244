"""Retention of backups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auto360.domains.backups.errors import ManifestUnreadable
from auto360.domains.backups.manifest import Class, DumpObject, Manifest, new_id
from auto360.domains.backups.retention import Retention
from auto360.providers.postgres_dump import ClusterMetadata, TableChecksum
from tests.support.backup import keys_of

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
RULES = Retention({"daily": 30, "weekly": 90}, keep_newest=3, max_deleted=10)


def manifest(days: float, kind: Class = "daily") -> Manifest:
    at = NOW - timedelta(days=days)
    backup_id = new_id(at, kind, "abc")
    objects = (DumpObject(f"db/{backup_id}/dump", 10, "00", 20, 1, "etag"),)
    tables = {"public.accounts": TableChecksum(3, "-17", "row(id)")}
    cluster = ClusterMetadata([], [], [], [{"name": "supabase_realtime", "tables": ["public.listings"]}], [], [], [])
    return Manifest(backup_id, kind, at, at, 170010, "17.10", ("public",), objects, tables, cluster, at)


def over(*manifests: Manifest, rules: Retention = RULES) -> list[float]:
    return [round((NOW - one.started) / timedelta(days=1), 1) for one in rules.over(manifests, now=NOW)]


def test_what_is_older_than_its_class_allows_may_go() -> None:
    assert over(*(manifest(days) for days in (1, 2, 3, 29.9, 30.1, 60))) == [60, 30.1]


def test_weekly_backups_stay_longer() -> None:
    backups = [manifest(days) for days in (1, 2, 3)]
    assert over(*backups, manifest(60, "weekly"), manifest(91, "weekly")) == [91]


def test_the_newest_stay_whatever_their_age() -> None:
    assert over(*(manifest(days) for days in (100, 200, 300))) == []
    assert over(*(manifest(days) for days in (100, 200, 300, 400))) == [400]


def test_a_flood_of_new_backups_pushes_nothing_out() -> None:
    assert over(*(manifest(days / 100) for days in range(500)), manifest(20)) == []


def test_one_run_deletes_a_few_only() -> None:
    assert len(over(*(manifest(100 + days) for days in range(50)))) == 10


def test_a_rule_of_zero_still_keeps_one() -> None:
    assert over(manifest(100), rules=Retention({"daily": 0, "weekly": 0}, keep_newest=0, max_deleted=10)) == []


def test_a_manifest_is_read_as_it_was_written() -> None:
    keys = keys_of("k1")
    assert Manifest.from_json(manifest(1).to_json(keys), keys, name="m") == manifest(1)


def test_a_manifest_that_was_changed_is_not_believed() -> None:
    keys = keys_of("k1")
    data = manifest(1).to_json(keys)
    for bad in (
        data.replace(b'"rows": 3', b'"rows": 4'),
        data[:-20],
        b"[]",
        b"{}",
        b"\xff",
        data.replace(b"seal", b"leas"),
    ):
        with pytest.raises(ManifestUnreadable, match="m: "):
            Manifest.from_json(bad, keys, name="m")
    with pytest.raises(ManifestUnreadable):
        Manifest.from_json(data, keys_of("k1", seed="y"), name="m")
    with pytest.raises(ManifestUnreadable, match="'k1', which is not among"):
        Manifest.from_json(data, keys_of("k2"), name="m")


def test_a_seal_can_be_passed_over_only_where_its_key_is_unknown() -> None:
    data = manifest(1).to_json(keys_of("k1"))
    changed = data.replace(b'"rows": 3', b'"rows": 4')
    assert Manifest.from_json(data, keys_of("k2"), name="m", require_seal=False) == manifest(1)
    for keys in (keys_of("k1"), keys_of("k1", seed="y")):
        with pytest.raises(ManifestUnreadable, match="the seal does not fit"):
            Manifest.from_json(changed, keys, name="m", require_seal=False)
