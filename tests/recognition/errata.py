"""Worked examples as others published them, right figures and wrong ones, with what went wrong in the wrong ones.

Each is a sigmoid network with half the squared error, or one with softmax outputs and cross-entropy, taken as its page
states it. A figure without a mark is not wrong by the figures before it; `?` is a wrong one whose cause nobody can tell;
the ids after a wrong one are those that would name what was done. The numbers of every network are recomputed here with
NumPy: nothing of the program takes part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.recognition.questions import S, layer, net

UNKNOWN = "?"


@dataclass(frozen=True)
class Row:
    """A published figure, and the ids that would name its cause: none where it is not wrong, `?` where it is unknown."""

    name: str
    figure: str
    causes: frozenset[str]


@dataclass(frozen=True)
class Published:
    """An example: where it stands, its network, input, target and learning rate, its figures row by row.

    With `softmax` the outputs are a softmax under cross-entropy; with `fixed` the biases are not updated.
    """

    source: str
    weights: tuple[Any, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    text: str
    biases: tuple[Any, ...] = ()
    rate: float = 1.0
    softmax: bool = False
    fixed: bool = False

    @property
    def scenario(self) -> str:
        """The file of the network."""
        kinds = ["sigmoid"] * (len(self.weights) - self.softmax) + ["softmax"] * self.softmax
        biases = self.biases or (None,) * len(self.weights)
        each = [layer(kind, W, b) for kind, W, b in zip(kinds, self.weights, biases, strict=True)]
        if self.fixed:
            each = [text.replace("}", ", frozen: [bias]}") for text in each]
        loss = "cross_entropy" if self.softmax else "half_squared_error"
        data = f"{{x: {list(self.x)}, y: {list(self.y)}}}"
        return net(", ".join(each), data, loss, f"{{learning_rate: {self.rate}}}")

    @property
    def rows(self) -> Iterator[Row]:
        """The figures with their marks."""
        for line in self.text.strip().splitlines():
            name, figure, *mark = line.split()
            yield Row(name, figure, frozenset(mark[0].split("|") if mark else ()))

    def recomputed(self) -> dict[str, float]:
        """Every number by its name in the first step and in those that a figure is of: forward, back, updated, forward again."""
        steps = {1, *(int(row.name.partition(".")[0][4:]) for row in self.rows if row.name.startswith("step"))}
        biases = self.biases or tuple(np.zeros(len(W)) for W in self.weights)
        layers = [(np.array(W, float), np.array(b, float)) for W, b in zip(self.weights, biases, strict=True)]
        found: dict[str, float] = {}
        for step in range(1, max(steps) + 1):
            numbers, layers = self._step(layers)
            if step in steps:
                prefix = "" if step == 1 else f"step{step}."
                found |= {prefix + name: value for name, value in numbers.items()}
        return found

    def _step(self, layers: Any) -> tuple[dict[str, float], Any]:
        """The numbers of a step by their names, and the layers after it."""
        z, a = self._forward(layers)
        found = self._named("", z=z, a=a[1:]) | {"loss": self._loss(a[-1])}
        up, updated = a[-1] - self.y, []
        for n, (W, b) in reversed(list(enumerate(layers))):
            is_fused = self.softmax and n == len(layers) - 1
            delta = up if is_fused else up * a[n + 1] * (1 - a[n + 1])
            found |= {} if is_fused else _elements("grads.", a=up, layer=n + 1)
            dW = np.outer(delta, a[n])
            new = W - self.rate * dW, b - self.rate * delta * (not self.fixed)
            found |= _elements("grads.", z=delta, W=dW, b=delta, layer=n + 1)
            found |= _elements("updated.", W=new[0], b=new[1], layer=n + 1)
            updated.insert(0, new)
            up = W.T @ delta
        z, a = self._forward(updated)
        return found | self._named("after.", z=z, a=a[1:]) | {"after.loss": self._loss(a[-1])}, updated

    def _forward(self, layers: Any) -> tuple[list[Any], list[Any]]:
        z, a = [], [np.array(self.x)]
        for n, (W, b) in enumerate(layers):
            z.append(W @ a[-1] + b)
            a.append(np.exp(z[-1]) / np.exp(z[-1]).sum() if self.softmax and n == len(layers) - 1 else S(z[-1]))
        return z, a

    def _loss(self, output: Any) -> float:
        return float(-(self.y * np.log(output)).sum() if self.softmax else ((output - self.y) ** 2).sum() / 2)

    @staticmethod
    def _named(section: str, **arrays: list[Any]) -> dict[str, float]:
        return {
            name: value
            for letter, layers in arrays.items()
            for n, array in enumerate(layers)
            for name, value in _elements(section, layer=n + 1, **{letter: array}).items()
        }


def _elements(section: str, layer: int, **arrays: Any) -> dict[str, float]:
    return {
        f"{section}{letter}{layer}[{','.join(str(i + 1) for i in place)}]": float(value)
        for letter, array in arrays.items()
        for place, value in np.ndenumerate(array)
    }


TWO, THREE = ((0.15, 0.2), (0.25, 0.3)), ((0.4, 0.45), (0.5, 0.55))
MAZUR = {"x": (0.05, 0.1), "y": (0.01, 0.99), "biases": ((0.35, 0.35), (0.6, 0.6)), "rate": 0.5}
THREE_HIDDEN = ((0.1, 0.15), (0.2, 0.25), (0.3, 0.35)), ((0.4, 0.5, 0.6), (0.45, 0.55, 0.65))
FIVE_TEN = {"x": (5.0, 10.0), "y": (0.01, 0.99), "biases": ((0.35,) * 3, (0.65,) * 2), "rate": 0.5, "fixed": True}
EITHER = "sign-lost|term-omitted"
"""Of −7 and 0 in place of 7 a softmax makes the same figures."""

PUBLISHED = (
    Published(
        "GeeksforGeeks, Backpropagation in Neural Network (2025); its δ has the other sign",
        (((0.2, 0.2), (0.3, 0.3)), ((0.3, 0.9),)),
        (0.35, 0.7),
        (0.5,),
        """
        z1[1] 0.21
        a1[1] 0.56 ?
        z1[2] 0.315
        a1[2] 0.59 ?
        z2[1] 0.702
        a2[1] 0.67
        grads.z2[1] 0.0376
        grads.z1[1] 0.0027
        grads.z1[2] 0.0819 point-moved
        updated.W2[1,2] 0.877816
        updated.W1[1,1] 0.200945 ascent|sign-lost
        updated.W1[2,1] 0.273225 ?
        updated.W2[1,1] 0.086615 ?
        updated.W1[1,2] 0.269445 ?
        updated.W1[2,2] 0.18534 twice
        after.a1[1] 0.57 ?
        after.a1[2] 0.56
        after.a2[1] 0.61 ?
        """,
    ),
    Published(
        "Worked example of a university's chapter on back propagation, kept in the tests of several libraries; δ as above",
        (((0.1, 0.8), (0.4, 0.6)), ((0.3, 0.9),)),
        (0.35, 0.9),
        (0.5,),
        """
        a1[1] 0.68
        a1[2] 0.6637
        a2[1] 0.69
        grads.z2[1] 0.0406
        updated.W2[1,1] 0.272392
        updated.W2[1,2] 0.87305
        grads.z1[1] 2.406e-3 updated-weights-used
        grads.z1[2] 7.916e-3 updated-weights-used
        updated.W1[1,1] 0.09916
        updated.W1[1,2] 0.7978
        updated.W1[2,1] 0.3972
        updated.W1[2,2] 0.5928
        """,
    ),
    Published(
        "Notes on convolutional networks on a blog, section Backpropagation: w3 for w2, target minus output",
        (TWO, ((0.4, 0.45),)),
        (0.05, 0.1),
        (1.0,),
        """
        z1[1] 0.0325 sibling-used|weights-transposed-forward
        z1[2] 0.0425
        a1[1] 0.50812
        a1[2] 0.51062
        z2[1] 0.43303
        a2[1] 0.60659 ?
        loss 0.07738
        grads.a2[1] 0.39341 sign-flipped|sign-lost
        grads.W2[1,1] 0.04770
        updated.W2[1,1] 0.37613 ?
        """,
        rate=0.5,
    ),
    Published(
        "Slides of a course on perceptrons, Mazur's numbers with w6 and w7 exchanged",
        (TWO, ((0.4, 0.5), (0.45, 0.55))),
        text="""
        z1[1] 0.3775
        a1[1] 0.593269992
        a1[2] 0.59869 ?
        a2[1] 0.7571
        a2[2] 0.7679
        loss 0.3038
        grads.a2[1] 0.7471
        grads.W2[1,1] 0.0815
        updated.W2[1,1] 0.35925
        updated.W2[2,1] 0.4617
        updated.W2[1,2] 0.51183 sibling-used
        updated.W2[2,2] 0.56183
        """,
        **MAZUR,
    ),
    Published(
        "The same slides, the line of the first output",
        (TWO, ((0.4, 0.5), (0.45, 0.55))),
        text="z2[1] 1.105905967 sibling-used|weights-transposed-forward",
        **MAZUR,
    ),
    Published(
        "zhwhong, Deep learning: derivation of backpropagation (jianshu.com/p/408ab8177a53): E of the second output twice",
        (TWO, THREE),
        text="""
        z1[1] 0.3775
        a1[1] 0.593269992
        z1[2] 0.3925
        a1[2] 0.596884378
        z2[1] 1.105905967
        a2[1] 0.75136507
        a2[2] 0.772928465
        loss 0.321931135 constant-forgotten|term-doubled
        grads.W2[1,1] 0.082167041
        updated.W2[1,1] 0.35891648
        updated.W2[1,2] 0.408666186
        updated.W2[2,1] 0.511301270
        updated.W2[2,2] 0.561370121
        grads.W1[1,1] 0.000438568
        updated.W1[1,1] 0.149780716
        updated.W1[1,2] 0.19956143
        updated.W1[2,1] 0.24975114
        updated.W1[2,2] 0.29950229
        """,
        **MAZUR,
    ),
    Published(
        "Charlotte77, a widely copied account of Mazur's example in Chinese (cnblogs.com)",
        (TWO, THREE),
        text="""
        a2[1] 0.75136079 ?
        a2[2] 0.772928465
        loss 0.298371109
        """,
        **MAZUR,
    ),
    Published(
        "melfm/notes, docs/machine_learning/backprop.md: b1 read as 0.3, h1 in place of h2 in both outputs",
        (TWO, THREE),
        text="""
        z1[1] 0.3275 given-miscopied
        a1[1] 0.5812
        a1[2] 0.5969
        z2[1] 1.094 sibling-used
        a2[1] 0.7491
        a2[2] 0.7703 sibling-used
        grads.a2[1] 0.7391
        """,
        **MAZUR,
    ),
    Published(
        "ninjakx/Neural_network_solver, README.md: z in place of a in the second layer",
        (((0.5, 0.4, 0.1, 0.2), (0.65, 0.15, 0.2, 0.7)), ((0.1, 0.2), (0.3, 0.4)), ((-0.25, 0.5),)),
        (1.0, 2.0, -1.0, 1.0),
        (1.0,),
        """
        z1[1] 1.4
        a1[1] 0.802184
        z1[2] 1.45
        a1[2] 0.80998
        z2[1] 0.43 sibling-used|activation-skipped-hidden
        a2[1] 0.56026
        z2[2] 1
        a2[2] 0.637529
        z3[1] 0.17 ?
        a3[1] 0.544556
        """,
    ),
    Published(
        "The same page before a correction: the output of another unit once more",
        (((0.5, 0.4, 0.1, 0.2), (0.65, 0.15, 0.2, 0.7)), ((0.1, 0.2), (0.3, 0.4)), ((-0.25, 0.5),)),
        (1.0, 2.0, -1.0, 1.0),
        (1.0,),
        """
        a1[1] 0.802184
        a1[2] 0.80998 ?
        a2[1] 0.80998 value-repeated
        """,
    ),
    Published(
        "Students' programs for an example of a course on artificial intelligence (icourse163.org, ZJU-1003377027, 8.3): "
        "gradients of the weights above in place of weight times δ",
        (((0.2, 0.5), (-0.4, 0.6)), ((0.1, -0.3), (-0.5, 0.8))),
        (0.5, 0.3),
        (0.23, -0.07),
        """
        a1[1] 0.56
        a1[2] 0.5
        a2[1] 0.48
        a2[2] 0.53
        loss 0.21
        grads.W1[1,1] 0.01 gradient-for-weight|gradient-for-value
        grads.W1[2,1] 0.01
        grads.W1[1,2] 0.01 gradient-for-weight|gradient-for-value
        grads.W1[2,2] 0.01
        grads.W2[1,1] 0.03
        grads.W2[2,1] 0.08
        grads.W2[1,2] 0.03
        grads.W2[2,2] 0.07
        updated.W1[1,1] 0.19
        updated.W1[2,1] -0.41
        updated.W1[1,2] 0.49
        updated.W1[2,2] 0.59
        updated.W2[1,1] 0.07
        updated.W2[2,1] -0.58
        updated.W2[1,2] -0.33
        updated.W2[2,2] 0.73
        """,
    ),
    Published(
        "An answer on studyx.ai (113051862): minus in place of plus before the first product",
        (((-1.0, 2.0), (2.0, 0.0)), ((1.0, -2.0),)),
        (1.0, 3.0),
        (0.9,),
        """
        z1[1] 8
        a1[1] 0.9997
        z1[2] 3
        a1[2] 0.9526
        z2[1] -5.905 given-miscopied|sign-lost|sign-changed
        a2[1] 0.002 ?
        """,
        ((3.0, 1.0), (-3.0,)),
        0.1,
    ),
    Published(
        "Sghosh1999, Machine-Learning-Deep-Learning-Fundamentals-Scratch, manual backpropagation",
        (((0.5, -0.4),),),
        (1.0, 2.0),
        (1.0,),
        """
        z1[1] -0.2
        a1[1] 0.4502
        loss 0.1511
        grads.a1[1] -0.5498
        grads.z1[1] -0.1360
        grads.W1[1,1] -0.1360
        grads.W1[1,2] -0.2720
        grads.b1[1] -0.1360
        updated.W1[1,1] 0.5136
        updated.W1[1,2] -0.3728
        updated.b1[1] 0.1136
        """,
        ((0.1,),),
        0.1,
    ),
    Published(
        "Lecture notes with Mazur's numbers and one output, lectures 9 and 10",
        (TWO, ((0.4, 0.45),)),
        (0.05, 0.1),
        (0.01,),
        """
        z1[1] 0.3775
        a1[1] 0.5933
        z1[2] 0.3925
        a1[2] 0.5968 ?
        z2[1] 1.1059
        a2[1] 0.7514
        loss 0.2749
        grads.a2[1] 0.7414
        grads.z2[1] 0.1385
        grads.W2[1,1] 0.0822
        grads.W2[1,2] 0.0826
        updated.W2[1,1] 0.3589
        updated.W2[1,2] 0.4087
        updated.b2[1] 0.5307
        grads.z1[1] 0.01337
        grads.z1[2] 0.01500
        grads.W1[1,1] 0.000669
        grads.W1[1,2] 0.001337
        grads.W1[2,1] 0.000750
        grads.W1[2,2] 0.001500
        updated.W1[1,1] 0.149666
        updated.W1[1,2] 0.199332
        updated.W1[2,1] 0.249625
        updated.W1[2,2] 0.299250
        updated.b1[1] 0.343315
        updated.b1[2] 0.342500
        after.z1[1] 0.37077 ?
        after.a1[1] 0.5917 ?
        after.z1[2] 0.38491
        after.a1[2] 0.5951
        after.z2[1] 0.98635
        after.a2[1] 0.7284
        after.loss 0.2581
        """,
        ((0.35, 0.35), (0.6,)),
        0.5,
    ),
    Published(
        "An Example of Back-propagation Algorithm, appendix B (November 2011), after Han and Kamber",
        (((0.2, 0.4, -0.5), (-0.3, 0.1, 0.2)), ((-0.3, -0.2),)),
        (1.0, 0.0, 1.0),
        (1.0,),
        """
        z1[1] -0.7
        a1[1] 0.332
        z1[2] 0.1
        a1[2] 0.525
        z2[1] -0.105
        a2[1] 0.474
        updated.W2[1,1] -0.261
        updated.W2[1,2] -0.138
        updated.W1[1,1] 0.192
        updated.W1[2,1] -0.306
        updated.W1[1,2] 0.4
        updated.W1[2,2] 0.1
        updated.W1[1,3] -0.508
        updated.W1[2,3] 0.194
        updated.b2[1] 0.218
        updated.b1[2] 0.194
        updated.b1[1] -0.408
        """,
        ((-0.4, 0.2), (0.1,)),
        0.9,
    ),
    Published(
        "Slides of a course on deep learning (3 hidden units, inputs 5 and 10), as notes on backpropagation and the chain "
        "rule (2026) report them: every weight is written back before the next gradient is taken",
        THREE_HIDDEN,
        text="""
        z1[1] 2.35
        a1[1] 0.912934
        a1[2] 0.979164
        a1[3] 0.995275 ?
        z2[1] 2.101921
        a2[1] 0.891090
        a2[2] 0.904330
        loss 0.391829
        grads.a2[1] 0.881090
        grads.W2[1,1] 0.078064
        updated.W2[1,1] 0.360968
        updated.W2[2,1] 0.453383
        updated.W2[1,2] 0.458137
        updated.W2[2,2] 0.553629
        updated.W2[1,3] 0.557448
        updated.W2[2,3] 0.653688
        grads.W1[1,1] 0.011204 updated-weights-used|sibling-used
        updated.W1[1,1] 0.094534 updated-weights-used
        updated.W1[1,2] 0.139069 updated-weights-used
        updated.W1[2,1] 0.198211 updated-weights-used
        updated.W1[2,2] 0.246422 updated-weights-used
        updated.W1[3,1] 0.299497 updated-weights-used
        updated.W1[3,2] 0.348993 updated-weights-used
        """,
        **FIVE_TEN,
    ),
    *(
        Published(f"The same notes, the outputs of a later round: {text}", THREE_HIDDEN, text=text, **FIVE_TEN)
        for text in (
            "step10.a2[1] 0.662866 updated-weights-used\nstep10.a2[2] 0.908195 updated-weights-used",
            "step100.after.a2[1] 0.073889 updated-weights-used\nstep100.after.a2[2] 0.945864 updated-weights-used",
        )
    ),
    *(
        Published(
            "dl4nlp-tuda/deep-learning-for-nlp-lectures, lecture 7 (rnn.tex, issue 27): the outputs of a recurrent network "
            f"from the hidden state {list(h)}, with the 1 of the last output read as −1",
            (((0, 1), (1, 0), (0, 1 / 3), (0, 1)),),
            h,
            y,
            text,
            softmax=True,
        )
        for h, y, text in (
            (
                (1.0, 1.0),
                (1.0, 0.0, 0.0, 0.0),
                "a1[1] 0.37 sign-lost\na1[2] 0.37 sign-lost\na1[3] 0.19 sign-lost\na1[4] 0.05 sign-lost",
            ),
            (
                (5.0, 4.0),
                (0.0, 1.0, 0.0, 0.0),
                f"a1[1] 0.26 {EITHER}\na1[2] 0.71 {EITHER}\na1[3] 0.01\na1[4] 0.00 {EITHER}",
            ),
            (
                (3.5, 7.0),
                (0.0, 0.0, 0.0, 1.0),
                f"a1[1] 0.96 {EITHER}\na1[2] 0.02 ?\na1[3] 0.01 {EITHER}\na1[4] 0.00 {EITHER}",
            ),
        )
    ),
    Published(
        "Jason Brownlee, How to Code a Neural Network with Backpropagation In Python (From Scratch), 4. Back Propagate "
        "Error: the outputs of the last layer are those of its biases alone",
        (
            ((0.13436424411240122, 0.8474337369372327),),
            ((0.2550690257394217,), (0.4494910647887381,)),
        ),
        (1.0, 0.0),
        (0.0, 1.0),
        """
        a1[1] 0.7105668883115941
        a2[1] 0.6213859615555266 term-omitted
        a2[2] 0.6573693455986976 term-omitted
        grads.z2[1] 0.14619064683582808
        grads.z2[2] -0.0771723774346327
        grads.z1[1] 0.0005348048046610517
        """,
        ((0.763774618976614,), (0.49543508709194095, 0.651592972722763)),
    ),
)
