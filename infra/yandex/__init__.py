"""Deployer for Yandex Cloud: wanted state, current state, and the steps between them.

The state is read from the cloud alone, so that an interrupted run resumes on any machine.
"""
