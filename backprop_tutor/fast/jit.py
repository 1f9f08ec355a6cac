"""Compiles straight-line code to functions: every number of a step in one call, or thousands of updates in one call.

A step returns a flat record: of one network from floats, or of thousands at once from arrays of their numbers. A loop
makes one update for each row of data; it may watch the loss, and it may record the parameters before each update, from
which the step function, fed arrays of all the steps, recovers everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from backprop_tutor.fast.codegen import ARRAYS, FLOATS, Backend, CodeWriter, compile_function
from backprop_tutor.fast.program import UPDATES, Assignment, Program, eliminate_dead_code, inline_single_use, variables
from backprop_tutor.formula.nodes import Formula, Sym, symbols, total
from backprop_tutor.frozen import frozen

Function = Callable[..., Any]
NUMBER = 8
"""The size of a float in bytes."""


@lru_cache(maxsize=16)
def step_function(program: Program, *, arrays: bool = False, after: bool = True, data: bool = True) -> Function:
    """Compiles ``step(t, *data, *parameters, *state)``, which returns the variables in `record`, of floats or
    elementwise of arrays.
    """
    outputs = record(program, after=after, data=data)
    lines = eliminate_dead_code(program.lines, {symbol.base for output in outputs for symbol in symbols(output)})
    code = CodeWriter(lines, ARRAYS if arrays else FLOATS)
    code.assign(lines)
    returned = f"return ({''.join(code.expression(output) + ', ' for output in outputs)})"
    body = (*code.before, *code.lines, returned)
    return compile_function("step", (UPDATES, *program.data, *program.changing), body, code.dialect)


def record(program: Program, *, after: bool = True, data: bool = True) -> tuple[Formula, ...]:
    """The variables a step returns: the computed values, the adjoints, and the parameters and the state `after` it.

    The adjoints of the `data`, on which nothing else depends, may be left out.
    """
    graph, given = program.scenario.graph, program.scenario.data
    values = (value for i in graph.computed for value in program.values[i].flat)
    adjoints = (
        g
        for node, names in zip(graph.nodes, program.adjoints, strict=True)
        if names is not None and (data or node.name not in given)
        for g in names.flat
    )
    return (*values, *adjoints, *(map(Sym, program.changing) if after else ()))


@frozen
class LoopKind:
    """What a loop does besides updating.

    A `watched` loop takes the loss and the squared gradient norm that are enough, and ends before the update at which
    one of them is reached; it returns the number of the next update, the loss and the squared norm before the
    parameters and state. A `sampled` loop takes a number of times and a function; so many times it makes an update
    whose loss it hands to the function, and then ``again`` others. A `noting` loop takes a ``pack_into`` and a buffer,
    and writes there, before every update, the numbers an update changes. A `native` loop takes its rows as an array and
    is compiled by Numba. One over `arrays` makes the updates of many networks side by side, each number an array.
    """

    watched: bool = False
    sampled: bool = False
    noting: bool = False
    native: bool = False
    arrays: bool = False

    @property
    def dialect(self) -> Backend:
        """What its code is written for."""
        return ARRAYS if self.arrays else FLOATS

    @property
    def takes(self) -> tuple[str, ...]:
        """Its arguments after the rows and the number of the first update."""
        return (
            *(("enough_loss", "enough_square") if self.watched else ()),
            *(("times", "take") if self.sampled else ()),
            *(("pack", "buffer") if self.noting else ()),
        )


PLAIN = LoopKind()


@lru_cache(maxsize=16)
def loop_function(program: Program, kind: LoopKind = PLAIN) -> Function:
    """Compiles ``loop(rows, again, t, ..., *parameters, *state)``: so many updates for each row of data, from update t
    on.

    It returns the parameters and the state after the last one.
    """
    arguments = ("rows", "again", UPDATES, *kind.takes, *program.changing)
    loop = compile_function("loop", arguments, _body(program, kind), kind.dialect)
    if not kind.native:
        return loop
    from numba import njit

    native: Function = njit(loop)
    return native


def _body(program: Program, kind: LoopKind) -> Iterator[str]:
    changing = ", ".join(program.changing)
    before, sample, lines = _turn(program, kind)
    yield from ("loss = square = 0.0",) if kind.watched else ()
    yield from ("offset = 0",) if kind.noting else ()
    unpacked = "".join(f"{name}, " for name in program.data) or "_"
    yield f"for {'row' if kind.native else unpacked} in rows:"
    yield from (f"    {name} = row[{i}]" for i, name in enumerate(program.data if kind.native else ()))
    yield from (f"    {line}" for line in before)
    turn = [f"for _ in {'range(again)' if kind.native else 'repeat(None, again)'}:", *(f"    {line}" for line in lines)]
    if kind.sampled:
        turn = ["for _ in repeat(None, times):", *(f"    {line}" for line in (*sample, *turn))]
    yield from (f"    {line}" for line in turn)
    yield f"return ({f'{UPDATES}, loss, square, ' if kind.watched else ''}{changing},)"


def _turn(program: Program, kind: LoopKind) -> tuple[list[str], list[str], list[str]]:
    """The lines before the first update with a row, those of an update that hands on its loss, and of every other."""
    watch = _watch(program) if kind.watched else _watch(program)[:1] if kind.sampled else ()
    wanted = (*program.changing, *(line.name for line in watch))
    every = eliminate_dead_code((*program.lines[: program.passes], *watch, *program.lines[program.passes :]), wanted)
    passes, update = inline_single_use(every, program.changing)
    code = CodeWriter((*passes, *update), kind.dialect, program.data)
    counted = (f"{UPDATES} += 1",) if kind.watched or _counted((*passes, *update)) else ()
    sample: list[str] = []
    if kind.sampled:
        code.assign(passes)
        code.lines.append("take(loss)")
        code.assign(update)
        sample, code.lines = [*code.lines, *counted], []
        passes, update = eliminate_dead_code((*passes, *update), program.changing), ()
        code.forget((UPDATES, *(line.name for line in passes)))
    if kind.noting:
        code.lines += (
            f"pack(buffer, offset, {', '.join(program.moving)})",
            f"offset += {NUMBER * len(program.moving)}",
        )
    code.assign(passes)
    code.lines += ("if loss <= enough_loss or square <= enough_square: break",) if kind.watched else ()
    code.assign(update)
    return code.before, sample, [*code.lines, *counted]


def _watch(program: Program) -> tuple[Assignment, ...]:
    gradients = (program.adjoints[program.scenario.graph.index[name]] for name in program.kept)
    names = (name for names in gradients if names is not None for name in variables(names))
    return (
        Assignment("loss", program.loss),
        Assignment("square", total(tuple(Sym(name) * Sym(name) for name in names))),
    )


def _counted(lines: Iterable[Assignment]) -> bool:
    """Whether the lines use the number of the update."""
    return any(symbol.base == UPDATES for line in lines for symbol in symbols(line.formula))
