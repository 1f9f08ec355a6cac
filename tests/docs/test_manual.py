"""The manual says what the program does: its tables are the program's, its links lead somewhere, its calls run."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.cli.calls import tutor
from tests.docs.pictures import terminal
from tests.docs.reference import MANUAL, MARKED, PARTS, filled

ROOT = MANUAL.parents[1]
PAGES = sorted(MANUAL.glob("*.md"))
CALL = re.compile(r"^\$ (tutor .*)$", re.MULTILINE)
CALLS = sorted({call for page in PAGES for call in CALL.findall(page.read_text("utf-8"))})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_reference_parts_are_those_of_the_tables(page: Path) -> None:
    """Else: python -m tests.docs.reference."""
    text = page.read_text("utf-8")
    assert filled(text) == text


def test_every_reference_part_is_in_the_manual_once() -> None:
    """No table is left out, none stands twice."""
    names = [found["name"] for page in PAGES for found in MARKED.finditer(page.read_text("utf-8"))]
    assert sorted(names) == sorted(PARTS)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    """Every relative link and picture is a file."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("call", CALLS)
def test_every_call_shown_with_a_prompt_runs(call: str, tmp_path: Path) -> None:
    """Each in a folder of its own; those that write begin with what writes what they read."""
    done = tutor(*shlex.split(call)[1:], cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_on_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Its blocks of code, one after another."""
    names: dict[str, object] = {}
    for block in re.findall(
        r"^```python\n(.*?)^```", (MANUAL / "python.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    ):
        exec(block, names)
    assert capsys.readouterr().out


def test_the_picture_of_the_first_screen_is_what_the_program_shows() -> None:
    """Else: python -m tests.docs.pictures. It fetches nothing."""
    drawn = (ROOT / "docs" / "pictures" / "terminal.svg").read_text("utf-8")
    assert drawn == terminal()
    assert "@font-face" not in drawn


def test_the_citation_names_the_version_that_is_built() -> None:
    """CITATION.cff, pyproject.toml: one version."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cited["version"] == built["version"]
    assert cited["license"] == built["license"]
    assert {"cff-version", "message", "title", "authors", "type"} <= set(cited)


def test_what_is_said_to_be_installed_is_a_package_of_the_extras() -> None:
    """``pip install typst``, wherever the program itself came from."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    known = {re.split("[>=]", each)[0] for name in ("fast", "png", "pdf", "mcp") for each in extras[name]}
    sources = (path.read_text() for path in (ROOT / "backprop_tutor").rglob("*.py"))
    said = {name for text in sources for name in re.findall(r"needs [^\"]*?pip install '?([\w.\[\]-]+)", text)}
    assert said == {"typst", "mcp", "resvg-py"} <= known
