"""What the library's functions give: records of the rooms below that show themselves, and never at full length unasked.

A notebook asks an object for `_repr_html_`, then `_repr_markdown_`, then `repr`; a page of HTML stands in a frame of its
own, so that its style touches nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from backprop_tutor.errors import TutorError, did_you_mean, visible
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.graph import Node
from backprop_tutor.graph.quantity import Quantity, parse
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.document import Document
from backprop_tutor.records.trace import back, forth
from backprop_tutor.render import render
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import Run, Step

HEIGHT = 480
NO_NAME = T(
    "'{name}' is no quantity of this run; its names are {allowed}{near}",
    "'{name}' 不是这次运算中的量；可用的名字是 {allowed}{near}",
)
NO_TEXT = T(
    "a quantity is asked for by its name, such as run['grads.W1'], not by {kind}; steps are run.steps[0], ...",
    "请用名字取一个量，如 run['grads.W1']，而不是用 {kind}；各步是 run.steps[0] 等",
)
NO_STEP = T("there is no step {step}; this run has {count}", "没有第 {step} 步；这次运算共 {count} 步")
NO_ELEMENT = T("{name} has the shape {shape}; {asked} is not in it", "{name} 的形状是 {shape}；其中没有 {asked}")
WHOLE = ("loss",)


def framed(page: str, height: int = HEIGHT) -> str:
    """A whole HTML page as a part of another."""
    style = f"width:100%;height:{height}px;border:1px solid #8884;border-radius:6px;background:white"
    return f'<iframe srcdoc="{escape(page)}" style="{style}" sandbox="allow-scripts"></iframe>'


class Net(Scenario):
    """A scenario: a network or a graph with its numbers. `origin` is the file it came from, for what varies it."""

    origin: tuple[Any, Any] | None = None

    def __repr__(self) -> str:
        return f"<scenario {self.title.en!r}: {_described(self)}>"

    def _repr_html_(self) -> str:
        return framed(render(_drawing(self), "html"), HEIGHT // 2 * 2)

    def _repr_markdown_(self) -> str:
        return render(_drawing(self), "markdown")


class Steps(Run):
    """The steps of a run; ``run["grads.W1"]`` is an array, ``run["grads.W1[2,1]"]`` a number, by the contract's names."""

    def __repr__(self) -> str:
        losses = f"loss {self.steps[0].trace.loss:.6g} → {self.steps[-1].after.loss:.6g}"
        count = len(self.steps)
        return f"<run of {self.scenario.title.en!r}: {count} step{'' if count == 1 else 's'}, {losses}>"

    def __getitem__(self, name: str) -> Any:
        """The array or number of a name. Raises KeyError with the nearest name where there is none."""
        if not isinstance(name, str):
            raise TypeError(NO_TEXT.format(kind=type(name).__name__).en)
        asked = parse(name)
        if asked is None or not self._has(asked):
            raise UnknownNameError(name, self.names)
        if not 1 <= asked.step <= len(self.steps):
            raise UnknownNameError.of(NO_STEP.format(step=asked.step, count=len(self.steps)))
        return _element(self._array(asked), asked)

    def __contains__(self, name: object) -> bool:
        try:
            self[name]  # type: ignore[index]
        except (KeyError, TypeError):
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def keys(self) -> KeysView[str]:
        """The names, as of a dictionary."""
        return KeysView(self)

    def values(self) -> ValuesView[Any]:
        """The arrays and numbers of the names."""
        return ValuesView(self)

    def items(self) -> ItemsView[str, Any]:
        """The names with their arrays and numbers."""
        return ItemsView(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.names)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the first step: ``values.z1``, ``grads.W1``, ``state.m.W1``, ``updated.b1``, ``after.loss``."""
        graph = self.scenario.graph

        def of(nodes: Iterable[Node]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(graph.name_of(graph.index[node.name])[0] for node in nodes))

        computed = (node for node in forth(graph) if node.op is not None)
        updated = tuple(self.steps[0].updated)
        state = tuple(f"{each}.{name}" for name, kept in self.steps[0].before.items() for each in kept)
        named = {"values": of(forth(graph)), "grads": of(back(graph)), "state": state}
        named |= {"updated": updated, "after": of(computed)}
        return tuple(f"{section}.{name}" for section, names in named.items() for name in names)

    def _has(self, asked: Quantity) -> bool:
        return str(Quantity(asked.name, section=asked.section, state=asked.state)) in self.names

    def _array(self, asked: Quantity) -> Any:
        step: Step = self.steps[asked.step - 1]
        graph = self.scenario.graph
        of_an_example = asked.name in WHOLE and asked.example is not None
        places = (graph.losses,) if of_an_example else graph.positions(asked.name)
        found = [self._of_node(step, graph.nodes[place], asked) for place in places]
        return np.stack(found) if graph.name_of(places[0])[1] else found[0]

    def _of_node(self, step: Step, node: Node, asked: Quantity) -> Any:
        match asked.section:
            case "values":
                return plain(node, step.trace.value(node.name))
            case "grads":
                return plain(node, step.trace.adjoint("loss" if asked.name in WHOLE else node.name))
            case "state":
                return plain(node, dict(step.lines[node.name])[asked.state])
            case "updated":
                return plain(node, step.updated[node.name])
            case "after":
                return plain(node, step.after.value(node.name))

    def _repr_html_(self) -> str:
        return self.lesson()._repr_html_()

    def _repr_markdown_(self) -> str:
        return self.lesson()._repr_markdown_()

    def lesson(self, lang: Lang = "en") -> Page:
        """The worked solution of this run."""
        from backprop_tutor.lesson.teach import teach

        return Page.of(teach(self, lang))


def plain(node: Node, array: Array) -> Any:
    """An array in the contract's shape: units by examples, weights by units below, biases a vector, the loss a number."""
    if node.name in WHOLE:
        return float(array.item())
    return array.reshape(-1) if node.role == Role.BIAS else array


def _element(array: Any, asked: Quantity) -> Any:
    """The whole array, or the element or example that is asked for."""
    if not asked.indices and asked.example is None:
        return array
    places: list[Any] = [place - 1 for place in asked.indices] or [slice(None)]
    if asked.example is not None:
        places = [*places, asked.example - 1] if np.ndim(array) > 1 else [asked.example - 1]
    try:
        found = array[tuple(places)]
    except (IndexError, TypeError):
        name, shape = asked.name, np.shape(array)
        raise UnknownNameError.of(NO_ELEMENT.format(name=name, shape=shape, asked=asked.short)) from None
    return float(np.reshape(found, ())) if np.size(found) == 1 else found


class UnknownNameError(TutorError, KeyError):
    """A name that means nothing in a run; a KeyError, as a mapping raises it."""

    def __init__(self, name: str, allowed: tuple[str, ...]) -> None:
        short = [each.removeprefix("values.") for each in allowed]
        derivative = f"grads.{name.removeprefix('dL/').removeprefix('d')}"
        is_derivative = name.startswith("d") and derivative in allowed
        near = did_you_mean(derivative, [derivative]) if is_derivative else did_you_mean(name, [*allowed, *short])
        shown = ", ".join(short[:8]) + (", ..." if len(short) > 8 else "")
        super().__init__(NO_NAME.format(name=visible(name), allowed=shown, near=near))

    @classmethod
    def of(cls, message: T) -> UnknownNameError:
        """The error with another sentence."""
        error = cls("", ())
        TutorError.__init__(error, message)
        return error

    def __str__(self) -> str:
        return TutorError.__str__(self)


class Page(Document):
    """A document that shows itself."""

    @classmethod
    def of(cls, document: Document) -> Page:
        """A document as one of these."""
        return cls(document.lang, document.title, document.facts, document.blocks)

    def __repr__(self) -> str:
        return f"<page {_words(self)!r}: {len(self.blocks)} parts, {self.lang}>"

    def __str__(self) -> str:
        return render(self, "text")

    def _repr_html_(self) -> str:
        return framed(render(self, "html"))

    def _repr_markdown_(self) -> str:
        return render(self, "markdown")


class Answer:
    """An answer to a question about a scenario: a verdict, a page for people, the contract's JSON object."""

    def __init__(
        self,
        result: Any,
        page: Callable[[], Document],
        record: Callable[[], dict[str, Any]],
        head: str,
        picture: str = "",
    ) -> None:
        self.result = result
        self._page, self._record, self._head, self._picture = page, record, head, picture

    @cached_property
    def page(self) -> Page:
        """The answer as a document."""
        return Page.of(self._page())

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The answer as the contract's JSON object."""
        return self._record()

    def __getitem__(self, name: str) -> Any:
        return self.record[name]

    @property
    def verdict(self) -> str:
        """The verdict in the contract's words."""
        return str(self.record.get("verdict", ""))

    @property
    def explanations(self) -> list[dict[str, Any]]:
        """The explanations, the best first."""
        return list(self.record.get("explanations", []))

    def __repr__(self) -> str:
        return f"<{self._head}>"

    def __str__(self) -> str:
        return str(self.page)

    def __bool__(self) -> bool:
        """Whether the answer is yes: correct, verified, right."""
        return self.verdict in ("", "correct")

    def _repr_html_(self) -> str:
        return self._picture + framed(render(self.page, "html"))

    def _repr_markdown_(self) -> str:
        return render(self.page, "markdown")


class LivePage:
    """A page to step through, change and predict: `html` is all of it, `save` writes it to a file."""

    def __init__(self, html: str, title: str) -> None:
        self.html, self._title = html, title

    def save(self, path: str | Path) -> Path:
        """The page as a file. Raises FileExistsError where there is one already."""
        file = Path(path)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(self.html)
        return file

    def __repr__(self) -> str:
        return f"<live page of {self._title!r}: {len(self.html) // 1000} kB>"

    def _repr_html_(self) -> str:
        return framed(self.html, 2 * HEIGHT)


class Picture:
    """A drawing: SVG in a notebook, text elsewhere."""

    def __init__(self, svg: str, text: Callable[[], str], title: str) -> None:
        self.svg, self._text, self._title = svg, text, title

    def __repr__(self) -> str:
        return f"<drawing of {self._title!r}>"

    def __str__(self) -> str:
        return self._text()

    def _repr_svg_(self) -> str:
        return self.svg


def _words(document: Document) -> str:
    from backprop_tutor.render.words import plain_words

    return plain_words(document.title)


def _described(scenario: Scenario) -> str:
    graph = scenario.graph
    count = f"{scenario.examples} example{'' if scenario.examples == 1 else 's'}"
    if not graph.layers:
        return f"a graph of {len(scenario.graph.computed)} nodes, {count}"
    sizes = "-".join(str(len(group.units)) for group in graph.groups)
    loss = graph.loss if isinstance(graph.loss, str) else "own loss"
    return f"{sizes} network, {loss}, {count}"


def _drawing(scenario: Scenario) -> Document:
    from backprop_tutor.lesson.picture import FORWARD, lesson_of, matrices, page, picture
    from backprop_tutor.training.train_step import run_scenario

    lesson = lesson_of(run_scenario(scenario, 1), "en")
    return matrices(lesson) or page(lesson, picture(lesson), FORWARD)
