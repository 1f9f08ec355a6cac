"""The relations of a condition, and the condition that remains for `otherwise`.

Words such as "if" and "otherwise" belong to one language; a formula belongs to all. So the last branch of a definition
by cases is shown with its own condition, computed from the others: after ``z > 0`` remains ``z ≤ 0``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from backprop_tutor.formula.nodes import Cases, Compare
from backprop_tutor.frozen import frozen


@frozen(slots=True)
class Relation:
    """A relation as each output writes it; `orders` are those of ``<``, ``=``, ``>`` that it allows."""

    unicode: str
    latex: str
    plain: str
    orders: frozenset[str]
    holds: Callable[[Any, Any], bool]


RELATIONS = {
    "<": Relation("<", r"\lt", "<", frozenset("<"), operator.lt),
    "<=": Relation("≤", r"\le", "<=", frozenset("<="), operator.le),
    "=": Relation("=", "=", "==", frozenset("="), operator.eq),
    "!=": Relation("≠", r"\ne", "!=", frozenset("<>"), operator.ne),
    ">=": Relation("≥", r"\ge", ">=", frozenset(">="), operator.ge),
    ">": Relation(">", r"\gt", ">", frozenset(">"), operator.gt),
}


def remaining(cases: Cases) -> Compare | None:
    """The condition of `otherwise`, or None where the branches compare different things or leave no case."""
    conditions = [condition for _, condition in cases.branches]
    if len({(condition.left, condition.right) for condition in conditions}) != 1:
        return None
    taken = frozenset[str]().union(*(RELATIONS[condition.relation].orders for condition in conditions))
    left_over = frozenset("<=>") - taken
    names = [name for name, relation in RELATIONS.items() if relation.orders == left_over]
    return Compare(conditions[0].left, names[0], conditions[0].right) if names else None
