"""The library in Python and notebooks: the names, what is given back, how it shows itself."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.interface import library
from backprop_tutor.interface.magics import register
from backprop_tutor.scenario.load import original

SHORT = 200
UNIT = {
    "title": "one unit",
    "network": {"inputs": 1, "layers": [{"units": 1, "activation": "tanh", "weights": [[0.5]], "bias": [0]}]},
    "data": [{"x": [2], "y": 1}],
}


def test_the_examples_of_the_docstrings() -> None:
    """What the docstrings show is what comes out, in the package's own too."""
    for module in (library, bt):
        found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
        assert (found.failed, found.attempted > 0) == (0, True)


def test_dir_has_the_names_and_every_one_is_documented() -> None:
    """``dir(bt)`` is the library, each function with a docstring and types."""
    assert dir(bt) == sorted(bt.__all__)
    for name in bt.__all__:
        thing = getattr(bt, name)
        if callable(thing) and not inspect.isclass(thing):
            assert thing.__doc__
            assert thing.__annotations__["return"]
    with pytest.raises(AttributeError, match="nope"):
        bt.nope  # noqa: B018


def test_a_live_page(tmp_path: Path) -> None:
    """One file, also of a dictionary; it is not written over another."""
    page = bt.page(UNIT)
    assert page.save(tmp_path / "unit.html").read_text().startswith("<!DOCTYPE html>")
    assert "<iframe" in page._repr_html_()
    assert len(repr(page)) < SHORT
    with pytest.raises(FileExistsError):
        page.save(tmp_path / "unit.html")


def test_three_names_are_functions_and_rooms() -> None:
    """``bt.graph(...)`` after ``import backprop_tutor.graph.tape``, in either order."""
    import backprop_tutor.graph.tape as tape
    import backprop_tutor.verify.differences as differences

    assert callable(tape.run)
    assert callable(differences.verify)
    assert bt.verify("two-two-one")
    assert "scenario" in repr(bt.scenario)
    assert "drawing" in (bt.graph.__doc__ or "")
    assert next(iter(inspect.signature(bt.graph).parameters)) == "of"


@pytest.mark.parametrize(
    "make",
    [
        lambda: bt.load("two-two-one"),
        lambda: bt.run("two-layer-batch"),
        lambda: bt.teach("two-two-one"),
        lambda: bt.diagnose("two-two-one", {"after.loss": 0.0618231576}),
        lambda: bt.diagnose("two-layer-batch", {"W1": np.ones((3, 2))}),
        lambda: bt.check("two-two-one", {"z1[1]": "0.61"}),
        lambda: bt.verify("two-two-one"),
        lambda: bt.train("xor", epochs=3),
        lambda: bt.compare("xor", ["sgd", "adam"], epochs=3),
    ],
)
def test_everything_shows_itself(make: Any) -> None:
    """A short repr, HTML in a frame of its own, Markdown, and text."""
    shown = make()
    assert len(repr(shown)) < SHORT
    assert "\n" not in repr(shown)
    assert "<iframe srcdoc=" in shown._repr_html_()
    assert shown._repr_markdown_().startswith("#")


def test_a_drawing_shows_itself() -> None:
    """SVG in a notebook, text in a terminal."""
    drawing = bt.graph("two-two-one")
    assert drawing._repr_svg_().startswith("<svg")
    assert "(c)" in str(drawing)
    assert len(repr(drawing)) < SHORT


def test_the_state_of_an_optimizer_is_asked_by_name() -> None:
    """m = β₁m + (1 - β₁)g and s = β₂s + (1 - β₂)g², from the gradients of both steps."""
    run = bt.run("adam-two-steps")
    first, second = run["grads.W1"], run["step2.grads.W1"]
    np.testing.assert_allclose(run["state.m.W1"], 0.1 * first, rtol=1e-14)
    np.testing.assert_allclose(run["step2.state.m.W1"], 0.09 * first + 0.1 * second, rtol=1e-14)
    np.testing.assert_allclose(run["step2.state.s.W1[1,2]"], 0.000999 * first[0, 1] ** 2 + 0.001 * second[0, 1] ** 2)
    assert "state.s.b1" in run.names
    with pytest.raises(KeyError, match=r"did you mean 'state.[ms].W1'"):
        run["state.n.W1"]


def test_a_run_is_asked_by_name() -> None:
    """Arrays and numbers by the contract's names, in its shapes."""
    run = bt.run("two-layer-batch", steps=2)
    examples = run.scenario.examples
    assert run["values.x"].shape[-1] == examples
    assert run["z1"] is not None
    np.testing.assert_array_equal(run["values.z1"], run["z1"])
    assert run["grads.W1[2,1]"] == run["grads.W1"][1, 0]
    assert run["updated.b1[1]"] == run["updated.b1"][0]
    assert run["z1[2]@1"] == run["z1"][1, 0]
    assert run["step2.values.loss"] == run["after.loss"]
    assert isinstance(run["loss"], float)
    assert not run["grads.W1"].flags.writeable
    assert bt.run("circuits")["grads.x1"].size == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("grads.W11", "did you mean 'grads.W1'"),
        ("nope", "its names are"),
        ("dW1", "did you mean 'grads.W1'"),
        ("dL/dW2", "did you mean 'grads.W2'"),
        ("W1[9,9]", "not in it"),
        ("step9.loss", "no step 9"),
    ],
)
def test_an_unknown_name_is_answered(name: str, said: str) -> None:
    """A KeyError for programs, a sentence for people."""
    with pytest.raises(KeyError, match=said):
        bt.run("two-two-one")[name]
    with pytest.raises(TutorError, match=said):
        bt.run("two-two-one")[name]


def test_a_scenario_from_a_dictionary() -> None:
    """Arrays, tuples and numbers of NumPy may stand where a file has lists and numbers; faults are told as in a file."""
    given = {**UNIT, "data": ({"x": np.array([2.0]), "y": np.float64(1)},)}
    assert bt.run(bt.scenario(given))["loss"] == bt.run(UNIT)["loss"]
    assert bt.run(UNIT)["z1[1]"] == 1.0
    with pytest.raises(TutorError, match="tanh"):
        bt.scenario(
            {**UNIT, "network": {**UNIT["network"], "layers": [{**UNIT["network"]["layers"][0], "activation": "tahn"}]}}
        )  # type: ignore[dict-item,index]
    for bad in (object(), b"bytes", {"title": object()}):
        with pytest.raises((TutorError, AttributeError)):
            bt.scenario({**UNIT, "description": bad})


def test_a_scenario_from_a_text() -> None:
    """A text of several lines is the scenario itself, and a mistake in it is at its line."""
    text = original("two-two-one")
    assert bt.run(text)["a2[1]"] == bt.run("two-two-one")["a2[1]"]
    with pytest.raises(bt.TutorError, match=r"<scenario>:\d+:\d+: error: unknown key 'netwrok'"):
        bt.load(text.replace("network:", "netwrok:"))


def test_small_numbers_survive_the_dictionary() -> None:
    """1e-5 and long decimals are the same numbers afterwards."""
    value = 1.234567890123456e-05
    given = {**UNIT, "data": [{"x": [value], "y": -1e-300}]}
    assert bt.run(given)["x[1]"] == value


def test_quiz_and_worksheet_of_a_dictionary() -> None:
    """What varies a scenario works on one that has no file."""
    questions = bt.quiz_questions(UNIT, 2, seed=3)
    assert len(questions) == 2
    assert {"prompt", "answer"} <= questions[0].keys()
    sheet, key = bt.worksheet(UNIT, seed=3)[0]
    assert sheet != key


def test_chinese() -> None:
    """Every page in the other language."""
    assert "正确" in str(bt.check("two-two-one", {"z1[1]": "0.61"}, lang="zh"))
    assert "梯度" in str(bt.diagnose("two-layer-batch", {"W1": np.ones((3, 2))}, lang="zh"))


class Shell:
    """As much of IPython as the magics use."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magics: dict[tuple[str, str], Any] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        """Keep it."""
        self.magics[kind, name] = function


def test_magics(capsys: pytest.CaptureFixture[str]) -> None:
    """``%%scenario`` keeps a scenario, ``%tutor`` is the program; a fault is told, not raised."""
    shell = Shell()
    register(shell)
    cell = Path(library.load("two-two-one").origin[1].file).read_text()  # type: ignore[index]
    net = shell.magics["cell", "scenario"]("mine", cell)
    assert shell.user_ns["mine"] is net
    assert shell.magics["cell", "scenario"]("", "title: x\n") is None
    assert "error: " in capsys.readouterr().out
    shell.magics["line", "tutor"]("verify two-two-one")
    assert capsys.readouterr().out


def test_the_loss_of_an_example_has_the_name_that_the_worksheets_give_it() -> None:
    """``loss@2`` as a number, before and after the update; their mean is the loss."""
    run = bt.run(bt.load("two-layer-batch"))
    for section in ("", "after."):
        each = [run[f"{section}loss@{example}"] for example in range(1, 5)]
        assert sum(each) / 4 == pytest.approx(run[f"{section}loss"], rel=1e-12)
    with pytest.raises(KeyError):
        run["loss@5"]


def test_a_run_is_used_like_a_dictionary() -> None:
    """Its names are iterated, counted and looked for; a number is no name, and is told so."""
    run = bt.run("two-two-one")
    assert list(run) == list(run.keys()) == list(run.names)
    assert len(run) == len(run.names) > 10
    assert "grads.W1" in run
    assert "grads.W1[2,1]" in run
    assert all(name not in run for name in ("grads.W9", "nothing", "grads.W1[9,9]", 0, None))
    assert {name: float(np.sum(array)) for name, array in run.items()}["grads.W2"] == run["grads.W2"].sum()
    assert len(list(run.values())) == len(run)
    with pytest.raises(TypeError, match=r"by its name, such as run\['grads.W1'\], not by int"):
        run[0]


def test_a_figure_written_as_in_the_terminal_is_refused_with_its_form_in_python() -> None:
    """A text is the name of a file of arrays, unless it has a sign of equality."""
    with pytest.raises(TutorError, match=r"\{'after.loss': '0.5'\}"):
        bt.diagnose("two-two-one", "after.loss=0.5")
