"""First step of every `make` target: installs missing dependencies of the repository.

Run by any installed `python3`, so it checks the version before it imports anything newer.
"""

import sys
from pathlib import Path

OLDEST = (3, 11)
CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Check and install; print a failure in one sentence."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        wanted = ".".join(str(part) for part in OLDEST)
        text = "Python {} or newer is needed, and this is {}: install it and run `make PYTHON=python{} up`."
        sys.stderr.write(text.format(wanted, found, wanted) + "\n")
        return 1
    # Modules are searched in the folder above, not in this one.
    sys.path[0] = str(CHECKOUT)
    return install()


def install() -> int:
    """Install missing dependencies."""
    from local.errors import StackError, sentence_for
    from local.installation import Installation

    try:
        Installation(CHECKOUT).complete()
    except StackError as error:
        sys.stderr.write("\n" + str(error) + "\n")
        return 1
    except OSError as error:
        sys.stderr.write("\n" + str(sentence_for(error, CHECKOUT)) + "\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; the next run continues from here.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
