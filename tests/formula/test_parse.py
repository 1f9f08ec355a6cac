"""The formula language: what it reads, what it refuses, and where it says the fault is."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backprop_tutor.formula import refusal
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym
from backprop_tutor.formula.parse import MAX_DEPTH, MAX_LENGTH, FormulaError, parse
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.text import T
from tests.formula.formulas import scalars
from tests.formula.test_parse_arrays import REFUSED as ARRAYS_REFUSED

a, b, c, x = (Sym(letter) for letter in "abcx")
one, two, three = (Lit(Fraction(n)) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b*c", Add((a, Mul((b, c))))),
        ("a - b - c", Add((a, Neg(b), Neg(c)))),
        ("a - (b - c)", Add((a, Neg(Add((b, Neg(c))))))),
        ("a*b*c", Mul((a, b, c))),
        ("a/b/c", Div(Div(a, b), c)),
        ("a/b*c", Mul((Div(a, b), c))),
        ("x^2", Pow(x, two)),
        ("x**2", Pow(x, two)),
        ("2*x^2", Mul((two, Pow(x, two)))),
        ("-x^2", Neg(Pow(x, two))),
        ("(-x)^2", Pow(Neg(x), two)),
        ("a^b^c", Pow(a, Pow(b, c))),
        ("2^-1", Pow(two, Neg(one))),
        ("-a*b", Mul((Neg(a), b))),
        ("a - -b", Add((a, Neg(Neg(b))))),
        ("+a", a),
        ("((a))", a),
        ("1*x + 0", Add((Mul((one, x)), Lit(Fraction(0))))),
        ("0.50", Lit(Fraction(1, 2), "0.50")),
        (".5", Lit(Fraction(1, 2), ".5")),
        ("1e-3", Lit(Fraction(1, 1000), "1e-3")),
        ("max(a, b)", Call("max", (a, b))),
        ("leaky_relu(a, slope=0.2)", parse("0.2*a + 0.8*relu(a)")),
        ("elu(a*b, alpha=3)", parse("3*elu(a*b) - 2*relu(a*b)")),
        ("celu(a, alpha=1)", Call("celu", (a,))),
        ("sigmoid(a + b)", Call("sigmoid", (Add((a, b)),))),
        ("lambda*in + is", Add((Mul((Sym("lambda"), Sym("in"))), Sym("is")))),
        ("净输入 + w_1", Add((Sym("净输入"), Sym("w_1")))),
        (" a\n + b ", Add((a, b))),
    ],
)
def test_a_formula_is_read_in_the_order_written(text: str, tree: Formula) -> None:
    """Precedence is Python's, ^ is **, order and numbers stay as written, and any identifier is a name."""
    assert parse(text) == tree


@pytest.mark.slow
@given(scalars())
@settings(max_examples=200, deadline=None)
def test_plain_text_reads_back_with_the_same_value(formula: Formula) -> None:
    """A formula typed by `plain` and read again is worth exactly the same."""
    values = {"x": 0.7, "y": -1.3, "lambda": 2.5, "w_1": 0.1, "δ": -0.4, "净输入": 3.0}
    before, after = evaluate(formula, values), evaluate(parse(plain(formula)), values)
    assert before == after or (math.isnan(before) and math.isnan(after))  # type: ignore[arg-type]


REFUSED: list[tuple[str, T, int, int]] = [
    # text, complaint, column, length
    ("__import__('os').system('touch PWNED')", refusal.UNKNOWN_FUNCTION, 1, 10),
    ("().__class__.__base__.__subclasses__()", refusal.FOREIGN, 3, 1),
    ("open('/etc/passwd').read()", refusal.UNKNOWN_FUNCTION, 1, 4),
    ("x.__class__", refusal.FOREIGN, 2, 1),
    ("lambda: 0", refusal.FOREIGN, 7, 1),
    ("[x for x in y]", refusal.FOREIGN, 1, 1),
    ("f'{x}'", refusal.FOREIGN, 2, 1),
    ("'a'", refusal.FOREIGN, 1, 1),
    ("a if b else c", refusal.NO_OPERATOR, 3, 2),
    ("1if x else y", refusal.NO_OPERATOR, 2, 2),
    ("x := 1", refusal.FOREIGN, 3, 1),
    ("a == b", refusal.STRAY["="], 3, 1),
    ("relu(a, slope=1)", refusal.NO_OPTIONS, 9, 5),
    ("elu(a, alpha=-1)", refusal.NOT_POSITIVE, 8, 5),
    ("leaky_relu(a, alpha=1)", refusal.UNKNOWN_OPTION, 15, 5),
    ("leaky_relu(a, slope=b)", refusal.NOT_A_NUMBER, 15, 5),
    ("a; b", refusal.FOREIGN, 2, 1),
    ("1_000", refusal.NO_OPERATOR, 2, 4),
    ("0x10", refusal.NO_OPERATOR, 2, 3),
    ("1j", refusal.NO_OPERATOR, 2, 1),
    ("2x", refusal.NO_OPERATOR, 2, 1),
    ("a\nb", refusal.NO_OPERATOR, 3, 1),
    ("a(b)", refusal.UNKNOWN_FUNCTION, 1, 1),
    ("(a)(b)", refusal.NO_OPERATOR, 4, 1),
    ("x²", refusal.FOREIGN, 2, 1),
    ("a × b", refusal.FOREIGN, 3, 1),
    ("（a）", refusal.FOREIGN, 1, 1),
    ("٣", refusal.FOREIGN, 1, 1),
    ("a\x00b", refusal.FOREIGN, 2, 1),
    ("a + \x1b[31m", refusal.FOREIGN, 5, 1),
    ("", refusal.EMPTY, 1, 1),
    (" \t", refusal.EMPTY, 1, 1),
    ("a +", refusal.NO_VALUE_AT_END, 4, 1),
    ("* a", refusal.NO_VALUE, 1, 1),
    ("a * / b", refusal.NO_VALUE, 5, 1),
    ("sin()", refusal.NO_VALUE, 5, 1),
    ("(a + b", refusal.UNCLOSED, 1, 1),
    ("a + b)", refusal.STRAY[")"], 6, 1),
    ("a, b", refusal.STRAY[","], 2, 1),
    ("sin", refusal.NOT_CALLED, 1, 3),
    ("max(a)", refusal.ARITY, 1, 3),
    ("2 + sin(a, b)", refusal.ARITY, 5, 3),
    ("1e999", refusal.OUT_OF_RANGE, 1, 5),
    ("1 + 1e-999999999", refusal.OUT_OF_RANGE, 5, 12),
    ("1e99999999999999999999", refusal.OUT_OF_RANGE, 1, 22),
    ("(" * 500, refusal.TOO_DEEP, MAX_DEPTH + 1, 1),
    ("-" * 500 + "1", refusal.TOO_DEEP, MAX_DEPTH + 1, 1),
    ("^".join("a" * 100), refusal.TOO_DEEP, 2 * MAX_DEPTH + 2, 1),
    ("/".join("a" * 100), refusal.TOO_DEEP, 1, 199),
    ("sin(" * 500, refusal.TOO_DEEP, 4 * MAX_DEPTH + 4, 1),
    ("a" * 1_000_000, refusal.TOO_LONG, MAX_LENGTH + 1, 1),
    ("9" * MAX_LENGTH, refusal.OUT_OF_RANGE, 1, MAX_LENGTH),
]


@pytest.mark.parametrize(("text", "complaint", "column", "length"), REFUSED)
def test_what_is_not_the_language_is_refused_at_its_place(text: str, complaint: T, column: int, length: int) -> None:
    """Code, other notations and slips are refused, at once, with the complaint and the column that fit."""
    started = time.perf_counter()
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert time.perf_counter() - started < 1
    assert (refused.value.column, refused.value.length) == (column, length)
    opening = complaint.en.split("{", maxsplit=1)[0]
    assert refused.value.message.en.startswith(opening)
    assert refused.value.message.en.isprintable()
    assert refused.value.message.zh.isprintable()


def test_every_complaint_is_tested() -> None:
    """Each complaint about a formula occurs in a test of this file or of that on arrays."""
    complaints = [value for name, value in vars(refusal).items() if isinstance(value, T) and name != "ADVICE"]
    tested = [row[1] for row in (*REFUSED, *ARRAYS_REFUSED)] + [
        refusal.UNKNOWN_NAME,
        refusal.NO_NAMES,
        refusal.NAME_CALLED,
    ]
    assert [complaint for complaint in complaints if complaint not in tested] == []


def test_a_hostile_power_is_read_without_being_computed() -> None:
    """9**9**9 is a formula like any other: reading it takes no time."""
    nine = Lit(Fraction(9))
    assert parse("9**9**9") == Pow(nine, Pow(nine, nine))


def test_names_are_held_against_the_names_of_the_graph() -> None:
    """An unknown name is refused where it stands, with the known names and the nearest one."""
    with pytest.raises(FormulaError) as refused:
        parse("weight*x + bais", ["x", "weight", "bias"])
    assert (refused.value.column, refused.value.length) == (12, 4)
    assert refused.value.message == T(
        "unknown name 'bais'; known are bias, weight, x; did you mean 'bias'?",
        "未知的名字 'bais'；可用的有 bias, weight, x；是不是想写 'bias'？",
    )


def test_where_there_are_no_names_a_number_is_asked_for() -> None:
    """No empty list of known names is shown."""
    with pytest.raises(FormulaError) as refused:
        parse("0.4*w", [])
    assert refused.value.message == refusal.NO_NAMES.format(word="w")


def test_only_a_dozen_names_are_listed() -> None:
    """A network of a thousand inputs does not fill the screen with its names."""
    with pytest.raises(FormulaError, match=r"known are x1, x10, .*, …$") as refused:
        parse("w", [f"x{n}" for n in range(1, 1001)])
    assert len(refused.value.message.en) < 200


@pytest.mark.parametrize(
    ("text", "meant"), [("sigmod(x)", "sigmoid"), ("ln(x)", "log"), ("σ(x)", "sigmoid"), ("Tanh(x)", "tanh")]
)
def test_the_nearest_function_is_offered(text: str, meant: str) -> None:
    """A misspelt function, or one by another name, gets the function that was meant."""
    with pytest.raises(FormulaError, match=f"did you mean '{meant}'"):
        parse(text)


@pytest.mark.parametrize(("text", "advice"), [("a×b", "*"), ("a−b", "-"), ("x³", "^3"), ("a·b", "*"), ("[a]", "(")])
def test_characters_of_printed_mathematics_get_advice(text: str, advice: str) -> None:
    """A character of printed mathematics is answered with what the language has for it."""
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert refused.value.message.en.endswith(f"; write {advice}")
    assert refused.value.message.zh.endswith(f"；请写 {advice}")


def test_a_name_that_is_called_is_taken_for_a_product() -> None:
    """A known name before a bracket is most likely a forgotten sign of multiplication."""
    with pytest.raises(FormulaError) as refused:
        parse("2 + w(a + b)", ["w", "a", "b"])
    assert refused.value.column == 5
    assert refused.value.message.en == "'w' is not a function; to multiply, write w*(...)"


def test_a_node_may_have_the_name_of_a_function() -> None:
    """A graph's own name wins where it is not called."""
    assert parse("max + max(a, max)", ["a", "max"]) == Add((Sym("max"), Call("max", (a, Sym("max")))))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called(name: str) -> None:
    """Each function of the table is read with as many arguments as it takes."""
    arguments = ("a", "b")[: FUNCTIONS[name].arity]
    assert parse(f"{name}({', '.join(arguments)})") == Call(name, tuple(map(Sym, arguments)))


@given(st.text(max_size=80) | st.text(alphabet="ab12.e()+-*/^, ", max_size=80))
@example("(" * 64 + "a" + ")" * 64)
@example("a" * 200)
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_inside_itself(text: str) -> None:
    """No text makes the reader fail in another way, or point outside the text."""
    assert _fault(text) in range(len(text) + 2)


def _fault(text: str) -> int:
    """The column where `text` is refused, 0 where it is a formula."""
    try:
        parse(text)
    except FormulaError as error:
        return error.column
    return 0
