"""Output of functions: stored in a file, the last lines in memory for the console page."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_KEPT = 1000


class FunctionLog:
    """Log of all functions, a JSON object per line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._recent: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def add(self, function: str, stream: str, line: bytes) -> None:
        """Store one line; a JSON object is kept, other text becomes its message."""
        text = line.decode("utf-8", "replace").strip("\r")
        if not text.strip():
            return
        try:
            record = json.loads(text)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            record = {"message": text}
        entry = {"function": function, "stream": stream, **record}
        entry.setdefault("seen", datetime.now(UTC).isoformat(timespec="milliseconds"))
        self._recent.append(entry)
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def recent(self, limit: int) -> list[dict[str, Any]]:
        """Return the last lines, newest first."""
        return list(reversed(self._recent))[: max(0, limit)]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
