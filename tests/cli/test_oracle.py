"""``tutor oracle``, asked by the reference client of the protocol."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from backprop_tutor.cli.console.oracle_tools import Oracle
from tests.cli.calls import ENGLISH, tutor

SMALL = "title: t\nnetwork: {inputs: 1, layers: [{units: 1, activation: identity, weights: [[0.5]]}]}\ndata: [{x: 2, y: 3}]\n"


def test_each_tool_answers_with_a_page_and_a_record() -> None:
    """The numbers of the course page: worked out, graded, traced to their mistake, asked about."""
    asked = Oracle((), "en")
    worked = asked.run("two-two-one")
    assert worked["steps"][0]["after"]["loss"] == pytest.approx(0.0618449, abs=1e-7)
    assert "0.0618449" in worked["text"]
    assert asked.check("two-two-one", {"z1[1]": "0.61", "a1[1]": "0.648"})["verdict"] == "correct"
    found = asked.diagnose("two-two-one", {"after.loss": "0.061823158"})
    assert found["explanations"][0]["mistakes"] == ["derivative-at-preactivation"]
    assert len(asked.quiz("two-two-one", 2, 7)["questions"]) == 2


def test_a_scenario_may_be_sent_as_text() -> None:
    """Its YAML in place of a name; what is wrong in it is said in words."""
    assert Oracle((), "en").run(SMALL)["steps"][0]["values"]["loss"] == pytest.approx(2.0)
    with pytest.raises(ValueError, match="did you mean 'identity'"):
        Oracle((), "en").run(SMALL.replace("identity", "identiy"))


def test_no_file_is_read_but_those_named(tmp_path: Path) -> None:
    """A path that was not given at the start is refused, whether it is there or not."""
    file = tmp_path / "secret.yaml"
    file.write_text(SMALL)
    for path in (str(file), "/etc/hostname", "../secret", "-"):
        with pytest.raises(ValueError, match=r"neither a bundled scenario nor one of the files|is not"):
            Oracle((), "en").run(path)
    assert Oracle((str(file),), "en").run(str(file))["steps"]


def test_without_the_package_it_says_what_to_install() -> None:
    """One line, exit status 2, where mcp is not there."""
    try:
        import mcp  # noqa: F401
    except ImportError:
        refused = tutor("oracle")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "pip install mcp" in refused.stderr


def test_the_reference_client_finds_and_calls_the_tools() -> None:
    """Started as a process, over standard input: four tools, an answer, an error in words."""
    mcp: Any = pytest.importorskip("mcp")
    anyio: Any = pytest.importorskip("anyio")
    anyio.run(_session, mcp)


async def _session(mcp: Any) -> None:
    env = {**os.environ, **ENGLISH}
    started = mcp.StdioServerParameters(command=sys.executable, args=["-m", "backprop_tutor", "oracle"], env=env)
    async with mcp.stdio_client(started) as (read, write), mcp.ClientSession(read, write) as session:
        await session.initialize()
        assert {tool.name for tool in (await session.list_tools()).tools} == {"run", "check", "diagnose", "quiz"}
        figures = {"scenario": "two-two-one", "figures": {"after.loss": "0.061823158"}}
        found = await session.call_tool("diagnose", figures)
        assert "derivative-at-preactivation" in found.content[0].text
        for asked, said in (
            ({"scenario": "two-two-onne"}, "did you mean 'two-two-one'?"),
            ({"scenario": "two-two-one", "detail": "short"}, "'brief', 'normal' or 'full'"),
        ):
            refused = await session.call_tool("run", asked)
            assert getattr(refused, "is_error", None) or getattr(refused, "isError", None)
            assert said in refused.content[0].text
