"""A training as the JSON object and the CSV table other programs read (the contract, section 3)."""

from __future__ import annotations

from typing import Any

from backprop_tutor.engine.long_run import LongRun
from backprop_tutor.engine.record import number, plain

VERSION = 1


def training_record(run: LongRun) -> dict[str, Any]:
    """The training object: `curve` holds the loss before each epoch, thinned evenly to at most 1,000 points."""
    graph = run.scenario.graph
    parameters = run.last.position.parameters
    return {
        "format": "backprop-tutor/training",
        "version": VERSION,
        "steps": run.last.position.updates,
        "epochs": run.last.epochs,
        "stopped": run.stopped,
        "loss": {"first": number(run.first.look.loss), "last": number(run.last.look.loss)},
        "curve": [number(loss) for epochs, loss in run.curve.points if epochs < run.last.epochs],
        "parameters": {name: plain(graph, graph.nodes[graph.index[name]], a) for name, a in parameters.items()},
    }


def curve_table(run: LongRun) -> str:
    """The loss curve as CSV: after how many epochs, the loss; the last row is where the training ended."""
    return "".join(("epochs,loss\n", *(f"{epochs},{loss!r}\n" for epochs, loss in run.points)))
