"""Warnings about specs that are valid and most likely not meant."""

from __future__ import annotations

import pytest

from tests.checks import check_text, codes


def drop(attributes: str) -> list[str]:
    return codes(check_text(f"specc: 1\ninputs: {{x: [4]}}\nnodes: {{d: {{op: Dropout, {attributes}}}}}\noutputs: d\n"))


@pytest.mark.parametrize("attributes", ["rate: 0", "rate: 0.5", "keep_prob: 0.5", "keep_prob: 1"])
def test_a_moderate_drop_rate_is_no_slip(attributes: str) -> None:
    assert drop(attributes) == []


@pytest.mark.parametrize("attributes", ["rate: 0.51", "rate: 0.7", "rate: 1", "keep_prob: 0.49", "keep_prob: 0.0"])
def test_a_high_drop_rate_is_told(attributes: str) -> None:
    assert drop(attributes) == ["high-drop-rate"]


def test_a_dropout_that_is_called_again_is_told_once() -> None:
    checked = check_text("""
        specc: 1
        inputs: {x: [4]}
        nodes: {d: {op: Dropout, rate: 0.8}, e: {call: d}}
        outputs: e
    """)
    assert codes(checked) == ["high-drop-rate"]


@pytest.mark.parametrize("op", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ("[13, 1]", "[13]", True),  # the slip: a column and a row
        ("[1, 5]", "[4, 1]", True),
        ("[2, 1, 3]", "[1, 4, 1]", True),
        ("[13]", "[13]", False),
        ("[13, 1]", "[13, 1]", False),
        ("[8, 8, 3]", "[1, 1, 3]", False),  # a gate
        ("[8, 8, 3]", "[3]", False),  # a bias
        ("[8, 8, 3]", "[1]", False),
        ("[1]", "[1, 1]", False),
    ],
)
def test_only_a_mutual_stretch_is_told(op: str, left: str, right: str, told: bool) -> None:
    checked = check_text(
        f"specc: 1\ninputs: {{a: {left}, b: {right}}}\nnodes: {{s: {{op: {op}, from: [a, b]}}}}\noutputs: s\n"
    )
    assert codes(checked) == (["silent-broadcast"] if told else [])


def norm(attributes: str, fit: str) -> list[str]:
    return codes(
        check_text(f"""
            specc: 1
            inputs: {{x: [4]}}
            nodes: {{n: {{op: BatchNormalization{attributes}}}, out: {{op: Dense, units: 1}}}}
            outputs: out
            training: {{optimizer: Adam, loss: mse, fit: {{{fit}}}}}
        """)
    )


@pytest.mark.parametrize(
    ("attributes", "fit", "told"),
    [
        ("", "epochs: 4, steps_per_epoch: 100", True),
        ("", "epochs: 1, steps_per_epoch: 446", True),
        ("", "epochs: 1, steps_per_epoch: 447", False),
        ("", "steps_per_epoch: 447", False),
        ("", "epochs: 1000", False),  # how many steps that are depends on the data
        (", momentum: 0.999", "epochs: 44, steps_per_epoch: 100", True),
        (", momentum: 0.999", "epochs: 45, steps_per_epoch: 100", False),
        (", momentum: 0", "epochs: 1, steps_per_epoch: 1", False),
        (", momentum: 1", "epochs: 1000, steps_per_epoch: 1000", True),
        (", momentum: 0.999, trainable: false", "epochs: 1, steps_per_epoch: 1", False),
    ],
)
def test_statistics_too_slow_for_the_training_are_told(attributes: str, fit: str, told: bool) -> None:
    assert norm(attributes, fit) == (["unsettled-statistics"] if told else [])


@pytest.mark.parametrize("steps", [1, 3, 10, 100, 400, 2000])
def test_the_advised_momentum_is_slow_enough(steps: int) -> None:
    text = f"""
        specc: 1
        inputs: {{x: [4]}}
        nodes: {{n: {{op: BatchNormalization, momentum: MOMENTUM}}, out: {{op: Dense, units: 1}}}}
        outputs: out
        training: {{optimizer: Adam, loss: mse, fit: {{steps_per_epoch: {steps}}}}}
    """
    (found,) = check_text(text.replace("MOMENTUM", "0.9999")).diagnostics
    advised = found.help.split("`")[1].removeprefix("momentum: ")
    assert codes(check_text(text.replace("MOMENTUM", advised))) == []
