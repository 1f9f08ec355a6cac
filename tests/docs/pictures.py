"""The pictures of the README: the first screen in a terminal, drawn by Rich, and the live page, by a browser where there is one.

``python -m tests.docs.pictures`` draws them anew.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

import backprop_tutor as bt
from tests.cli.calls import tutor

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
CALL = "tutor run two-two-one --detail brief"
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def terminal() -> str:
    """The first screen as a window of a terminal; its fonts are those of the reader, nothing is fetched."""
    page = bt.render(bt.teach(bt.run(bt.load("two-two-one")), detail="brief"), "text", width=80, colour=True)
    console = Console(record=True, width=82, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(f"$ {CALL}", Text.from_ansi(page.rstrip()), sep="\n")
    drawn = console.export_svg(title=CALL, theme=MONOKAI, unique_id="terminal")
    return FONTS.sub("", drawn).replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")


def live_page(to: Path) -> bool:
    """The live page as a browser shows it; False where there is none."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "lesson.html"
        tutor("page", "two-two-one", "-o", str(page))
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,900"]
        call = [browser, *options, "--virtual-time-budget=4000", f"--screenshot={to}", f"file://{page}"]
        subprocess.run(call, check=True, capture_output=True, timeout=120)
    return True


if __name__ == "__main__":
    (FOLDER / "terminal.svg").write_text(terminal(), encoding="utf-8")
    live_page(FOLDER / "page.png")
