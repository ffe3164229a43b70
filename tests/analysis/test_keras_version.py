"""What needs a newer Keras than the installed one is an error that names the version, and known without Keras."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from specc.driver import REFERENCE
from specc.emit import module_text
from specc.ops import _keras_versions as versions
from specc.ops._keras_versions import FLOOR, SINCE

from ..checks import check_text, codes, right

NODES = {
    **{
        f"keras.layers.Adaptive{kind}Pooling{axes}D": (
            f"[{'8, ' * axes}2]",
            f"{{op: Adaptive{kind}Pooling{axes}D, output_size: 2}}",
        )
        for kind in ("Average", "Max")
        for axes in (1, 2, 3)
    },
    "keras.layers.BatchNormalization.renorm": ("[4]", "{op: BatchNormalization, renorm: true}"),
    "keras.layers.BatchNormalization.renorm_clipping": (
        "[4]",
        "{op: BatchNormalization, renorm_clipping: {rmax: 2.0}}",
    ),
    "keras.layers.BatchNormalization.renorm_momentum": ("[4]", "{op: BatchNormalization, renorm_momentum: 0.5}"),
    **{
        f"keras.layers.{name}.{argument}": ("[4, 2]", f"{{op: {name}, {sizes}, {argument}: {value}, from: [x, x]}}")
        for name, sizes in (
            ("GroupQueryAttention", "head_dim: 2, num_query_heads: 2, num_key_value_heads: 1"),
            ("MultiHeadAttention", "num_heads: 2, key_dim: 2"),
        )
        for argument, value in (("sliding_window", "2"), ("use_gate", "true"))
    },
}
TRAINING = {
    "keras.metrics.SparseCategoricalCrossentropy.ignore_class": (
        "metrics: [{op: SparseCategoricalCrossentropy, ignore_class: 1}]"
    ),
    "keras.optimizers.Muon.adam_weight_decay": "optimizer: {op: Muon, adam_weight_decay: 0.5}",
    "keras.optimizers.Muon.rms_rate": "optimizer: {op: Muon, rms_rate: 0.5}",
    "keras.optimizers.ScheduleFreeAdamW": "optimizer: ScheduleFreeAdamW",
}


def installed(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    monkeypatch.setattr("specc.analysis.keras_version.installed", lambda: version)


def spec(name: str) -> str:
    """A network that uses what a row of the table names."""
    if name in NODES:
        shape, node = NODES[name]
        return f"specc: 1\ninputs: {{x: {shape}}}\nnodes:\n  y: {node}\noutputs: y\n"
    own = {"optimizer": "optimizer: Adam", "loss": "loss: mse"} | {TRAINING[name].split(":")[0]: TRAINING[name]}
    training = "".join(f"  {line}\n" for line in own.values())
    return f"specc: 1\ninputs: {{x: [4]}}\nnodes:\n  y: {{op: Dense, units: 3}}\noutputs: y\ntraining:\n{training}"


def test_every_row_of_the_table_has_a_network() -> None:
    assert NODES.keys() | TRAINING.keys() == SINCE.keys()
    assert all(versions.release(FLOOR) < versions.release(since) for since in SINCE.values())


@pytest.mark.parametrize("name", sorted(SINCE))
def test_a_keras_that_is_too_old_is_an_error_that_names_the_version(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    major, minor = versions.release(SINCE[name])
    installed(monkeypatch, f"{major}.{minor - 1}.2")
    checked = check_text(spec(name))
    found = [one for one in checked.diagnostics if one.code == "keras-version"]
    assert len(found) == 1
    assert f"needs Keras {SINCE[name]} or newer, found {major}.{minor - 1}.2" in found[0].message
    assert f"keras>={SINCE[name]}" in found[0].help
    assert found[0].labels[0].span is not None and found[0].labels[0].span.line > 3


@pytest.mark.parametrize("name", sorted(SINCE))
def test_a_new_enough_keras_and_none_at_all_are_met_with_silence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in (f"{SINCE[name]}.0", f"{SINCE[name]}.0rc1", "4.0.0", None):
        installed(monkeypatch, version)
        assert "keras-version" not in codes(check_text(spec(name)))


@pytest.mark.parametrize("name", sorted(SINCE))
def test_a_module_names_the_keras_that_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, None)
    checked = check_text(spec(name), targets=[REFERENCE])
    assert checked.spec is not None and checked.ok
    text = module_text(checked.spec, checked.lowered[REFERENCE], checked.targets[REFERENCE])
    assert f"\nNeeds Keras {SINCE[name]} or newer.\n" in text.split('"""')[1]


def test_what_is_used_twice_inside_blocks_or_layers_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "3.12.0")
    text = """
    specc: 1
    inputs: {x: [4, 3]}
    blocks:
      tail: {inputs: x, nodes: {norm: {op: BatchNormalization, renorm: true, from: x}}, outputs: norm}
    nodes:
      one: {block: tail}
      two: {block: tail}
      steps: {op: TimeDistributed, layer: {op: BatchNormalization, renorm: true}}
      parts: {op: AdaptiveAveragePooling1D, output_size: 2}
      again: {op: AdaptiveAveragePooling1D, output_size: 2}
    outputs: again
    """
    found = check_text(text).diagnostics
    assert [one.code for one in found] == ["keras-version"] * 2
    assert {one.message.partition(" needs ")[0].partition(": ")[2] for one in found} == {
        "`renorm` of BatchNormalization",
        "`AdaptiveAveragePooling1D`",
    }


def test_a_keras_below_the_oldest_accepted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "3.11.0")
    (found,) = check_text(spec("keras.layers.BatchNormalization.renorm")).diagnostics
    assert found.message == f"specc needs Keras {FLOOR} or newer, found 3.11.0"


def test_the_oldest_accepted_keras_is_the_declared_one() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"keras>={FLOOR}" in project["dependencies"]


def test_the_installed_keras_has_what_a_plain_network_needs() -> None:
    right("specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: y\n")
