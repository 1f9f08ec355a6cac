"""A bundled scenario that was stored is the one that was built, and whatever else lies in its place is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tutor.records.trace import record
from backprop_tutor.scenario import stored as module
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import build, load, read
from backprop_tutor.training.train_step import run_scenario
from tests.conftest import some

NAME = "two-two-one"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the first scenario in a cache of its own, with nothing in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "backprop-tutor" / "scenarios" / f"{NAME}.json"


@pytest.mark.usefixtures("cache")
def test_what_was_stored_gives_the_same_run() -> None:
    """Layers, own activations, formulas, arrays, own names: titles, figures, places, nodes, every number are the same."""
    for entry in some(bundled(), 3):
        data = entry.path.read_bytes()
        scenario = build(*read(entry.name))
        module.store(str(entry.path), data, scenario)
        again = module.stored(str(entry.path), data)
        assert again is not None
        assert module._encoded(again.__reduce__()[1][3:]) == module._encoded(scenario.__reduce__()[1][3:])
        assert [(n.name, n.role, n.inputs, n.missing) for n in again.graph.nodes] == [
            (n.name, n.role, n.inputs, n.missing) for n in scenario.graph.nodes
        ]
        assert record(run_scenario(again), "en") == record(run_scenario(scenario), "en")


def test_a_file_that_was_changed_is_not_used(cache: Path) -> None:
    """One digit of a weight, another file, another record, a folder in its place: the scenario is read again."""
    weights = load(NAME).parameters["W1"].tolist()
    whole = cache.read_text("utf-8")
    assert load(NAME).parameters["W1"].tolist() == weights
    head, _, body = whole.partition("\n")
    for other in (whole.replace("[[0.1, 0.7]", "[[0.2, 0.7]"), "", head, f"{head}\n[", body, "\0", whole[:-1]):
        cache.write_text(other, "utf-8")
        assert load(NAME).parameters["W1"].tolist() == weights
        assert cache.read_text("utf-8") == whole
    assert module.stored("/elsewhere/two-two-one.yaml", b"other bytes") is None
    cache.unlink()
    cache.mkdir()
    assert load(NAME).parameters["W1"].tolist() == weights
    assert not list(cache.parent.glob(".*"))


def test_nothing_but_known_records_is_made(cache: Path) -> None:
    """A name that is none of a record is refused, even with the right sums."""
    load(NAME)
    path = next(entry.path for entry in bundled() if entry.name == NAME)
    data, text = path.read_bytes(), '["os.system", "true"]'
    cache.write_text(f"{module._digest(module.SCENARIOS._origin(str(path), data), text)}\n{text}", "utf-8")
    assert module.stored(str(path), data) is None


def test_where_nothing_can_be_stored_everything_is_as_always(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that is a file, or none."""
    cache.parents[1].parent.joinpath("file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parents[2] / "file"))
    assert load(NAME).name == NAME
