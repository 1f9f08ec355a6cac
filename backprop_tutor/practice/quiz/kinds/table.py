"""The kinds of question, one entry each."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.practice.quiz.kinds.choice import CHOICE
from backprop_tutor.practice.quiz.kinds.complete import COMPLETE
from backprop_tutor.practice.quiz.kinds.explain import EXPLAIN
from backprop_tutor.practice.quiz.kinds.find_error import FIND_ERROR
from backprop_tutor.practice.quiz.kinds.formula import FORMULA
from backprop_tutor.practice.quiz.kinds.kind import Kind
from backprop_tutor.practice.quiz.kinds.parameters import PARAMETERS
from backprop_tutor.practice.quiz.kinds.path import PATH
from backprop_tutor.practice.quiz.kinds.shape import SHAPE
from backprop_tutor.practice.quiz.kinds.sign import SIGN
from backprop_tutor.practice.quiz.kinds.value import VALUE
from backprop_tutor.practice.quiz.kinds.which_mistake import WHICH_MISTAKE
from backprop_tutor.practice.quiz.kinds.wrong_line import WRONG_LINE
from backprop_tutor.registry import by_name

KINDS: Mapping[str, Kind] = by_name(
    VALUE, COMPLETE, FIND_ERROR, FORMULA, PATH, SIGN, SHAPE, CHOICE, EXPLAIN, WHICH_MISTAKE, WRONG_LINE, PARAMETERS
)
