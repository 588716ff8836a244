"""Erlang's formulas: calls that find every server busy."""

from __future__ import annotations


def refused_share(erlangs: float, servers: int) -> float:
    """Return the share of calls that a group without a queue refuses (Erlang B)."""
    share = 1.0
    for number in range(1, servers + 1):
        share = erlangs * share / (number + erlangs * share)
    return share


def waiting_share(erlangs: float, servers: int) -> float:
    """Return the share of calls that wait in a group with a queue (Erlang C); 1 where the queue grows without end."""
    if erlangs >= servers:
        return 1.0
    refused = refused_share(erlangs, servers)
    return servers * refused / (servers - erlangs * (1 - refused))


def servers_for(erlangs: float, max_refused: float) -> int:
    """Return the least number of servers that refuse at most this share."""
    servers = 1
    while refused_share(erlangs, servers) > max_refused:
        servers += 1
    return servers


def pool_for(erlangs: float, max_waiting: float) -> int:
    """Return the least number of connections at which at most this share of calls waits for one."""
    servers = 1
    while waiting_share(erlangs, servers) > max_waiting:
        servers += 1
    return servers
