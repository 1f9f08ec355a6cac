"""What a hypothesis costs, and a diagnosis that goes through all pairs or a long run: ``python -m tests.benchmarks.diagnosis``."""

from __future__ import annotations

from itertools import combinations
from time import process_time

import backprop_tutor as bt
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis
from backprop_tutor.practice.diagnosis.hypotheses import changes, singles
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.diagnosis.submitted_value import Entry
from backprop_tutor.whatif.predictions import PredictionTable
from tests.benchmarks import by_hand
from tests.benchmarks.__main__ import measured, show
from tests.benchmarks.works import BY_HAND, OURS, Work, arrays, network
from tests.practice.learners import Classroom

REPEATED = 1000
UPDATES = 10_000
TRAINED = [Entry("after.a2[1]", "0.015912196")]
UNEXPLAINED = [Entry("after.loss", "0.123456789")]
PER_HYPOTHESIS, WITHIN = 4.0, 1.0


def hypotheses(scenario: Scenario) -> Work:
    """All numbers of pairs of mistakes, evenly chosen, against as many steps by hand with a second forward pass."""
    every = [(*changes(a), *changes(b)) for a, b in combinations(_broad(scenario), 2)]
    pairs = every[:: len(every) // REPEATED][:REPEATED]
    table, given = PredictionTable(scenario, Classroom(scenario).seats), arrays(scenario)

    def steps_by_hand() -> None:
        for _ in range(REPEATED):
            by_hand.step_with_loss_after(*given, 0.5)

    def ours() -> None:
        table.rows(pairs)

    return Work(f"{REPEATED:,} hypotheses on 3-3-3", {BY_HAND: steps_by_hand, OURS: ours}, {OURS: PER_HYPOTHESIS})


def _broad(scenario: Scenario) -> list:
    return [h for h in singles(scenario) if all(made.site.broad and made.mistake.pairs for made in h.definition)]


def main() -> None:
    """The ratio for one hypothesis, and the seconds for all pairs."""
    scenario = network((3, 3, 3), 1, Training(learning_rate=0.5))
    work = hypotheses(scenario)
    show(work, measured(work))
    all_pairs = Work("a diagnosis through all pairs", {OURS: lambda: diagnose(case(scenario, UNEXPLAINED))}, {})
    (seconds,) = measured(all_pairs).values()
    print(f"{all_pairs.name}, {len(_broad(scenario))} mistakes: {seconds:.3f} s (at most {WITHIN} s)")
    found, seconds = _long_run()
    print(f"a run of {UPDATES:,} updates, {found.tried} hypotheses: {seconds:.1f} s of processor time, at every place")


def _long_run() -> tuple[Diagnosis, float]:
    """The published figure of a trained network, held against every single mistake from the first step on."""
    began = process_time()
    return diagnose(case(bt.load("mazur-two-two-two"), TRAINED, at_step=UPDATES)), process_time() - began


if __name__ == "__main__":
    main()
