"""A worked solution as a Jupyter notebook: each part told, its lines of NumPy to run, and blanks that are checked.

The notebook holds the scenario as a cell of YAML, so that its numbers can be changed there, and the reference program
line by line. It follows nbformat 4.5.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Sym, formula
from backprop_tutor.graph.graph import Network
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Block, Document, Section
from backprop_tutor.practice.diagnosis.submission import worked
from backprop_tutor.practice.worksheet.blank_answers import NO_NAME, Asked, blanks_of
from backprop_tutor.programs.graphs.program import held, names_of_lines
from backprop_tutor.programs.numpy_text import numpy_text
from backprop_tutor.programs.reference import Line, Program
from backprop_tutor.programs.script import names_given, number_text, passes, preamble, program_of_step
from backprop_tutor.render.markdown import escaped, render_section
from backprop_tutor.text import Lang, T
from backprop_tutor.training.rule import SHARED, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_state import initial_state, trainable
from backprop_tutor.training.train_step import Run

Cell: TypeAlias = dict[str, Any]

LAYOUT, MOST_BLANKS = "columns", 12
"""The layout of dense layers, as the lesson has them; only they are held in several ways. The most blanks of a cell."""

START = T(
    "Run the cells from top to bottom. Change a line of NumPy and run on: the check of the gradients says what is off.",
    "从上到下依次运行各单元格。试着改一行 NumPy 再往下运行：检查梯度的单元格会指出哪里不对。",
)
BLANKS = T("your own figures, between the quotation marks", "把你算出的数写在引号之间")
NOTHING_YET = T("nothing is filled in yet", "还没有填任何数")
MORE = T("{count} more: tutor check {name} --blank", "还有 {count} 个：tutor check {name} --blank")
GRADIENTS = T("the gradients of these lines, judged", "检查这些行得到的梯度")
JUDGED = T("the loss of this line, judged", "检查这一行得到的损失")
AGAIN = T("the loss with the new parameters", "用新参数算出的损失")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(run: Run, document: Document, source: str, lang: Lang) -> str:
    """The first step of a run as a notebook: its lesson, and what to run; `source` is the scenario's YAML.

    Raises TutorError where an operation has no lines of NumPy.
    """
    scenario = run.scenario
    program, values, _ = program_of_step(scenario, LAYOUT if scenario.graph.dense else "")
    taken = frozenset((*names_given(program), *(line.name for line in program.lines)))
    net, mine = _free("net", taken), _free("mine", taken)
    cells = [
        _markdown(f"# {escaped(scenario.title[lang])}\n\n{START[lang]}"),
        _code(["%load_ext backprop_tutor", "import backprop_tutor as bt", *preamble(program)]),
        _code([f"%%scenario {net}", *source.rstrip().splitlines()]),
        _code(f"{name} = {number_text(values[name])}" for name in names_given(program)),
    ]
    asked = {part: tuple(those) for part, those in groupby(_asked(scenario, lang), key=lambda each: each.part)}
    lines = _lines_of(scenario, program, net, taken, lang)
    for section in _sections(document.blocks):
        if section.key in asked:
            cells.append(_blanks(asked[section.key], scenario, (mine, net), lang))
        cells.append(_markdown(render_section(section)))
        cells += map(_code, lines.get(section.key, ()))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    whole = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _free(name: str, taken: Container[str]) -> str:
    """A name that no line of the program has."""
    return _free(f"{name}_", taken) if name in taken else name


def _asked(scenario: Scenario, lang: Lang) -> list[Asked]:
    """The blanks of the first step."""
    return blanks_of(worked(scenario, lang, steps=1).lessons[0])


def _sections(blocks: Sequence[Block]) -> Iterator[Section]:
    """The parts of the first step, without the table that gives all of its numbers away."""
    for block in blocks:
        match block:
            case Section(key="step"):
                yield from _sections(block.blocks)
                return
            case Section(key=key) if key != "results":
                yield block
            case _:
                continue


def _markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(lines: Iterable[str]) -> Cell:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": "\n".join(lines).strip(),
        "execution_count": None,
        "outputs": [],
    }


def _blanks(asked: Sequence[Asked], scenario: Scenario, names: tuple[str, str], lang: Lang) -> Cell:
    """A dictionary to fill in, and its check."""
    mine, net = names
    more = len(asked) - MOST_BLANKS
    rest = visible(MORE[lang].format(count=more, name=scenario.name or NO_NAME))
    return _code(
        [
            f"# {BLANKS[lang]}",
            f"{mine} = {{",
            *(f'    {json.dumps(each.name)}: "",  # {visible(each.written[lang])}' for each in asked[:MOST_BLANKS]),
            *([f"    # {rest}"] if more > 0 else []),
            "}",
            f'bt.check({net}, {mine}) if any({mine}.values()) else "{NOTHING_YET[lang]}"',
        ]
    )


def _lines_of(
    scenario: Scenario, program: Program, net: str, taken: Container[str], lang: Lang
) -> dict[str, list[list[str]]]:
    """The cells of NumPy under each part of the lesson."""
    forward, backward = passes(program)
    found = {"forward": [_shown(line) for line in forward], "backward": [_shown(line) for line in backward]}
    if program.gradients:
        gradients = ", ".join(f'"grads.{name[1:]}": {name}' for name in program.gradients)
        found["backward"].append([f"# {GRADIENTS[lang]}", f"bt.check({net}, {{{gradients}}})"])
    if scenario.graph.dense:
        name = _free("loss", taken)
        found["loss"] = [
            [f"{name} = {_loss(scenario.graph.dense)}", name],
            [f"# {JUDGED[lang]}", f'bt.check({net}, {{"loss": {name}}})'],
        ]
    if trainable(scenario):
        found["update"] = _update(scenario, taken)
        found["after"] = [[f"# {AGAIN[lang]}", f'bt.run({net})["after.loss"]']]
    return found


def _loss(network: Network) -> str:
    """The reported loss of dense layers: of all outputs of all examples, and the penalty of the weights."""
    last, loss = len(network.layers), loss_of(network.loss)
    text = f"np.sum({numpy_text(loss.term, {'a': f'a{last}', 'y': 'y'})})"
    text = text if loss.factor == 1 else f"{float(loss.factor)!r} * {text}"
    text += f" / {len(network.layers[-1].units)}" if loss.mean else ""
    text += " / x.shape[1]" if network.reduction == "mean" else ""
    squares = " + ".join(f"np.sum(W{i}**2)" for i in range(1, last + 1))
    return f"{text} + l2 / 2 * ({squares})" if network.l2 else text


def _shown(line: Line) -> list[str]:
    return [str(line), line.name]


def _update(scenario: Scenario, taken: Container[str]) -> list[list[str]]:
    """The rule of the optimizer: its numbers, then its lines for each parameter."""
    graph, training, state = scenario.graph, scenario.training, initial_state(scenario).state
    rule = rule_of(training)
    names = {} if graph.dense else names_of_lines(graph, scenario.examples)  # arrays of dense layers keep their names
    parameters = {name: names.get(name, name) for name in trainable(scenario)}
    shared = {name: Sym(_free(name, taken)) for name in ("t", "norm", *SHARED, *rule.settings)}
    numbers = {"t": training.count(1), **rule.constants(training)}
    first = [f"{shared[name].base} = {number!r}" for name, number in numbers.items()]
    if is_clipped_by_norm(training):
        squares = " + ".join(f"np.sum(d{name}**2)" for name in parameters.values())
        first.append(f"{shared['norm'].base} = np.sqrt({squares})")
    cells = [first]
    for parameter, name in parameters.items():
        own = {each: Sym(_free(f"{each}_{name}", taken)) for each, _ in rule.lines if each not in SHARED}
        known = SimpleNamespace(**shared | own | {"p": Sym(name), "g": Sym(f"d{name}")})
        kept = state[parameter]
        if not graph.dense:
            kept = {each: held(graph, graph.index[parameter], array, 1) for each, array in kept.items()}
        begun = [f"{own[each].base} = {number_text(array)}" for each, array in kept.items()]
        lines = [
            f"{getattr(known, each).base} = {numpy_text(formula(right(known)))}"
            for each, right in rule.lines
            if each not in SHARED or len(cells) == 1
        ]
        cells.append([*begun, *lines, name])
    return cells
