"""``tutor graph`` from outside: drawings on the terminal and in files."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.calls import tutor


def test_the_network_in_a_terminal() -> None:
    """Every unit, every weight, the values of the forward pass."""
    shown = tutor("graph", "two-two-one").stdout
    for part in ("─ c ─", "h(c) = 0.61", "O(e) ≈ 0.6469", " 0.1 ", " 0.7 ", " 0.3 ", " 0.2 ", " 0.4 ", " 0.6 "):
        assert part in shown


def test_ascii_is_ascii() -> None:
    """For terminals that show some signs too wide."""
    assert tutor("graph", "two-two-one", "--ascii", "--after", "backward").stdout.isascii()


def test_the_way_in_focus_is_thick() -> None:
    """Heavy lines without any colour."""
    assert "━" in tutor("graph", "two-two-one", "--focus", "W_ca").stdout
    assert "━" not in tutor("graph", "two-two-one").stdout


@pytest.mark.parametrize(
    ("ending", "opening"), [("svg", "<svg"), ("mmd", "flowchart"), ("dot", "digraph"), ("txt", "A 2-2-1")]
)
def test_the_ending_of_a_file_decides(ending: str, opening: str, tmp_path: Path) -> None:
    """Written once; a second time only with --force."""
    file = tmp_path / f"network.{ending}"
    assert tutor("graph", "two-two-one", "-o", str(file)).returncode == 0
    assert file.read_text("utf-8").startswith(opening)
    assert tutor("graph", "two-two-one", "-o", str(file)).returncode == 2
    assert tutor("graph", "two-two-one", "-o", str(file), "--force").returncode == 0


def test_svg_is_xml() -> None:
    """On standard output, whole."""
    assert ElementTree.fromstring(tutor("graph", "lstm-cell", "--format", "svg").stdout).tag.endswith("svg")


def test_where_it_does_not_fit_tables_stand_in() -> None:
    """In twenty columns no drawing fits, and the page says so, in Chinese too."""
    narrow = tutor("graph", "two-two-one", "--after", "backward", "--width", "24")
    assert narrow.returncode == 0
    assert "weights stand in tables" in " ".join(narrow.stdout.split())
    assert "a column what comes from one" in " ".join(narrow.stdout.split())
    assert "arrow" not in narrow.stdout
    assert all(len(line) <= 24 for line in narrow.stdout.splitlines())
    assert "权重改列成表" in "".join(
        tutor("graph", "two-two-one", "--width", "24", "--after", "backward", "--lang", "zh").stdout.split()
    )


@pytest.mark.parametrize(
    "arguments",
    [("--focus", "W_xy"), ("--example", "2"), ("-o", "x.sgv"), ("--notation", "latin"), ("--after", "lunch")],
)
def test_what_cannot_be_drawn_is_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """One line on standard error."""
    refused = tutor("graph", "two-two-one", *arguments, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ")
