"""Ports of a stack: a row of nine, below the ports that outgoing connections take."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.ports import FIRST_EPHEMERAL, free_base
from tests.support import ports


def test_no_server_of_a_test_listens_where_an_outgoing_connection_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert first >= FIRST_EPHEMERAL
    for worker in range(12):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{worker}")
        assert max(ports.own_ports().named().values()) < first


def test_a_range_among_the_ephemeral_ports_is_refused() -> None:
    with pytest.raises(ValueError, match="ephemeral"):
        free_base(40000, 41000)
