"""Expected outputs as files to be read; ``UPDATE_GOLDEN=1 pytest`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> str:
    """The expected text called `name`; where asked to, after it has been replaced by `text`."""
    path = FOLDER / name
    if "UPDATE_GOLDEN" in os.environ:
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
