"""Failures with a remedy: each is one sentence, shown without a stack trace.

Standard library only: the bootstrap script uses it before anything is installed.
"""

from __future__ import annotations

import errno

NO_SPACE_MARK = "No space left on device"


class StackError(Exception):
    """Stack cannot start or continue; the message is the sentence to show."""


def no_space(folder: object) -> StackError:
    """Return the sentence for a disk that filled up while something was being written."""
    return StackError(f"There is no space left on the disk that holds {folder}: free some and run `make up` again.")


def broken_data(folder: object, reason: str) -> StackError:
    """Return the sentence for a data folder that is unusable."""
    return StackError(
        f"The data folder {folder} is broken ({reason}): `make db-reset` deletes it,"
        " and the next `make up` creates it again."
    )


def sentence_for(error: OSError, folder: object) -> StackError:
    """Convert an operating system error to a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_space(folder)
    return StackError(f"The system refused an operation on {error.filename or folder}: {error.strerror or error}.")
