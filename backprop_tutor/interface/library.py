"""The functions of the library, one for each thing the program does.

Each takes a scenario as `load` or `scenario` gives it, or what those take: a path, a bundled name, a dictionary.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeAlias

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.graph.array import np
from backprop_tutor.graph.quantity import parse
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.interface.shown import Answer, LivePage, Net, Page, Picture, Steps
from backprop_tutor.lesson.teach import teach as teach_run
from backprop_tutor.programs.assertion import assert_gradients
from backprop_tutor.scenario.load import build, read
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import Run, run_scenario

__all__ = [
    "assert_gradients",
    "check",
    "compare",
    "diagnose",
    "graph",
    "load",
    "page",
    "quiz_questions",
    "run",
    "scenario",
    "teach",
    "train",
    "verify",
    "worksheet",
]

Of: TypeAlias = Scenario | str | Path | Mapping[str, Any]
"""What is meant by a scenario."""

NO_JSON = T(
    "{what} in a scenario: {kind}; a scenario is made of numbers, texts, lists and dictionaries",
    "场景中的{what}：{kind}；场景只由数、文字、列表和字典组成",
)
VALUE = T("a value", "值")
AS_MAPPING = T(
    "single figures are given by their names: {{'{name}': '{figure}'}}",
    "单个的数要按名字给出：{{'{name}': '{figure}'}}",
)
BOTH = T(
    "gradients of a program and single figures cannot be judged in one call; give {names} by themselves",
    "程序的梯度和单个的数不能一次判断；请单独给出 {names}",
)
FILES = T(
    "a worksheet needs the scenario's file: give its path, its name or a dictionary",
    "练习卷需要场景文件：请给出路径、名字或字典",
)


def load(source: str | Path) -> Net:
    """The scenario at a path, of a bundled name, or of a text of YAML, which has more than one line.

    >>> load("two-two-one")
    <scenario 'A 2-2-1 network by hand': 2-2-1 network, half_squared_error, 1 example>

    Raises TutorError with every problem of the file.
    """
    if isinstance(source, str) and "\n" in source:
        return scenario_of_text(source)
    file, origin = read(source)
    return _net(build(file, origin), (file, origin))


def scenario(description: Mapping[str, Any]) -> Net:
    """The scenario a dictionary describes, with the keys of a scenario file; arrays may stand where lists do.

    >>> net = scenario({
    ...     "title": "one unit",
    ...     "network": {"inputs": 1, "layers": [{"units": 1, "activation": "tanh", "weights": [[0.5]]}]},
    ...     "data": [{"x": [2], "y": 1}],
    ... })
    >>> run(net)["values.z1"]
    array([[1.]])

    Raises TutorError with every problem of the description.
    """
    return scenario_of_text(json.dumps(_spelled(description), ensure_ascii=False, indent=1))


def scenario_of_text(text: str) -> Net:
    """The scenario of a text of YAML. Raises TutorError with every problem of it."""
    from backprop_tutor.scenario.checks.validate import validated
    from backprop_tutor.scenario.yaml.source import source_of

    file, source = validated(source_of("<scenario>", text.encode()))
    return _net(build(file, source), (file, source))


def _spelled(value: Any) -> Any:
    """Numbers, texts, lists and dictionaries for anything that is one of them in disguise: arrays, tuples, paths."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case Mapping():
            return {str(key): _spelled(part) for key, part in value.items()}
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "__array__") and np.asarray(value).dtype.kind in "fiub":
        return np.asarray(value).tolist()
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_spelled(part) for part in value]
    raise TutorError(NO_JSON.format(what=VALUE, kind=visible(type(value).__name__)))


def _net(of: Scenario, origin: tuple[Any, Any] | None = None) -> Net:
    net = of if isinstance(of, Net) else Net(**{field.name: getattr(of, field.name) for field in fields(of)})
    if origin is not None:
        object.__setattr__(net, "origin", origin)
    return net


def as_net(of: Of) -> Net:
    """A scenario, or what `load` and `scenario` take, as a scenario."""
    if isinstance(of, Scenario):
        return _net(of)
    return scenario(of) if isinstance(of, Mapping) else load(of)


def run(of: Of, steps: int | None = None) -> Steps:
    """The scenario carried out: forward, backward, update, for so many steps (its own number if not said).

    >>> run("two-two-one")["grads.W2"]
    array([[-0.05226636, -0.04653464]])

    Raises TutorError where a formula has no value.
    """
    net = as_net(of)
    return Steps(net, run_scenario(net, steps).steps)


def teach(of: Of | Run, lang: Lang = "en", **options: Any) -> Page:
    """The worked solution as a document; `options` are those of `tutor run`: notation, view, digits, only, focus, detail.

    >>> teach("two-two-one", lang="zh")  # doctest: +ELLIPSIS
    <page ...>
    """
    return Page.of(teach_run(of if isinstance(of, Run) else run(of), lang, **options))


def diagnose(
    of: Of,
    gradients: Any = None,
    *,
    values: Any = None,
    layout: str = "auto",
    lang: Lang = "en",
) -> Answer:
    """Which mistake gives these numbers: the gradients of your own program, or single figures by name.

    Arrays may be of NumPy or anything with ``__array__``, lists, a file, in any layout and under any usual names; with
    `values`, the arrays on the way, the first wrong line is found. Single figures are named as in `tutor diagnose`.

    >>> found = diagnose("two-two-one", {"after.loss": "0.061823158"})
    >>> found.verdict, found.explanations[0]["mistakes"]
    ('explained', ['derivative-at-preactivation'])

    >>> right = run("two-layer-batch")
    >>> wrong = {"W1": -right["grads.W1"], "b1": right["grads.b1"]}
    >>> diagnose("two-layer-batch", wrong).explanations[0]["edit"][0]["wrong"]
    'dW1 = -(dz1.T @ x)'

    Raises TutorError for names that mean nothing and for what is no array of numbers.
    """
    net = as_net(of)
    if isinstance(gradients, str) and "=" in gradients:
        name, _, figure = gradients.partition("=")
        raise TutorError(AS_MAPPING.format(name=visible(name.strip()), figure=visible(figure.strip())))
    if isinstance(gradients, Mapping) and values is None and _are_figures(net, gradients):
        return _figures(net, gradients, lang)
    return _arrays(net, gradients, values, layout, lang)


def _are_figures(net: Net, given: Mapping[str, Any]) -> bool:
    """Whether numbers are given one by one, or texts as they were written, not as arrays."""
    names = [str(name) for name in given]
    is_single = all(np.ndim(value) == 0 if not isinstance(value, str) else True for value in given.values())
    has_section = any(name.startswith(("updated.", "after.", "step")) or "[" in name or "(" in name for name in names)
    texts = any(isinstance(value, str) for value in given.values())
    known = any(name in ("loss", "cost") or (parse(name) is not None and "loss" in name) for name in names)
    # arrays of a program are understood for dense layers only
    return is_single and (net.graph.dense is None or has_section or texts or known)


def _figures(net: Net, given: Mapping[str, Any], lang: Lang) -> Answer:
    from backprop_tutor.practice.diagnosis.feedback import feedback
    from backprop_tutor.practice.diagnosis.records import diagnosis_record
    from backprop_tutor.practice.diagnosis.search import diagnose as search
    from backprop_tutor.practice.diagnosis.submission import case

    found = search(case(net, _entries(given), lang))
    return Answer(found, lambda: feedback(found), lambda: diagnosis_record(found, lang), f"diagnosis: {found.verdict}")


def _entries(given: Mapping[str, Any]) -> tuple[Any, ...]:
    from backprop_tutor.scenario.answers import Entry

    return tuple(
        Entry(str(name), value if isinstance(value, str) else repr(float(value))) for name, value in given.items()
    )


def _of_graph(net: Net, gradients: Any, values: Any, lang: Lang) -> Answer:
    from backprop_tutor.programs.graphs.diagnosis import diagnose_graph
    from backprop_tutor.programs.graphs.page import graph_page, graph_record

    found = diagnose_graph(net, gradients, values)
    record = graph_record(found, lang)
    named = ", ".join(record["explanations"][0]["mistakes"]) if record["explanations"] else ""
    head = f"diagnosis: {found.verdict}{': ' if named else ''}{named}"
    return Answer(found, lambda: graph_page(found, lang), lambda: record, head)


def _arrays(net: Net, gradients: Any, values: Any, layout: str, lang: Lang) -> Answer:
    if net.graph.dense is None:  # the lines of a graph are those of its nodes
        return _of_graph(net, gradients, values, lang)
    from backprop_tutor.programs.diagnosis import diagnose_arrays
    from backprop_tutor.programs.naming import names_of
    from backprop_tutor.programs.page import arrays_page
    from backprop_tutor.programs.records import arrays_record

    found = diagnose_arrays(net, gradients, values, layout)
    named = ", ".join(names_of(found.explanations[0])) if found.explanations else ""
    head = f"diagnosis: {found.verdict}{': ' if named else ''}{named}"
    return Answer(found, lambda: arrays_page(found, lang), lambda: arrays_record(found, lang), head)


def check(of: Of, answers: Any, *, lang: Lang = "en") -> Answer:
    """A whole solution graded: figures by name, errors carried forward; or arrays, each right or how it is off.

    >>> check("two-two-one", {"z1[1]": 0.61, "a1[1]": 0.648}).verdict
    'correct'
    """
    net = as_net(of)
    if not isinstance(answers, Mapping) or not _are_figures(net, answers):
        return _arrays(net, answers, None, "auto", lang)
    from backprop_tutor.practice.grading.check import graded
    from backprop_tutor.practice.grading.check_page import check_page
    from backprop_tutor.practice.grading.records import check_record
    from backprop_tutor.scenario.answers import Answers

    found = graded(net, Answers(_entries(answers)), lang)
    if found.problems:
        raise TutorError(found.problems)
    return Answer(found, lambda: check_page(found), lambda: check_record(found, lang), f"check: {found.verdict}")


def verify(of: Of, *, lang: Lang = "en") -> Answer:
    """Every gradient checked independently, by differences and exactly.

    >>> verify("two-two-one").verdict
    'correct'
    """
    from backprop_tutor.lesson.checks.verification import verification
    from backprop_tutor.records.verification import verification_record
    from backprop_tutor.verify.differences import Clock
    from backprop_tutor.verify.differences import verify as verified

    done, clock = run(of), Clock()
    found = [verified(step.trace, clock=clock) for step in done.steps]
    verdict = "correct" if all(one.passed for one in found) else "wrong"

    def record() -> dict[str, Any]:
        return {**verification_record(done, found, ""), "verdict": verdict}

    return Answer(found, lambda: verification(done, found, lang, None, ""), record, f"verification: {verdict}")


def train(of: Of, epochs: int | None = None, *, lang: Lang = "en", **goals: float) -> Answer:
    """Many steps: the loss curve and the parameters; `goals` are loss and gradient_norm, at which it stops.

    >>> train("xor", epochs=10)["epochs"]
    10
    """
    from backprop_tutor.fast.choice import choose_trainer
    from backprop_tutor.lesson.training.chart import loss_curve
    from backprop_tutor.lesson.training.long_run import training_document
    from backprop_tutor.records.training import training_record
    from backprop_tutor.render.chart_svg import svg
    from backprop_tutor.training.long_run import train as trained
    from backprop_tutor.training.stopping import criteria

    net = as_net(of)
    wanted = criteria(net.training.stop, epochs=epochs, **goals)
    done = trained(net, choose_trainer(net, wanted.epochs), wanted)
    chart = loss_curve(net.title[lang], done.points, lang)
    losses = f"loss {done.first.evaluate.loss:.6g} → {done.last.evaluate.loss:.6g}"
    head = f"training: {done.last.epochs:,} epochs, {losses}"
    return Answer(done, lambda: training_document(done, lang), lambda: training_record(done), head, svg(chart))


def compare(
    of: Of,
    optimizers: str | Sequence[str] | None = None,
    learning_rates: Sequence[float] | None = None,
    *,
    epochs: int = 1000,
    lang: Lang = "en",
) -> Answer:
    """Several optimizers and learning rates trained side by side.

    >>> compare("xor", "sgd,adam", [0.1, 1], epochs=5)
    <comparison: 4 trainings>
    """
    from backprop_tutor.lesson.training.comparison import comparison_document
    from backprop_tutor.records.training import comparison_record
    from backprop_tutor.registry import find
    from backprop_tutor.training.optimizers import OPTIMIZERS
    from backprop_tutor.training.stopping import criteria
    from backprop_tutor.whatif.comparison import compare as compared

    net = as_net(of)
    asked = (
        optimizers.split(",")
        if isinstance(optimizers, str)
        else optimizers or (net.training.optimizer.partition("@")[0],)
    )
    names = tuple(find(OPTIMIZERS, name.strip(), T("the optimizer", "优化器")).name for name in asked)
    rates = tuple(learning_rates or (net.training.learning_rate,))
    found = list(compared(net, names, rates, criteria({}, epochs=epochs)))
    head = f"comparison: {len(found)} trainings"
    return Answer(found, lambda: comparison_document(net.title, found, lang), lambda: comparison_record(found), head)


def graph(of: Of, *, after: Literal["start", "forward", "backward"] = "forward", lang: Lang = "en") -> Picture:
    """The network or the graph as a drawing with its numbers.

    >>> graph("two-two-one")
    <drawing of 'A 2-2-1 network by hand'>
    """
    from backprop_tutor.lesson.picture import Shown, lesson_of, page, picture
    from backprop_tutor.render import render
    from backprop_tutor.render.drawings import DRAWINGS

    lesson = lesson_of(run(of), lang)
    shown = Shown(after)
    drawing = picture(lesson, shown)
    return Picture(
        DRAWINGS["svg"](drawing), lambda: render(page(lesson, drawing, shown), "text"), lesson.scenario.title[lang]
    )


def page(of: Of, *, lang: Lang = "en", notation: str | None = None) -> LivePage:
    """The live page of a scenario: one HTML file to step through, change and predict, offline.

    >>> page("two-two-one")  # doctest: +ELLIPSIS
    <live page of 'A 2-2-1 network by hand': ... kB>
    """
    from backprop_tutor.practice.page.compose import live_page
    from backprop_tutor.render.page import render_page
    from backprop_tutor.scenario.save import template

    net = as_net(of)
    if net.origin is None:
        raise TutorError(FILES)
    yaml = template(net.origin[0], net)
    return LivePage(render_page(live_page(net, lang, notation=notation, yaml=yaml)), net.title[lang])


def quiz_questions(of: Of, count: int = 5, *, seed: int = 0, lang: Lang = "en") -> list[dict[str, Any]]:
    """Questions on a scenario with their answers, as the contract's JSON has them.

    >>> [question["kind"] for question in quiz_questions("two-two-one", 2, seed=7)]  # doctest: +ELLIPSIS
    [...]
    """
    from backprop_tutor.practice.quiz.plan import Turn, planned, question
    from backprop_tutor.practice.quiz.print_record import quiz_record
    from backprop_tutor.practice.quiz.request import Request

    with TemporaryDirectory() as folder:  # questions are planned on a file, which a dictionary has none of
        request = Request(seed, count, _named(of, folder))
        turns = range(len(planned(request, lang)))
        questions = [question(request, Turn(i), request.level, lang) for i in turns]
        return list(quiz_record(seed, questions)["questions"])


def worksheet(of: Of, variants: int = 1, *, seed: int = 1, lang: Lang = "en") -> list[tuple[str, str]]:
    """Worksheets with fresh numbers: for each variant the sheet and its key, as Markdown.

    >>> sheet, key = worksheet("two-two-one", 1, seed=7)[0]
    """
    from backprop_tutor.practice.worksheet.batch import Order, written
    from backprop_tutor.practice.worksheet.sheet import Assignment

    net = as_net(of)
    if net.origin is None:
        raise TutorError(FILES)
    order = Order(*net.origin, Assignment(seed, lang), "markdown")
    return [(str(sheet.pages.worksheet), str(sheet.pages.key)) for sheet in written(order, ("",) * variants)]


def _named(of: Of, folder: str) -> str:
    """The name or path of a scenario, of a dictionary that of a file made of it."""
    if isinstance(of, str | Path):
        return str(of)
    net = as_net(of)
    if net.origin is None:
        raise TutorError(FILES)
    path = Path(folder) / "scenario.yaml"
    path.write_text("\n".join(net.origin[1].lines), encoding="utf-8")
    return str(path)
