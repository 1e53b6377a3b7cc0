"""What was ordered and what it cost; kept in a file, since it outlives the process that wrote it."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.replicate.predictions import ENDED, Prediction, timestamp


class Bill:
    """One line a prediction. The file is JSON lines; of a prediction's lines the last one counts."""

    def __init__(self, file: Path) -> None:
        self._lines: dict[str, dict[str, Any]] = {}
        if file.exists():
            for line in file.read_text().splitlines():
                entry = json.loads(line)
                self._lines[entry["id"]] = entry
        self._file = file.open("a")
        for entry in list(self._lines.values()):
            if entry["status"] not in ENDED:
                # Whoever ran it is gone.
                self._write(entry | {"status": "aborted"})

    def note(self, prediction: Prediction) -> None:
        """Writes down how a prediction is now."""
        self._write(
            {
                "id": prediction.id,
                "model": prediction.model.name,
                "status": prediction.status,
                "created_at": timestamp(prediction.created_at),
                "completed_at": timestamp(prediction.completed_at),
                "cost_usd": str(prediction.cost_usd),
            }
        )

    @property
    def total_usd(self) -> Decimal:
        return sum((Decimal(line["cost_usd"]) for line in self._lines.values()), Decimal(0))

    def document(self) -> dict[str, Any]:
        """All predictions, the oldest first, and their total; money as decimal strings."""
        return {
            "stand_in": True,
            "count": len(self._lines),
            "by_status": dict(Counter(line["status"] for line in self._lines.values())),
            "total_usd": str(self.total_usd),
            "predictions": list(self._lines.values()),
        }

    def close(self) -> None:
        self._file.close()

    def _write(self, entry: dict[str, Any]) -> None:
        self._lines[entry["id"]] = entry
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
