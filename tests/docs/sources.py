"""Where in the course each part of the five source documents is taught, with what shows that it is there.

`says` are words of the unit's lesson, `has` numbers of its scenario as the document has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NOTHING: Mapping[str, str] = {}


class Taught(NamedTuple):
    """A part of a document, the unit that teaches it, and what shows it."""

    document: str
    part: str
    unit: str
    says: str = ""
    has: Mapping[str, str] = NOTHING


SOURCES = (
    Taught("000", "forward through 2-2-2-1, layer by layer", "blame", has={"values.y[1]": "1", "values.z1[1]": "0.38"}),
    Taught("000", "bias units, always +1 and not counted", "blame", "always +1 and not counted"),
    Taught("000", "the logarithmic cost of one example", "blame", "the logarithmic cost"),
    Taught("000", "δ as the error of a unit: its blame", "blame", "share of the blame"),
    Taught("000", "what δ is formally: nudge z, and the cost moves", "blame", "Nudge z by a thousandth"),
    Taught("000", "backward, from right to left", "blame", "goes from right to left"),
    Taught("000", "erratum: y − a for a − y", "blame", "where a lecture says y − a"),
    Taught("000", "erratum: the weighted sum without g′(z)", "blame", "The sum alone is the derivative by a"),
    Taught("000", "the δ of bias units are thrown away", "blame", "nobody needs its δ"),
    Taught("001", "logistic regression as a graph: z, a, L", "logistic-unit", "−(y ln a + (1 − y) ln(1 − a))"),
    Taught("001", "da, and dz = a − y", "logistic-unit", "dL/dz = a − y"),
    Taught("001", "dw = dz · x, db = dz", "logistic-unit", "dL/db = dL/dz"),
    Taught("001", "two layers: the six equations", "shapes", "the way back is six equations"),
    Taught("001", "a quantity and its derivative have the same shape", "shapes", "always have the same shape"),
    Taught("001", "m examples as columns, 1/m once", "batch", "every column is an example of its own"),
    Taught("001", "weights start at random, not at zero", "random-start", "twins"),
    Taught("002", "one unit: the delta rule", "one-unit", "δ = (d − o) f′(net)"),
    Taught("002", "gradient descent with a learning rate", "one-unit", "learning rate times delta times input"),
    Taught("002", "any unit: one rule, two kinds of delta", "several-outputs", "One rule holds for any unit"),
    Taught(
        "002", "a hidden unit: the sum over all units that it feeds", "several-outputs", "over all units that j feeds"
    ),
    Taught("002", "the error of a pattern, and of all", "several-outputs", "E_p = ½ Σ (d_k − o_k)²"),
    Taught("002", "three rules of differentiation", "several-outputs", "a constant factor, a sum and the chain rule"),
    Taught("002", "patterns online and in a batch", "several-outputs", "online learning"),
    Taught("002", "when to stop", "several-outputs", "until the error is small enough"),
    Taught("002", "deeper networks, missing connections", "several-outputs", "where there is no connection"),
    Taught("002", "credit assignment", "hidden-layer", "acts on the loss through every unit it feeds"),
    Taught("002", "the two assumptions on the cost", "four-equations", "Two things are assumed of the cost"),
    Taught("002", "named there: momentum", "momentum", "velocity"),
    Taught("002", "named there: Adam", "adam", "two averages"),
    Taught("002", "named there: regularisation", "weight-penalty", "A penalty puts a price on them"),
    Taught("002", "named there: cross-entropy", "logistic-unit", "cross-entropy"),
    Taught("003", "w_jk: to unit j from unit k", "four-equations", "leads to unit j from unit k"),
    Taught("003", "a function taken element by element", "four-equations", "makes [4, 9] of [2, 3]"),
    Taught("003", "the weighted input z = w a + b in matrices", "four-equations", "z = w a + b needs no transpose"),
    Taught("003", "the quadratic cost", "four-equations", "C = 1/(2n) Σ ‖y − a‖²"),
    Taught("003", "the two assumptions", "four-equations", "a mean over examples"),
    Taught("003", "the four equations, which the chapter announces", "four-equations", "four equations say everything"),
    Taught(
        "004", "a network with five and then three hidden units", "every-number", "five hidden units and then three"
    ),
    Taught(
        "004",
        "every number on the way forward of 2-2-1",
        "forward-pass",
        "W_ji is the weight from i to j",
        {
            "values.z1[1]": "0.61",
            "values.z1[2]": "0.31",
            "values.a1[1]": "0.647941",
            "values.a1[2]": "0.576885",
            "values.z2[1]": "0.605307",
            "values.a2[1]": "0.646870",
            "values.loss": "0.062351",
        },
    ),
    Taught("004", "the chain rule on sin(x³ + 5)", "chain-rule", "f(x) = sin(x³ + 5)"),
    Taught("004", "y = (a + b)(b c): paths and sums", "sum-over-paths", "b goes two ways", {"values.y": "18"}),
    Taught("004", "four steps for each weight", "every-number", "Four steps do for every weight"),
    Taught("004", "all six weights from the old ones", "every-number", "only then are all six replaced"),
    Taught("004", "the loss after is smaller", "every-number", "forward once more", {"after.loss": "0.061845"}),
    Taught("004", "factors are kept and used again", "every-number", "computed once, kept, and used again"),
    Taught("004", "erratum: h(1 − h) for O(1 − O)", "every-number", "h(1 − h) is written"),
    Taught("004", "erratum at the output layer", "output-layer", "the best known slip"),
)
