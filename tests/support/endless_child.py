"""Child process that reads its input and never answers."""

import sys
import time

if __name__ == "__main__":
    sys.stdin.buffer.read()
    time.sleep(600)
