"""How formulas are written: in Unicode, in LaTeX and as one types them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Cases, Compare, Formula, Num, Partial, Sym, children
from backprop_tutor.formula.printing.latex import latex
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import runs, unicode
from tests.formula.formulas import anything
from tests.formula.writing import HALF, ONE, WRITTEN, W_ec, a, b, call, chain, num, x, y

COMMANDS = """
frac tfrac sqrt left right lvert rvert begin end langle rangle partial cdot odot times lt le ne ge gt infty text
mathrm mathbf mathsf boldsymbol exp ln sin cos tan max min sinh cosh tanh pi backslash wedge sim vert backprime prime imath hat
tilde bar dot ddot acute grave breve check mathring alpha beta gamma delta varepsilon epsilon zeta eta theta vartheta
iota kappa lambda mu nu xi rho sigma tau upsilon varphi phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon
Phi Psi Omega nabla ell square
"""
"""Commands that KaTeX and MathJax both know and GitHub lets through."""


@pytest.mark.parametrize(("formula", "expected"), [(row[0], row[1]) for row in WRITTEN])
def test_unicode_is_written_as_in_a_textbook(formula: Formula, expected: str) -> None:
    """Every formula of the table has the Unicode of the table."""
    assert unicode(formula) == expected


@pytest.mark.parametrize(("formula", "expected"), [(row[0], row[2]) for row in WRITTEN])
def test_latex_is_written_as_in_a_textbook(formula: Formula, expected: str) -> None:
    """Every formula of the table has the LaTeX of the table."""
    assert latex(formula) == expected


@pytest.mark.parametrize(("formula", "expected"), [(row[0], row[3]) for row in WRITTEN])
def test_plain_is_written_as_one_types_it(formula: Formula, expected: str) -> None:
    """Every formula of the table has the plain text of the table."""
    assert plain(formula) == expected


def test_the_table_has_every_kind_of_node() -> None:
    """No kind of node is left out of the table above."""
    seen, todo = set(), [row[0] for row in WRITTEN]
    while todo:
        node = todo.pop()
        seen.add(type(node))
        todo.extend(children(node))
    assert seen == set(Formula.__args__)  # type: ignore[attr-defined]


def test_runs_say_which_quantity_each_stretch_is() -> None:
    """The runs of a formula join to its text, and its symbols, derivatives and numbers come out one by one."""
    formula = W_ec - num("0.1") * Partial(Sym("L"), W_ec, key="grads.W1[1,1]")
    assert "".join(run.text for run in runs(formula)) == unicode(formula) == "W_ec − 0.1·∂L/∂W_ec"
    assert [run.source for run in runs(formula) if run.source is not None] == [
        W_ec,
        num("0.1"),
        Partial(Sym("L"), W_ec, key="grads.W1[1,1]"),
    ]


@pytest.mark.slow
@given(anything)
@settings(max_examples=200, deadline=None)
def test_no_name_can_drive_a_terminal(formula: Formula) -> None:
    """Unicode and plain text hold no control character, whatever the names are."""
    assert unicode(formula).isprintable()
    assert plain(formula).isprintable()


@pytest.mark.slow
@given(anything)
@settings(max_examples=400, deadline=None)
def test_no_name_can_break_out_of_latex(formula: Formula) -> None:
    """Braces balance, only known commands occur, and no character that HTML, Markdown or a dollar sign would end at."""
    text = latex(formula)
    assert set(re.findall(r"\\([a-zA-Z]+)", text)) <= set(COMMANDS.split())
    bare = re.sub(r"'+(?=\(|\\left\()", "", re.sub(r"\\[^a-zA-Z]", "", text))  # without escapes and primes
    assert not set(bare) & set("<>|`$#%~'\"")
    depths = [bare[:end].count("{") - bare[:end].count("}") for end in range(len(bare) + 1)]
    assert min(depths) == depths[-1] == 0
    assert text.count(r"\begin{") == text.count(r"\end{")


@given(anything)
@settings(max_examples=200, deadline=None)
def test_no_superscript_is_doubled(formula: Formula) -> None:
    """What is raised to a power or transposed never already ends in a superscript of its own."""
    assert not re.search(r"\^\{[^{}]*\}\^", latex(formula))
    assert not re.search(r"[⁰¹²³⁴-⁹⁾]ᵀ", unicode(formula))


@pytest.mark.parametrize("name", KNOWN)
def test_every_function_of_the_table_is_written(name: str) -> None:
    """Every function and its derivative come out in all three outputs, with its arguments."""
    arguments = (x, y)[: KNOWN[name].arity]
    for write in (unicode, latex, plain):
        assert all(argument.base in write(call(name, *arguments)) for argument in arguments)
        assert write(call(name, *arguments)) != write(call(name, *arguments, primes=1))


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_last_case_has_the_condition_that_is_left_over(relation: str) -> None:
    """Of two numbers in any order, either the condition of the branch holds or the remaining one, never both."""
    rest = remaining(Cases(((a, Compare(x, relation, y)),), b))
    assert rest is not None
    for left, right in ((1, 2), (2, 2), (3, 2)):
        assert RELATIONS[relation].holds(left, right) != RELATIONS[rest.relation].holds(left, right)


def test_cases_that_compare_different_things_have_no_remaining_condition() -> None:
    """Where the branches compare different things, the last value stands without a condition."""
    cases = Cases(((a, Compare(x, ">", y)), (b, Compare(y, ">", x))), ONE)
    assert remaining(cases) is None
    assert unicode(cases) == "{a, x > y; b, y > x; 1}"
    assert remaining(Cases(((a, Compare(x, ">=", y)), (b, Compare(x, "<", y))), ONE)) is None


def test_a_sign_that_is_shown_is_bracketed_like_a_minus() -> None:
    """A change shown with its plus sign stands bare alone and bracketed in a sum."""
    change = Num(0.5, "+0.5")
    assert unicode(change) == "+0.5"
    assert unicode(a + change) == "a + (+0.5)"


def test_a_wide_product_inside_a_tight_one_is_bracketed() -> None:
    """The dots of a chain rule, set apart, never run into those of a product."""
    assert unicode(HALF * chain) == "½((O(e) − y) · O(e)(1 − O(e)) · O(c))"
