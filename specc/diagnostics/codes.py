"""The table of codes: slug, severity, and the one-line meaning that `specc explain` opens with.

A code is a line here and a page `explain/<code>.md` whose example is its test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    slug: str
    severity: Severity
    meaning: str


def _table(severity: Severity, rows: dict[str, str]) -> dict[str, Code]:
    return {slug: Code(slug, severity, meaning) for slug, meaning in rows.items()}


CODES: dict[str, Code] = {
    **_table(
        Severity.ERROR,
        {
            # the text
            "unreadable-file": "a file cannot be read",
            "no-spec": "a folder that was to be checked holds no spec",
            "yaml-syntax": "the text is not YAML",
            "yaml-limit": "the file is too large, nests too deep or expands to too much",
            "work-limit": "checking the spec takes more work than any network needs",
            "yaml-tag": "a YAML tag, which a spec may not hold",
            "duplicate-key": "a key is given twice in one mapping",
            "invalid-key": "a key is not a plain name",
            "recursive-alias": "an alias stands inside the node it names",
            "undefined-alias": "an alias has no anchor",
            "multiple-documents": "one file holds several YAML documents",
            # the document
            "empty-spec": "the file holds no mapping",
            "missing-version": "the language version is missing or unknown",
            "unknown-key": "a key that specc does not know at this place",
            "missing-key": "a key that has to be there is not",
            "wrong-type": "a value of the wrong type",
            "bad-value": "a value out of its range or not among the allowed ones",
            "invalid-name": "a name that is no identifier or is reserved",
            "duplicate-name": "one name for two things",
            "node-kind": "a node is not exactly one of `op`, `call` and `block`",
            "unknown-op": "an op that specc does not know",
            "bad-op": "an op of an installed package that cannot be used",
            "unknown-attribute": "an attribute that the op does not have",
            "missing-attribute": "an attribute that the op needs",
            "conflicting-attributes": "two attributes that exclude each other",
            "unsupported-value": "a value that Keras takes and specc does not",
            "keras-version": "the installed Keras is too old for an op, an argument or an object that is used",
            # expressions and params
            "bad-expression": "an expression that cannot be read or evaluated",
            "unknown-param": "an expression or `--set` names a parameter that is not declared",
            "recursive-param": "a parameter whose default depends on itself",
            # the graph
            "unknown-reference": "a reference to a name that does not exist",
            "unknown-port": "a reference to a result that the op does not have",
            "missing-from": "a node without operands where none can be assumed",
            "operand-count": "an op that is given too many or too few operands",
            "unknown-block": "a node uses a block that is not declared",
            "recursive-block": "a block that holds itself",
            "bad-call": "a `call` of something that is not a layer",
            "undeclared-cycle": "a cycle that no loop state closes",
            "loop-overlap": "a node would belong to two loops, or two loops feed each other",
            "state-not-cyclic": "a state that no pass changes, or a loop whose states lead to nothing they become",
            "state-mismatch": "a state's `init` and `next` differ in shape or dtype",
            "state-shape-unknown": "the shape of a state that starts from zeros or ones cannot be found",
            "scan-mismatch": "a loop's `passes` and the sequences that it scans differ in length",
            "missing-init": "a node in a synchronous loop is read before its first value",
            "shape-mismatch": "operands whose shapes do not fit the op, each other or the layer that is shared",
            "dtype-mismatch": "operands whose dtypes do not fit",
            "unknown-size": "a size that has to be known here and is left to the data",
            # training, budget, targets
            "unknown-output": "training or budget names an output that does not exist",
            "bad-training": "training settings that contradict the model or each other",
            "over-budget": "the network passes a limit of its `budget`",
            "unknown-target": "a target that is not known",
            "bad-target": "a target file that is not valid",
            "no-lowering": "a node that the target does not take and no lowering can change",
            "bad-moved": "a rename in `moved` that does not fit the nodes",
            # the build
            "not-equivalent": "a built model does not compute what the spec says",
            "file-operator": "the converter wrote an operator that the target does not take",
            "file-weights": "the written file stores other weights than the spec declares",
            "too-large": "a network that needs more to be built than a common machine has",
            "internal-error": "specc itself failed on a file, or built a model that cannot be run",
            "build-failed": "an artifact could not be written",
            "bad-weights": "a file of weights that cannot be read or does not fit the network",
            "different-network": "a file of weights was saved from another network",
        },
    ),
    **_table(
        Severity.WARNING,
        {
            "more-findings": "there are more findings than are shown",
            "unused-node": "a node that no output needs",
            "unused-input": "an input that nothing reads",
            "unused-param": "a parameter that nothing reads",
            "unused-block": "a block that no node uses",
            "unused-state": "a state, scanned or collected value that no output needs",
            "unused-ignore": "an ignore comment that silences nothing",
            "ambiguous-when": "an op left out by its `when` means its first operand, though their order has no meaning",
            "high-drop-rate": "a hidden drop rate above 0.5",
            "silent-broadcast": "an element-wise op that stretches every operand: the result is larger than each",
            "constant-activation": "a softmax over one element, which is the same whatever goes in",
            "logits-as-probabilities": "a loss that takes probabilities on an output that gives logits",
            "one-sided-output": "an output that is never negative, with a loss that needs it to be",
            "probabilities-as-logits": "a loss that takes logits on an output that gives probabilities",
            "single-class": "a loss for several classes on an output of one",
            "not-a-distribution": "a loss for classes on an output whose values do not sum to 1",
            "softmax-axis": "a softmax along an axis that does not hold the classes",
            "softmax-with-binary-loss": "a softmax with a loss that judges every value by itself",
            "double-softmax": "a softmax or sigmoid of values that are already from 0 to 1",
            "dropout-on-output": "dropout or noise after the layer that makes an output",
            "metric-mismatch": "a metric that does not fit the loss or the output",
            "training-differs": "a target's build that cannot be trained as the spec says",
            "unused-weights": "a file of weights holds some that the network does not use",
            "channels-first": "an image whose first axis holds the channels",
            "inverted-momentum": "a BatchNormalization whose momentum is that of PyTorch",
            "unsettled-statistics": "a BatchNormalization too slow for the steps that `training` takes",
        },
    ),
}
