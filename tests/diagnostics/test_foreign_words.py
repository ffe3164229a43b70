"""Suggestions: other frameworks' words, slips of the keyboard over the registry, and words that mean nothing here."""

from __future__ import annotations

import random
import re
import string

import pytest

from specc.diagnostics import closest, did_you_mean
from specc.driver import check_source
from specc.ops import _registry as registry
from specc.ops._attributes import fields_of
from specc.ops._foreign_objects import OBJECT_ADVICE, OBJECT_ARGUMENTS, OBJECTS
from specc.ops._foreign_words import ADVICE, ATTRIBUTES, OPS, at_rank, fold
from specc.ops._keras_objects import ACTIVATION, CONSTRAINT, INITIALIZER, REGULARIZER
from specc.source import Source
from specc.spec._training_objects import LOSS, METRIC, OPTIMIZER

NAMES = [name for name in registry.names() if name != "Input"]
ATTRIBUTE_NAMES = sorted({name for op in registry.all_ops() for name in fields_of(op.attributes)})
UNRELATED = (
    "Sum", "Mean", "Einsum", "Foo", "Sort", "Where", "Not", "Abs", "Sin", "Topk", "Quantum", "Kalman", "Butterfly",
    "Whatever", "Stack", "Roll", "Cumprod", "Erf", "Custom", "Fourier", "Wavelet", "Hopfield", "Spike", "Sparse",
    "Tokenizer", "Decoder", "Encoder", "Transformer", "ResNet", "am57x",
)  # fmt: skip


def help_of(node: str) -> str:
    text = f"specc: 1\ninputs: {{x: [8, 8, 3]}}\nnodes:\n  y: {node}\noutputs: y\n"
    return " / ".join(one.help for one in check_source(Source("net.yaml", text)).diagnostics)


def test_every_word_leads_to_an_op_or_to_advice() -> None:
    for word, meant in OPS.items():
        assert word == fold(word)
        named = re.findall(r"`(?:\{op: )?([A-Z]\w+)", meant)
        assert meant in NAMES or " " in meant, word
        assert set(named) <= set(NAMES), word
    assert {one for meant in ATTRIBUTES.values() for one in meant} <= set(ATTRIBUTE_NAMES)
    assert not ATTRIBUTES.keys() & ADVICE.keys()
    assert all(word == fold(word) for word in (*ATTRIBUTES, *ADVICE))


@pytest.mark.parametrize("word", sorted(word for word in OPS if word not in {fold(name) for name in NAMES}))
def test_the_table_comes_before_edit_distance(word: str) -> None:
    advice = at_rank(OPS[word], 3) or OPS[word]
    expected = advice if " " in advice else f"`{advice}`"
    assert expected in help_of(f"{{op: {word.capitalize()}}}")


@pytest.mark.parametrize(
    ("node", "help"),
    [
        ("{op: Linear, out_features: 3}", "`Dense`"),
        ("{op: nn.Conv2d, out_channels: 3}", "`Conv2D`"),
        ("{op: Dense, units: 3, in_features: 4}", "inferred"),
        ("{op: Dense, units: 3, W_regularizer: l2}", "`kernel_regularizer`"),
        ("{op: Dense, out_features: 3}", "`units`"),
        ("{op: Conv2D, nb_filter: 3, kernel_size: 3}", "`filters`"),
        ("{op: Conv2D, filters: 3, kernel_size: 3, stride: 2}", "`strides`"),
        ("{op: Conv2D, filters: 3, kernel_size: 3, padding: 1}", "`padding: same`"),
        ("{op: Conv2D, filters: 3, kernel_size: 3, padding: [1, 1]}", "`padding: same`"),
        ("{op: LSTM, hidden_size: 3}", "`units`"),
        ("{op: BatchNormalization, eps: 0.1}", "`epsilon`"),
        ("{op: BatchNormalization, num_features: 3}", "inferred"),
        ("{op: Dropout, p: 0.1}", "`rate`"),
        ("{op: Dense, units: 2, lr: 0.1}", "optimizer"),
        ("{op: Conv, filters: 2, kernel_size: 3}", "did you mean `Conv2D`?"),
        ("{op: MaxPool, from: x}", "did you mean `MaxPooling2D`?"),
        ("{op: MaxPool, from: y}", "`MaxPooling1D`, `MaxPooling2D` or `MaxPooling3D`"),
        ("{op: Mean}", "use `GlobalAveragePooling2D`"),
    ],
)
def test_words_of_other_frameworks(node: str, help: str) -> None:
    assert help in help_of(node)


KINDS = {"initializers": INITIALIZER, "optimizers": OPTIMIZER, "losses": LOSS, "metrics": METRIC}


def test_every_word_for_an_object_leads_to_one_or_to_advice() -> None:
    for module, words in OBJECTS.items():
        for word, meant in words.items():
            assert word == fold(word)
            assert meant in KINDS[module].classes or " " in meant, word
    arguments = {name for kind in KINDS.values() for one in kind.classes.values() for name in one}
    arguments |= {name for kind in (REGULARIZER, CONSTRAINT) for one in kind.classes.values() for name in one}
    assert {one for meant in OBJECT_ARGUMENTS.values() for one in meant} - {"negative_slope"} <= arguments
    assert all(word == fold(word) for word in (*OBJECT_ARGUMENTS, *OBJECT_ADVICE))


@pytest.mark.parametrize("prefix", ["", "nn.", "tf.nn.", "F.", "torch.nn.functional.", "keras.activations.", "jax.nn."])
@pytest.mark.parametrize("ending", ["", "()"])
@pytest.mark.parametrize("name", ACTIVATION.values)
def test_activations_under_the_names_of_other_frameworks(prefix: str, ending: str, name: str) -> None:
    for spelt in (name, name.replace("_", ""), "".join(one.capitalize() for one in name.split("_"))):
        if f"{prefix}{spelt}{ending}" not in (*ACTIVATION.values, *ACTIVATION.aliases):
            found = help_of(f"{{op: Dense, units: 3, activation: '{prefix}{spelt}{ending}'}}")
            assert found == f"did you mean `{name}`?"


def test_a_wrong_digit_in_the_name_of_a_node() -> None:
    assert did_you_mean("N7", ["N1", "sum", "A"], numbered=True) == "N1"
    assert did_you_mean("N7", ["N1", "N2", "sum"], numbered=True) is None  # which of them?
    assert did_you_mean("conv_3", ["conv_12", "pool"], numbered=True) == "conv_12"
    assert did_you_mean("Conv4D", ["Conv2D"]) is None


def _edited(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name))
    while name[at].isdigit():
        at = rng.randrange(len(name))
    letter = rng.choice(string.ascii_lowercase)
    swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return rng.choice(
        [name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :], swapped]
    )


@pytest.mark.parametrize("known", [NAMES, ATTRIBUTE_NAMES], ids=["ops", "attributes"])
def test_a_slip_gives_the_name_back(known: list[str]) -> None:
    rng = random.Random(6)
    tried = [(name, _edited(name, rng)) for name in known if len(name) > 4 for _ in range(20)]
    found = sum(did_you_mean(edited, known) == name for name, edited in tried)
    assert found >= 0.97 * len(tried)


def test_no_suggestion_changes_a_digit() -> None:
    rng = random.Random(7)
    for name in NAMES:
        for near in closest(_edited(name, rng), NAMES, 5):
            digits = re.findall(r"\d", name)
            assert not digits or re.findall(r"\d", near) in ([], digits)


@pytest.mark.parametrize("word", UNRELATED)
def test_an_unrelated_word_gives_none(word: str) -> None:
    assert did_you_mean(word, [*NAMES, "am62a", "am67a", "am68a"]) is None


def test_random_words_give_none() -> None:
    rng = random.Random(8)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 14))) for _ in range(2000)]
    assert sum(did_you_mean(word, NAMES) is not None for word in words) <= 2
