"""One table of formulas and how each output writes them, to be read like a page of a textbook."""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
    Index,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Transpose,
)

HALF, ONE, TWO = Lit(Fraction(1, 2)), Lit(Fraction(1)), Lit(Fraction(2))
a, b, c, x, y, z, L, alpha = (Sym(letter) for letter in ("a", "b", "c", "x", "y", "z", "L", "α"))
W_ec, x_a, h_c, O_e = Sym("W", sub="ec"), Sym("x", sub="a"), Sym("h", of="c"), Sym("O", of="e")
w, W1, delta = Sym("w", sup="2", sub="12"), Sym("W", sup="[1]", bold=True), Sym("δ", sup="(2)", sub="1")


def num(text: str) -> Num:
    """A measured value that is shown by `text`."""
    return Num(float(text), text)


def call(name: str, *arguments: Formula, primes: int = 0) -> Call:
    """A function applied."""
    return Call(name, arguments, primes)


chain = Mul((Add((O_e, Neg(y))), Mul((O_e, Add((ONE, Neg(O_e))))), Sym("O", of="c")), wide=True)
relu = Cases(((z, Compare(z, ">", Lit(Fraction(0)))),), Lit(Fraction(0)))

WRITTEN: list[tuple[Formula, str, str, str]] = [
    # formula, Unicode, LaTeX, plain
    # quantities
    (W_ec, "W_ec", "W_{ec}", "W_ec"),
    (h_c, "h(c)", "h(c)", "h(c)"),
    (w, "w²₁₂", "w^{2}_{12}", "w^2_12"),
    (delta, "δ⁽²⁾₁", r"\delta^{(2)}_{1}", "δ^(2)_1"),
    (W1, "W^[1]", r"\mathbf{W}^{[1]}", "W^[1]"),
    (Sym("δ", bold=True), "δ", r"\boldsymbol{\delta}", "δ"),
    (Sym("w", sub="1,12"), "w₁,₁₂", "w_{1,12}", "w_1,12"),
    (Sym("w", sup="l", sub="jk"), "w^l_jk", "w^{l}_{jk}", "w^l_jk"),
    (Sym("δ", sup="l+1"), "δ^(l+1)", r"\delta^{l+1}", "δ^l+1"),
    (Sym("W", sub="o1,h1"), "W_(o1,h1)", "W_{o1,h1}", "W_o1,h1"),
    (Sym("h", of="e", example=3), "h(e)@3", r"h^{\langle 3 \rangle}(e)", "h(e)@3"),
    (Sym("z", sup="[1]", sub="2", example=3), "z^[1]₂@3", r"z^{[1]\langle 3 \rangle}_{2}", "z^[1]_2@3"),
    (Sym("net", sub="j"), "net_j", r"\mathrm{net}_{j}", "net_j"),
    (Sym("m̂"), "m̂", r"{\hat{m}}", "m̂"),
    (Sym("w_1"), "w_1", "w_{1}", "w_1"),
    (Sym("x12"), "x12", "x_{12}", "x12"),
    (Sym("净输入"), "净输入", r"\mathrm{\text{净输入}}", "净输入"),
    # numbers
    (num("-0.35"), "−0.35", "-0.35", "-0.35"),
    (num("3.7e-05"), "3.7·10⁻⁵", r"3.7 \times 10^{-5}", "3.7e-05"),
    (num("1e+20"), "1·10²⁰", r"1 \times 10^{20}", "1e+20"),
    (num("-inf"), "−∞", r"-\infty", "-inf"),
    (num("nan"), "NaN", r"\mathrm{NaN}", "nan"),
    (HALF, "½", r"\tfrac{1}{2}", "1/2"),
    (Lit(Fraction(1, 100)), "1/100", r"\tfrac{1}{100}", "1/100"),
    (Lit(Fraction(1, 2), "0.50"), "0.50", "0.50", "0.50"),
    # sums and products
    (Add((Mul((W_ec, x_a)), Mul((b, c)))), "W_ec·x_a + b·c", r"W_{ec} \cdot x_{a} + b \cdot c", "W_ec*x_a + b*c"),
    (Add((a, Neg(Add((b, Neg(c)))))), "a − (b − c)", "a - (b - c)", "a - (b - c)"),
    (Add((Neg(a), Neg(Neg(b)))), "−a − (−b)", "-a - (-b)", "-a - (-b)"),
    (Add((c, Mul((Neg(a), b)))), "c + (−a)·b", r"c + (-a) \cdot b", "c + (-a)*b"),
    (Mul((Neg(a), b)), "−a·b", r"-a \cdot b", "-a*b"),
    (Mul((num("0.4"), num("-0.05"))), "0.4·(−0.05)", r"0.4 \cdot (-0.05)", "0.4*(-0.05)"),
    (
        Add((num("0.4"), Neg(Mul((num("0.1"), num("-0.052266")))))),
        "0.4 − 0.1·(−0.052266)",
        r"0.4 - 0.1 \cdot (-0.052266)",
        "0.4 - 0.1*(-0.052266)",
    ),
    (Mul((TWO, num("3.7e-05"))), "2·(3.7·10⁻⁵)", r"2 \cdot (3.7 \times 10^{-5})", "2*3.7e-05"),
    (Mul((O_e, Add((ONE, Neg(O_e))))), "O(e)(1 − O(e))", "O(e)(1 - O(e))", "O(e)*(1 - O(e))"),
    (
        Mul((num("0.646870"), Add((ONE, Neg(num("0.646870")))))),
        "0.646870·(1 − 0.646870)",
        r"0.646870 \cdot (1 - 0.646870)",
        "0.646870*(1 - 0.646870)",
    ),
    (
        Mul((HALF, Pow(Add((O_e, Neg(y))), TWO))),
        "½(O(e) − y)²",
        r"\tfrac{1}{2}(O(e) - y)^{2}",
        "(1/2)*(O(e) - y)**2",
    ),
    (
        chain,
        "(O(e) − y) · O(e)(1 − O(e)) · O(c)",
        r"(O(e) - y) \;\cdot\; O(e)(1 - O(e)) \;\cdot\; O(c)",
        "(O(e) - y)*(O(e)*(1 - O(e)))*O(c)",
    ),
    (
        Mul((num("-0.353130"), num("0.228429"), num("-0.6")), wide=True),
        "−0.353130 · 0.228429 · (−0.6)",
        r"-0.353130 \;\cdot\; 0.228429 \;\cdot\; (-0.6)",
        "-0.353130*0.228429*(-0.6)",
    ),
    (Mul((Add((a, b)), Mul((b, c)))), "(a + b)(b·c)", r"(a + b)(b \cdot c)", "(a + b)*(b*c)"),
    # quotients and powers
    (Div(Div(a, b), c), "(a/b)/c", r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
    (Div(a, Mul((TWO, b))), "a/(2·b)", r"\frac{a}{2 \cdot b}", "a/(2*b)"),
    (Mul((Div(a, b), c)), "(a/b)·c", r"\frac{a}{b} \cdot c", "(a/b)*c"),
    (Pow(x, TWO), "x²", "x^{2}", "x**2"),
    (Pow(x, Neg(ONE)), "x⁻¹", "x^{-1}", "x**(-1)"),
    (Pow(x, Pow(y, z)), "x^(y^z)", "x^{y^{z}}", "x**(y**z)"),
    (Pow(w, TWO), "(w²₁₂)²", "(w^{2}_{12})^{2}", "(w^2_12)**2"),
    (Pow(num("-0.3"), TWO), "(−0.3)²", "(-0.3)^{2}", "(-0.3)**2"),
    (Neg(Pow(x, TWO)), "−x²", "-x^{2}", "-x**2"),
    # functions
    (call("sigmoid", h_c), "σ(h(c))", r"\sigma(h(c))", "sigmoid(h(c))"),
    (call("sigmoid", z, primes=1), "σ′(z)", r"\sigma'(z)", "sigmoid'(z)"),
    (Call("sigmoid", (z,), letter=Sym("g", sup="[1]")), "g^[1](z)", "{g^{[1]}}(z)", "g^[1](z)"),
    (Call("exp", (z,), 1, letter=Sym("f")), "f′(z)", "f'(z)", "f'(z)"),
    (call("exp", z), "e^z", "e^{z}", "exp(z)"),
    (
        Div(ONE, Add((ONE, call("exp", num("-0.61"))))),
        "1/(1 + e^(−0.61))",
        r"\frac{1}{1 + e^{-0.61}}",
        "1/(1 + exp(-0.61))",
    ),
    (call("exp", h_c), "e^(h(c))", "e^{h(c)}", "exp(h(c))"),
    (Mul((call("exp", z), Add((a, b)))), "e^z·(a + b)", r"e^{z} \cdot (a + b)", "exp(z)*(a + b)"),
    (Neg(Mul((y, call("log", a)))), "−y·ln(a)", r"-y \cdot \ln(a)", "-y*log(a)"),
    (Div(x, call("sqrt", TWO)), "x/√2", r"\frac{x}{\sqrt{2}}", "x/sqrt(2)"),
    (Pow(call("sqrt", Add((x, y))), TWO), "(√(x + y))²", r"(\sqrt{x + y})^{2}", "sqrt(x + y)**2"),
    (call("abs", Neg(x)), "|−x|", r"\left\lvert -x \right\rvert", "abs(-x)"),
    (call("max", x, Div(x, y)), "max(x, x/y)", r"\max\left(x, \frac{x}{y}\right)", "max(x, x/y)"),
    (call("f", z, primes=1), "f′(z)", "f'(z)", "f'(z)"),
    (
        relu,
        "{z, z > 0; 0, z ≤ 0}",
        r"\begin{cases} z & z \gt 0 \\ 0 & z \le 0 \end{cases}",
        "z if z > 0 else 0",
    ),
    # derivatives and matrices
    (Partial(L, W_ec), "∂L/∂W_ec", r"\frac{\partial L}{\partial W_{ec}}", "dL/dW_ec"),
    (
        Add((W_ec, Neg(Mul((alpha, Partial(L, W_ec)))))),
        "W_ec − α·∂L/∂W_ec",
        r"W_{ec} - \alpha \cdot \frac{\partial L}{\partial W_{ec}}",
        "W_ec - α*dL/dW_ec",
    ),
    (
        Pow(Partial(L, w), TWO),
        "(∂L/∂w²₁₂)²",
        r"\left(\frac{\partial L}{\partial w^{2}_{12}}\right)^{2}",
        "(dL/dw^2_12)**2",
    ),
    (
        Hadamard((MatMul((Transpose(W1), delta)), call("sigmoid", z, primes=1))),
        "((W^[1])ᵀ δ⁽²⁾₁) ⊙ σ′(z)",
        r"((\mathbf{W}^{[1]})^{\mathsf{T}} \, \delta^{(2)}_{1}) \odot \sigma'(z)",
        "((W^[1]).T @ δ^(2)_1) * sigmoid'(z)",
    ),
    (
        Mul((a, MatMul((Transpose(W1), b)))),
        "a·((W^[1])ᵀ b)",
        r"a \cdot ((\mathbf{W}^{[1]})^{\mathsf{T}} \, b)",
        "a*((W^[1]).T @ b)",
    ),
    (
        Matrix(((a, Neg(b)), (Add((a, b)), ONE))),
        "[a −b; (a + b) 1]",
        r"\begin{bmatrix} a & -b \\ a + b & 1 \end{bmatrix}",
        "[[a, -b], [a + b, 1]]",
    ),
    (
        Index(Transpose(W1), (1, (2, 3), None)),
        "((W^[1])ᵀ)[1,2:3,:]",
        r"((\mathbf{W}^{[1]})^{\mathsf{T}})[1,2:3,:]",
        "((W^[1]).T)[1, 2:3, :]",
    ),
    (
        Call("pool", (x,), options=(("size", TWO), ("", ONE))),
        "pool(x, size=2, 1)",
        r"\mathrm{pool}(x, \mathrm{size}=2, 1)",
        "pool(x, size=2, 1)",
    ),
]
