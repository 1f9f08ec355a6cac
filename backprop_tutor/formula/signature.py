"""How an operation on arrays is called in a formula: its arrays, in order, and its options as numbers.

The table of operations (`graph/ops`) gives the signatures to the parser, so that the language and the operations never
differ. Options may follow the arrays or be named: ``max_pool2d(x, 2)``, ``max_pool2d(x, size=2)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from backprop_tutor.formula import refusal
from backprop_tutor.formula.nodes import Call, Formula, Lit, Neg
from backprop_tutor.formula.tokens import Token, at
from backprop_tutor.frozen import frozen


@frozen(slots=True)
class Signature:
    """The arrays and the options of an operation.

    `many` means that the last array may be followed by more of its kind (``stack(x, y, z)``), `sizes` that any number
    of nameless whole numbers follow (``reshape(x, 2, 3)``). The first `required` options must be given.
    """

    name: str
    arrays: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    required: int = 0
    many: bool = False
    sizes: bool = False

    @property
    def written(self) -> str:
        """The call as a reader would type it: ``conv2d(x, k, stride=, padding=)``."""
        named = (f"{name}=" if i >= self.required else name for i, name in enumerate(self.numbers))
        more = ("...",) if self.many or self.sizes else ()
        return f"{self.name}({', '.join((*self.arrays, *more, *named))})"


Operations: TypeAlias = Mapping[str, Signature]


@frozen(slots=True)
class Argument:
    """One argument of a call as it was read: its place, the name before its ``=`` or an empty one, and its formula."""

    word: Token
    name: str
    value: Formula


def called(word: Token, signature: Signature, given: list[Argument]) -> Call:
    """The call of an operation. Raises FormulaError, with its place, for arguments that it does not accept."""
    bare = [argument for argument in given if not argument.name]
    count = _arrays(signature, bare)
    if count < len(signature.arrays):
        raise at(word, refusal.TOO_FEW, wanted=signature.written)
    options = {} if signature.sizes else dict(zip(signature.numbers, bare[count:], strict=False))
    if not signature.sizes and len(bare) - count > len(signature.numbers):
        raise at(bare[count + len(signature.numbers)].word, refusal.TOO_MANY, wanted=signature.written)
    for argument in (a for a in given if a.name):
        if argument.name not in signature.numbers or argument.name in options:
            known = argument.name in options
            said = refusal.OPTION_TWICE if known else refusal.UNKNOWN_OPTION
            raise at(argument.word, said, wanted=signature.written)
        options[argument.name] = argument
    missing = [name for name in signature.numbers[: signature.required] if name not in options]
    if missing:
        raise at(word, refusal.OPTION_MISSING, option=missing[0], wanted=signature.written)
    numbers = tuple((name, _number(options[name], name)) for name in signature.numbers if name in options)
    sizes = tuple(("", _number(argument, word.text)) for argument in bare[count:]) if signature.sizes else ()
    return Call(word.text, tuple(a.value for a in bare[:count]), options=(*sizes, *numbers))


def _arrays(signature: Signature, bare: list[Argument]) -> int:
    """The number of nameless arguments that are arrays: all of them where the last kind may be repeated."""
    return len(bare) if signature.many else min(len(bare), len(signature.arrays))


def _number(argument: Argument, name: str) -> Formula:
    match argument.value:
        case Lit() | Neg(operand=Lit()):
            return argument.value
        case _:
            raise at(argument.word, refusal.NOT_A_NUMBER, option=name)
