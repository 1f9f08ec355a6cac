"""``python -m tests.recognition programs``: how many wrong programs are named, how many right ones are left alone, how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from time import process_time
from typing import Any

import numpy as np

from backprop_tutor.programs.diagnosis import ArrayDiagnosis, diagnose_arrays
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.naming import names_of
from tests.recognition.programs_bugs import BASES, BUGS, Bug
from tests.recognition.programs_clean import CLEAN, Clean
from tests.recognition.programs_edits import mutants
from tests.recognition.programs_operations import OPERATIONS, named
from tests.recognition.programs_run import diagnosed, gradients_of, network

NOISE = 40
LARGE = (((64, 32, 10), 16), ((784, 128, 10), 32))


def is_named(bug: Bug) -> tuple[bool, ArrayDiagnosis]:
    """Whether the first explanation is one slip, at the line where the bug is."""
    base = BASES[bug.base]
    assert bug.old in base.text, bug
    scenario = network(base)
    found = gradients_of(base.text.replace(bug.old, bug.new), scenario, base.layout)
    assert found is not None, bug
    answer = diagnosed(scenario, found)
    if not answer.explanations:
        return False, answer
    return bool(lines_of(answer) & set(bug.lines)) and len(answer.explanations[0].slips) == 1, answer


def lines_of(answer: ArrayDiagnosis) -> set[str]:
    """The lines of the first explanation."""
    best = answer.explanations[0]
    return {best.bench.program.lines[edit.line].name for slip in best.slips for edit in slip.edits}


def right_verdicts() -> Iterator[tuple[str, str, str]]:
    """What is said of the right programs, in double and single precision, over several numbers."""
    for base in BASES.values():
        for seed in range(6):
            scenario = network(base, seed)
            for dtype in (np.float64, np.float32):
                found = gradients_of(base.text, scenario, base.layout, dtype)
                yield base.name, dtype.__name__, diagnosed(scenario, found).verdict


def mechanical(clean: Clean) -> Iterator[tuple[str, bool, str]]:
    """Every mechanical edit that changes a gradient: what was done, whether it is plausible, the verdict."""
    scenario, seen = network(clean), set()
    right = gradients_of(clean.text, scenario, clean.layout)
    assert right is not None
    for what, text, plausible in mutants(clean.text):
        found = gradients_of(text, scenario, clean.layout)
        if found is None or set(found) != set(right) or _same(found, right):
            continue
        key = tuple(np.asarray(array).tobytes() for array in found.values())
        if key not in seen:
            seen.add(key)
            yield what, plausible, diagnosed(scenario, found).verdict


def _same(found: Any, right: Any) -> bool:
    return all(
        np.size(found[name]) == np.size(array)
        and np.allclose(np.reshape(found[name], np.shape(array)), array, rtol=1e-6, atol=1e-9)
        for name, array in right.items()
    )


def noise(count: int = NOISE) -> int:
    """How many sets of random wrong arrays are given a cause."""
    random, named = np.random.default_rng(1), 0
    for i in range(count):
        clean = CLEAN[i % len(CLEAN)]
        scenario = network(clean, i)
        found = gradients_of(clean.text, scenario, clean.layout)
        wrong = {name: array * random.uniform(0.5, 1.5, np.shape(array)) for name, array in (found or {}).items()}
        named += diagnosed(scenario, wrong).verdict == "explained"
    return named


def seconds(sizes: tuple[int, ...], examples: int) -> tuple[int, float]:
    """The number of gradients of a large network, and how long one diagnosis of a wrong one takes, in CPU time."""
    scenario = example_network(sizes, ("tanh", "softmax"), "cross_entropy", examples=examples)
    x, y = scenario.data["x"], scenario.data["y"]
    W1, b1, W2, b2 = (scenario.parameters[name] for name in ("W1", "b1", "W2", "b2"))
    a1 = np.tanh(W1 @ x + b1)
    e = np.exp(W2 @ a1 + b2)
    dz2 = (e / e.sum(axis=0) - y) / examples
    dz1 = W2.T @ dz2 * (1 - a1)
    arrays = {"W1": dz1 @ x.T, "b1": dz1.sum(axis=1), "W2": dz2 @ a1.T, "b2": dz2.sum(axis=1)}
    started = process_time()
    found = diagnose_arrays(scenario, arrays)
    assert names_of(found.explanations[0]) == ["derivative-is-complement"], names_of(found.explanations[0])
    return sum(array.size for array in arrays.values()), process_time() - started


def main() -> None:
    """The table."""
    good = 0
    for bug in BUGS:
        hit, answer = is_named(bug)
        good += hit
        if not hit:
            print("MISS", bug, answer.verdict, names_of(answer.explanations[0]) if answer.explanations else "")
    print(f"wrong programs named: {good} of {len(BUGS)}")
    for dtype in ("float64", "float32"):
        verdicts = [verdict for _, kind, verdict in right_verdicts() if kind == dtype]
        print(f"right programs called right, {dtype}: {verdicts.count('correct')} of {len(verdicts)}")
    counts: Counter[tuple[bool, bool]] = Counter()
    for clean in CLEAN:
        for _, plausible, verdict in mechanical(clean):
            counts[plausible, verdict in ("explained", "correct")] += 1
    for plausible, said in ((True, "plausible mechanical edits"), (False, "all other mechanical edits")):
        print(f"{said} explained: {counts[plausible, True]} of {counts[plausible, True] + counts[plausible, False]}")
    for operation in OPERATIONS:
        bugs = named(operation)
        missed = "".join(f"\n  MISS {new}" for new, is_named_ in bugs if not is_named_)
        right = verdicts(operation).count("correct")
        print(
            f"{operation.name}: {sum(hit for _, hit in bugs)} of {len(bugs)} named, right in {right} of 2 precisions{missed}"
        )
    print(f"random wrong arrays given a cause: {noise()} of {NOISE}")
    for sizes, examples in LARGE:
        print("{:,} gradients: {:.2f} s".format(*seconds(sizes, examples)))
