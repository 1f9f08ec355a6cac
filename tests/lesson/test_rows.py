"""Tables over examples: each row says which example it is of, and all examples share one table."""

from __future__ import annotations

import backprop_tutor as bt
from backprop_tutor.fast.choice import choose_trainer
from backprop_tutor.lesson.document import Block, Section, Table
from backprop_tutor.lesson.training.long_run import training_document
from backprop_tutor.training.long_run import train
from backprop_tutor.training.stopping import Criteria


def tables(blocks: tuple[Block, ...]) -> list[Table]:
    """Every table of some sections, however deep."""
    inside = [tables(block.blocks) for block in blocks if isinstance(block, Section)]
    return [*(block for block in blocks if isinstance(block, Table)), *(table for part in inside for table in part)]


def test_all_examples_share_one_table_of_blame() -> None:
    """Four examples of two hidden units: one table of eight rows, so that no width makes two of one and one of another."""
    (backward,) = bt.teach(bt.run(bt.load("xor")), view="deltas", only="backward", notation="brackets").blocks
    assert isinstance(backward, Section)
    assert [len(table.rows) for table in tables((backward,))] == [8]
    assert "thrown away" in bt.render(
        bt.teach(bt.run(bt.load("xor")), view="deltas", notation="theta"), "text", width=100
    )


def test_a_prediction_stands_beside_its_inputs() -> None:
    """x₁ and x₂ of each example, before target and prediction."""
    scenario = bt.load("xor")
    text = bt.render(
        training_document(train(scenario, choose_trainer(scenario), Criteria(epochs=2)), "en"), "text", width=100
    )
    header = next(line for line in text.splitlines() if "target" in line)
    assert header.split()[:3] == ["x₁", "x₂", "target"]
    assert [line.split()[:4] for line in text.splitlines() if line.strip().startswith("a⁽²⁾₁@")] == [
        ["a⁽²⁾₁@1", "0", "0", "0"],
        ["a⁽²⁾₁@2", "0", "1", "1"],
        ["a⁽²⁾₁@3", "1", "0", "1"],
        ["a⁽²⁾₁@4", "1", "1", "0"],
    ]
