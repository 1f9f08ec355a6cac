"""What a hypothesis costs, and a diagnosis that goes through all pairs or a long run: ``python -m tests.benchmarks.diagnosis``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations
from time import process_time

import backprop_tutor as bt
from backprop_tutor.graph.scenario import Scenario, Training
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis
from backprop_tutor.practice.diagnosis.hypotheses import changes, hypotheses_after, singles
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.diagnosis.submitted_value import Entry
from backprop_tutor.practice.edits.explain import Search
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
ONE_GRADIENT = [Entry("grads.W1[1,1]", "0.123456")]
OF_EDITS, OF_PAIRS, OF_A_LONG_RUN = 5, 2.0, 5.0
"""How often a diagnosis by edits is made, the fastest counting; how many seconds it may take with pairs, and after many updates."""


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
    batch = partial(network, (3, 3, 3), 4, Training(learning_rate=0.5))
    for name, load, most in (("two-two-one", partial(bt.load, "two-two-one"), 0.06), ("3-3-3, 4 examples", batch, 0.4)):
        print(f"all edits of {name}: {_least(_edits, load):.3f} s of processor time (at most {most} s)")
    print(f"the same of 3-3-3, 4 examples, with pairs: {_least(_pairs, batch):.3f} s (at most {OF_PAIRS} s)")
    found, seconds = _long_run()
    print(f"a run of {UPDATES:,} updates, {found.tried} hypotheses: {seconds:.1f} s (at most {OF_A_LONG_RUN} s)")


def _least(diagnosed: Callable[[Scenario], object], load: Callable[[], Scenario]) -> float:
    """The least processor time of a diagnosis of a scenario that nothing is known of yet, after start-up."""
    times = []
    for _ in range(OF_EDITS):
        scenario = load()
        began = process_time()
        diagnosed(scenario)
        times.append(process_time() - began)
    return min(times)


def _edits(scenario: Scenario) -> object:
    """All single mistakes and edits."""
    given, among = case(scenario, ONE_GRADIENT), hypotheses_after(scenario)
    return Search(given, [0], [], among, given.rows(among)).found()


def _pairs(scenario: Scenario) -> object:
    return diagnose(case(scenario, ONE_GRADIENT))


def _long_run() -> tuple[Diagnosis, float]:
    """The published figure of a trained network, held against every single mistake from the first step on."""
    began = process_time()
    return diagnose(case(bt.load("mazur-two-two-two"), TRAINED, at_step=UPDATES)), process_time() - began


if __name__ == "__main__":
    main()
