"""Whatever a stranger sends, the answer is a scenario or a TutorError that can be printed."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_tutor.errors import TutorError, describe
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import read
from backprop_tutor.text import LANGUAGES

from .bad_files import bad_files
from .files import GRAPH, NETWORK

TEXTS = [NETWORK, GRAPH, *(entry.path.read_text(encoding="utf-8") for entry in bundled())]
PIECES = sorted({piece for text in TEXTS for piece in text.split()} | {bad.text[:40] for bad in bad_files()})
ODD = [
    "\t",
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!x ",
    "---\n",
    "? ",
    "|\n",
    '"',
    "'",
    "#",
    "\x00",
]
ODD += ["null", "true", ".nan", "-.inf", "1e999", "0x" + "f" * 5000, "9" * 5000, "‮", "\ud800", "中", "<<: ", "%", "@"]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """Reads some bytes as a scenario and prints what is wrong with them."""
    path = tmp_path_factory.mktemp("strangers") / "f.yaml"

    def outcome_of(data: bytes) -> str:
        path.write_bytes(data)
        try:
            read(path)
        except TutorError as error:
            return "\n".join(describe(problem, lang) for problem in error.problems for lang in LANGUAGES)
        return ""

    return outcome_of


@given(st.binary(max_size=300))
def test_random_bytes(outcome, data):
    """Random bytes are never a scenario, and are refused with something printable."""
    said = outcome(data)

    assert "error: " in said
    assert said.replace("\n", "").isprintable()


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.integers(), st.data())
def test_mutated_files(outcome, seed, data):
    """A scenario with pieces cut out, doubled, exchanged and thrown in is read or refused, never a crash."""
    draw = random.Random(seed)
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(draw.randint(1, 4)):
        text = mutated(text, draw)

    said = outcome(text.encode("utf-8", "replace"))

    assert said.replace("\n", "").isprintable()


def mutated(text: str, draw: random.Random) -> str:
    """`text` with one stretch replaced by something else."""
    start = draw.randrange(len(text) + 1)
    end = min(len(text), start + draw.choice([0, 0, 1, 3, 10, 40]))
    piece = draw.choice([draw.choice(PIECES), draw.choice(ODD), text[start:end] * 2, ""])
    return text[:start] + piece + text[end:]


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(PIECES), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from(["network", "graph", "loss", "data", "training", "presentation", "title"]),
    st.sampled_from([NETWORK, GRAPH]),
)
def test_any_value_in_any_section(outcome, value, section, text):
    """Whatever values stand in a section, the answer is printable and names a place."""
    lines = [line for line in text.splitlines() if not line.startswith(f"{section}:")]
    kept = "\n".join(lines if section not in ("network", "graph", "data", "training") else ["title: t"])

    said = outcome(f"{kept}\n{section}: {flow(value)}\n".encode("utf-8", "replace"))

    assert said.replace("\n", "").isprintable()


def flow(value: object) -> str:
    """A value as YAML on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str():
            return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return repr(value).replace("inf", ".inf").replace("nan", ".nan")
