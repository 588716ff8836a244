"""Yandex Cloud in this process: the gRPC services that the deployer calls, with operations that take a moment.

It refuses what the cloud refuses (a missing role, unknown ids, names that are taken or wrong, a missing field, a bucket
that is not there, more than a quota) and can be told to fail at a call, so that a deployment breaks in the middle.
"""
