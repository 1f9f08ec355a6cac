"""A training as the JSON object and the CSV table other programs read (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backprop_tutor.records.trace import number, plain
from backprop_tutor.training.long_run import LongRun
from backprop_tutor.whatif.comparison import Contender

VERSION = 1
HEAD = ("format", "version")


def training_record(run: LongRun) -> dict[str, Any]:
    """The training object: `curve` contains the loss before each epoch, thinned evenly to at most 1,000 points."""
    graph = run.scenario.graph
    parameters = run.last.position.parameters
    return {
        "format": "backprop-tutor/training",
        "version": VERSION,
        "steps": run.last.position.updates,
        "epochs": run.last.epochs,
        "stopped": run.stopped,
        "loss": {"first": number(run.first.evaluate.loss), "last": number(run.last.evaluate.loss)},
        "curve": [number(loss) for epochs, loss in run.curve.points if epochs < run.last.epochs],
        "parameters": {name: plain(graph, graph.nodes[graph.index[name]], a) for name, a in parameters.items()},
    }


def comparison_record(contenders: Iterable[Contender]) -> dict[str, Any]:
    """Several trainings of one scenario: for each its optimizer, its learning rate and the training object's contents."""
    return {
        "format": "backprop-tutor/trainings",
        "version": VERSION,
        "trainings": [
            {
                "optimizer": contender.optimizer,
                "learning_rate": contender.learning_rate,
                **{key: part for key, part in training_record(contender.run).items() if key not in HEAD},
            }
            for contender in contenders
        ],
    }


def curve_table(run: LongRun) -> str:
    """The loss curve as CSV: the epoch and the loss; the last row is the end of the training."""
    return "".join(("epochs,loss\n", *(f"{epochs},{loss!r}\n" for epochs, loss in run.points)))
