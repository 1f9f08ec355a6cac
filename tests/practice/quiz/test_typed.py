"""Numbers as they are typed: their value and their precision, and everything that is no number refused with a reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backprop_tutor.practice.exercise.typed import UnreadableError, number


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [
        ("0.3531", 0.3531, 0.00005),
        (".5", 0.5, 0.05),
        ("-1e-3", -0.001, 0.0005),
        ("1.20", 1.2, 0.005),
        ("−0.25", -0.25, 0.005),
        ("０.５", 0.5, 0.05),
        ("O(c) = 0.648", 0.648, 0.0005),
        ("≈ 0.648", 0.648, 0.0005),
        ("1/1000", 0.001, 0.0),
        ("0.5*0.2 + 1", 1.1, 0.0),
        ("np.float64(0.1)", 0.1, 0.05),
        ("tensor([[-0.1234]], grad_fn=<MulBackward0>)", -0.1234, 0.00005),
        ("array([0.61])", 0.61, 0.005),
        ("0,77", 0.77, 0.005),
        ("1,234.5", 1234.5, 0.05),
        ("-ln(0.776)", 0.2536027588, 0.000645),
        ("0.4*0.6479", 0.25916, 0.00002),
        ("e^0.72", 2.0544332106, 0.0),
        ("√2", 1.4142135624, 0.0),
        ("inf", math.inf, 0.0),
        ("-∞", -math.inf, 0.0),
        ("0.61?", 0.61, 0.005),
        ("0.61.", 0.61, 0.005),
        ("0。61。", 0.61, 0.005),
        ("1/8.", 0.125, 0.0),
        ("61%。", 0.61, 0.005),
        ("2×3", 6.0, 0.0),
        ("exp(0)", 1.0, 0.0),
        ("-0.0", 0.0, 0.05),
    ],
)
def test_numbers_and_arithmetic(text: str, value: float, half_unit: float) -> None:
    """The digits of a number say how exactly it is meant; arithmetic is as exact as its decimals of 3 figures and more."""
    typed = number(text)
    assert typed.value == pytest.approx(value)
    assert typed.half_unit == pytest.approx(half_unit, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing"),
        ("   ", "nothing"),
        ("banana", "'banana' is not a number such as"),
        ("no idea", "is not a number"),
        ("2*abc", "'2*abc' is not a number such as"),
        ("0.5769 V", "'0.5769 V' is not a number such as"),
        ("约0.61", "'约0.61' is not a number such as"),
        ("__import__('os')", "unknown function"),
        ("0.35 0.2", "operator is missing"),
        ("1/0", "no finite value"),
        ("9**9**9**9", "no finite value"),
        ("1e999999999", "no finite value"),
        ("1" * 3000, "characters"),
        ("(" * 500 + "1" + ")" * 500, "nested"),
        ("\x1b[31m1", "'\\x1b[31m1' is not a number"),
        ("0.5;", "cannot stand"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text: str, why: str) -> None:
    """The reason is for the learner, in both languages."""
    with pytest.raises(UnreadableError) as refused:
        number(text)
    assert why in refused.value.why.en
    assert refused.value.why.zh != ""


@given(some.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_every_decimal_is_read_as_itself(value: object) -> None:
    """The value is that of the text, and half a unit of its last place goes with it."""
    text = f"{value:f}"
    assert number(text).value == float(text)
    assert number(text).half_unit == pytest.approx(0.5e-6)


@given(some.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_float_is_read_back(value: float) -> None:
    """What Python prints is read as the same float."""
    assert number(repr(value)).value == value


@given(some.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Nothing typed can do more than that."""
    try:
        typed = number(text)
    except UnreadableError:
        return
    assert math.isfinite(typed.value) or "n" in typed.text.lower() or "∞" in typed.text
    assert typed.half_unit >= 0


@given(some.floats(-100, 100), some.floats(-100, 100), some.sampled_from("+-*"))
def test_arithmetic_is_that_of_python(left: float, right: float, sign: str) -> None:
    """Two numbers and a sign give what Python gives."""
    expected = {"+": left + right, "-": left - right, "*": left * right}[sign]
    assert number(f"({left!r}) {sign} ({right!r})").value == expected
