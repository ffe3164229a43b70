"""Types of every value: through chains, loops, states that start from numbers, shared layers; else what is said."""

from __future__ import annotations

import pytest

from tests.checks import check_text, codes, right, shapes


def test_types_go_along_a_chain() -> None:
    assert shapes(
        right("""
            specc: 1
            inputs: {image: [8, 8, 3]}
            nodes:
              conv: {op: Conv2D, filters: 4, kernel_size: 3}
              pool: {op: MaxPooling2D}
              flat: {op: Flatten}
              wide: {op: Dense, units: 7}
            outputs: wide
        """)
    ) == {"image": (8, 8, 3), "conv": (6, 6, 4), "pool": (3, 3, 4), "flat": (36,), "wide": (7,)}


def test_ports_have_types_of_their_own() -> None:
    checked = right("""
        specc: 1
        inputs: {x: [5, 3]}
        nodes:
          rnn: {op: SimpleRNN, units: 4, return_sequences: true, return_state: true}
        outputs: [rnn.sequence, rnn.state_h]
    """)
    assert checked.types["rnn", "sequence"].shape == (5, 4)
    assert checked.types["rnn", "state_h"].shape == (4,)


def test_dtypes_are_part_of_a_type() -> None:
    checked = right("""
        specc: 1
        inputs: {counts: {shape: [4], dtype: int32}}
        nodes: {sum: {op: Add, from: [counts, counts]}, flat: {op: Flatten}, half: {op: Rescaling, scale: 0.5}}
        outputs: [half, flat]
    """)
    assert [checked.types[name, "out"].dtype for name in ("counts", "sum", "flat", "half")] == [
        "int32",
        "int32",
        "int32",
        "float32",
    ]


LOOP = """
    specc: 1
    inputs: {{x: [4], y: [6, 4]}}
    nodes:
      {nodes}
      keep: {{op: Flatten, from: x}}
      kept: {{op: Flatten, from: y}}
    loops:
      settle:
        passes: 3
        states: {{{states}}}
        {collect}
    outputs: [keep, kept, {outputs}]
"""


def loop(nodes: str, states: str, outputs: str, collect: str = "") -> str:
    lines = nodes.replace("; ", "\n      ")
    return LOOP.format(nodes=lines, states=states, outputs=outputs, collect=collect and f"collect: {{{collect}}}")


@pytest.mark.parametrize(
    ("nodes", "states", "expected"),
    [
        ("f: {op: Dense, units: 4, from: s}", "s: {init: x, next: f}", {"s": (4,)}),
        ("f: {op: Dense, units: 4, from: s}", "s: {init: y, next: f}", {"s": (6, 4)}),
        # from zeros: what the op itself says
        ("f: {op: Dense, units: 9, from: s}", "s: {init: zeros, next: f}", {"s": (9,)}),
        # from zeros: what the other operands say
        ("f: {op: Add, from: [s, x]}", "s: {init: zeros, next: f}", {"s": (4,)}),
        ("f: {op: Add, from: [x, s]}; g: {op: Dense, units: 4, from: f}", "s: {init: ones, next: g}", {"s": (4,)}),
        ("f: {op: Multiply, from: [s, y]}; g: {op: ReLU, from: f}", "s: {init: ones, next: g}", {"s": (6, 4)}),
        # from zeros: a layer after a join of unknown size
        (
            "f: {op: Concatenate, from: [x, s]}; g: {op: Dense, units: 5, from: f}",
            "s: {init: zeros, next: g}",
            {"s": (5,), "f": (9,)},
        ),
        # from zeros: a value from outside the loop
        (
            "f: {op: Dense, units: 4, from: x}; g: {op: Add, from: [s, t]}",
            "s: {init: zeros, next: f}, t: {init: x, next: g}",
            {"s": (4,)},
        ),
        # from zeros: chains of states, against the order of the text
        (
            "f: {op: Add, from: [x, s]}; g: {op: Flatten, from: v}",
            "v: {init: ones, next: u}, u: {init: zeros, next: t}, t: {init: zeros, next: s}, s: {init: x, next: f}",
            {"v": (4,), "u": (4,), "t": (4,)},
        ),
        (
            "f: {op: Add, from: [x, s]}; g: {op: Flatten, from: v}",
            "s: {init: zeros, next: f}, t: {init: zeros, next: s}, u: {init: ones, next: t}, v: {init: zeros, next: u}",
            {"s": (4,), "t": (4,), "u": (4,), "v": (4,)},
        ),
        # two states that need each other
        (
            "f: {op: Concatenate, from: [s, t]}; g: {op: Dense, units: 2, from: f}; h: {op: Dense, units: 3, from: f}",
            "s: {init: zeros, next: g}, t: {init: zeros, next: h}",
            {"s": (2,), "t": (3,), "f": (5,)},
        ),
    ],
)
def test_a_state_has_the_type_of_its_init_or_of_its_first_next(
    nodes: str, states: str, expected: dict[str, tuple[int, ...]]
) -> None:
    last = nodes.rsplit("; ", maxsplit=1)[-1].split(":", maxsplit=1)[0]
    checked = check_text(loop(nodes, states, ", ".join([*expected, last])))
    assert checked.ok, [one.message for one in checked.diagnostics]
    found = shapes(checked)
    assert {name: found[name] for name in expected} == expected


ZEROS = "s: {init: zeros, next: f}"


@pytest.mark.parametrize(
    ("nodes", "states", "found"),
    [
        ("f: {op: Dense, units: 5, from: s}", "s: {init: x, next: f}", "state-mismatch"),
        ("f: {op: Flatten, from: s}", "s: {init: y, next: f}", "state-mismatch"),
        ("f: {op: Flatten, from: s}", ZEROS, "state-shape-unknown"),
        ("f: {op: Concatenate, from: [s, x]}", ZEROS, "state-shape-unknown"),
        ("f: {op: Reshape, target_shape: [2, -1], from: s}", ZEROS, "state-shape-unknown"),
        # what went wrong is elsewhere, and is what is said
        ("f: {op: Add, from: [s, g]}; g: {op: ZeroPadding2D, from: x}", ZEROS, "shape-mismatch"),
        ("f: {op: Add, from: [s, g]}; g: {op: Dense, units: 0, from: x}", ZEROS, "bad-value"),
        ("f: {op: Flatten, from: g}; g: {op: Dens, from: s}", ZEROS, "unknown-op"),
        ("f: {op: Add, from: [s, q]}", ZEROS, "unknown-reference"),
        ("f: {op: Add, from: [s, t]}", f"{ZEROS}, t: {{init: q, next: f}}", "unknown-reference"),
    ],
)
def test_a_state_without_a_type_is_one_mistake(nodes: str, states: str, found: str) -> None:
    assert codes(check_text(loop(nodes, states, "f, s"))) == [found]


def test_a_state_whose_first_pass_does_not_fit_says_where() -> None:
    nodes = "f: {op: Add, from: [s, y]}; z: {op: Dense, units: 7, from: x}; g: {op: Add, from: [f, x, z]}"
    (found,) = check_text(loop(nodes, "s: {init: zeros, next: g}", "s")).diagnostics
    assert found.code == "state-shape-unknown"
    assert "`g` does not fit: Add takes operands of one shape, found [6, 4] and [7]" in found.notes[0]


def test_a_state_that_starts_from_zeros_and_changes_says_so() -> None:
    nodes = "f: {op: Dense, units: 5, from: s}; g: {op: Concatenate, from: [f, x]}"
    (found,) = check_text(loop(nodes, "s: {init: zeros, next: t}, t: {init: x, next: g}", "s, t")).diagnostics
    assert found.message == "state `t` is [4] before a pass and [9] after it"


def test_a_collected_value_has_the_passes_in_front() -> None:
    found = shapes(
        right(loop("f: {op: Dense, units: 4, from: s}", "s: {init: x, next: f}", "s, all, states", "all: f, states: s"))
    )
    assert found["all"] == (3, 4)
    assert found["states"] == (3, 4)


def test_loops_see_the_final_values_of_loops_before_them() -> None:
    found = shapes(
        right("""
            specc: 1
            inputs: {x: [4]}
            nodes:
              f: {op: Dense, units: 4, from: a}
              between: {op: Dense, units: 6, from: a}
              g: {op: Dense, units: 6, from: b}
              out: {op: Concatenate, from: [a, b]}
            loops:
              second: {passes: 2, states: {b: {init: between, next: g}}}
              first: {passes: 3, states: {a: {init: x, next: f}}}
            outputs: out
        """)
    )
    assert (found["b"], found["out"]) == ((6,), (10,))


def test_both_ends_and_both_places_are_named() -> None:
    (found,) = check_text("""
        specc: 1
        inputs: {left: [4], right: [5]}
        nodes:
          other: {op: Dense, units: 6, from: right}
          sum: {op: Add, from: [left, other]}
        outputs: sum
    """).diagnostics
    assert found.message == "`sum`: Add takes operands of one shape, found [4] and [6]"
    assert [(label.span.line, label.span.text, label.text) for label in found.labels] == [
        (6, "other", "`other` is [6]"),
        (6, "left", "`left` is [4]"),
        (5, "other", "`other` comes from here"),
        (3, "left", "`left` comes from here"),
    ]


def test_an_attribute_at_fault_is_where_it_is_said() -> None:
    (found,) = check_text("""
        specc: 1
        inputs: {x: [4, 4]}
        nodes: {flat: {op: Reshape, target_shape: [15]}}
        outputs: flat
    """).diagnostics
    assert found.labels[0].span.text == "[15]"


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ("{op: Dense, units: 2, from: a}", "b", False),
        ("{op: Dense, units: 2, from: a}", "wide", True),  # a Dense works on the last axis, whatever stands before it
        ("{op: Dropout, rate: 0.1, from: a}", "b", True),  # nothing is stored
        ("{op: BatchNormalization, from: a}", "wide", False),  # built for one number of axes
        ("{op: Conv2D, filters: 2, kernel_size: 1, from: image}", "large", True),
        ("{op: Conv2D, filters: 2, kernel_size: 1, from: image}", "deep", False),
    ],
)
def test_a_shared_layer_takes_what_its_weights_fit(first: str, second: str, fits: bool) -> None:
    checked = check_text(f"""
        specc: 1
        inputs: {{a: [4], b: [5], wide: [3, 4], image: [4, 4, 1], large: [8, 8, 1], deep: [8, 8, 2]}}
        nodes:
          first: {first}
          second: {{call: first, from: {second}}}
        outputs: [first, second, a, b, wide, image, large, deep]
    """)
    assert codes(checked) == ([] if fits else ["shape-mismatch"])
