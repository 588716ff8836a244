"""Fixtures of the function tests."""

import pytest

from tests.support.functions import Functions
from tests.support.people import Person, new_address, new_phone
from tests.support.sms import SmsWorld


@pytest.fixture
def person(functions: Functions, sms_world: SmsWorld) -> Person:
    """Return a new person, with working providers."""
    functions.set(**sms_world.environ)
    return Person(functions, sms_world, new_phone(), new_address())
