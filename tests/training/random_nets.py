"""Random specs with training: layers that tidl lowers, one after the other, with merges, shared layers and a loop."""

from __future__ import annotations

from random import Random

_ACTIVATIONS = ("linear", "relu", "relu6", "tanh", "sigmoid", "silu", "hard_silu", "elu")
_PENALTIES = ("L1", "{op: L2, l2: 0.02}", "{op: L1L2, l1: 0.01, l2: 0.005}")
_CONSTRAINTS = ("NonNeg", "{op: MaxNorm, max_value: 0.6}", "{op: UnitNorm, axis: -1}", "{op: MaxNorm, axis: [-2]}")
_INITIALIZERS = ("{op: HeNormal, seed: 3}", "{op: Orthogonal, seed: 4}", "{op: RandomUniform, seed: 5}")
_MERGES = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")


class RandomNet:
    """Writes one spec; the same seed gives the same text. `kind` is what flows: `map`, `sequence` or `vector`."""

    def __init__(self, seed: int, kind: str) -> None:
        self.random, self.kind = Random(seed), kind
        self.lines: list[str] = []
        self.shared: list[tuple[str, str]] = []  # layers that may be called again, with the size that they read

    def text(self) -> str:
        size = self.random.randint(2, 4)
        shape = {"map": f"[6, 7, {size}]", "sequence": f"[9, {size}]", "vector": f"[{size}]"}[self.kind]
        x, features = "x", size
        for at in range(self.random.randint(3, 5)):
            x, features = self.layer(f"n{at}", x, features)
        side = x
        if self.kind == "map":
            last = self.random.choice(["{op: Flatten, from: %s}", "{op: GlobalAveragePooling2D, from: %s}"])
            x = self.add("flat", last % x)
        elif self.kind == "sequence":
            x = self.add("last", f"{{op: SimpleRNN, units: 3{self.settings('recurrent')}, from: {x}}}")
        self.add("head", f"{{op: Dense, units: 2{self.settings('kernel', 'bias')}, from: {x}}}")
        nodes = "\n".join(f"  {line}" for line in self.lines)
        outputs = f"[head, {side}]" if side != x else "[head]"
        losses = f"{{head: mse, {side}: mae}}" if side != x else "{head: mse}"
        loops = LOOP if "before" in nodes else ""
        return (
            f"specc: 1\nname: random_net\ninputs: {{x: {shape}}}\nnodes:\n{nodes}\n{loops}outputs: {outputs}\n"
            f"training: {{optimizer: {{op: SGD, learning_rate: 0.05}}, losses: {losses}}}\n"
        )

    def add(self, name: str, node: str) -> str:
        self.lines.append(f"{name}: {node}")
        return name

    def settings(self, *weights: str) -> str:
        """Penalties, constraints and initializers of a layer with these weights, and an activation."""
        random, found = self.random, [f"activation: {self.random.choice(_ACTIVATIONS)}"]
        for weight in weights:
            if random.random() < 0.4:
                found.append(f"{weight}_regularizer: {random.choice(_PENALTIES)}")
            if random.random() < 0.3:
                found.append(f"{weight}_constraint: {random.choice(_CONSTRAINTS[: 4 if weight == 'kernel' else 1])}")
            if random.random() < 0.3 and weight != "bias":
                found.append(f"{weight}_initializer: {random.choice(_INITIALIZERS)}")
        if random.random() < 0.4:
            found.append(f"activity_regularizer: {random.choice(_PENALTIES)}")
        if random.random() < 0.15:
            found.append("trainable: false")
        return ", " + ", ".join(found)

    def layer(self, name: str, x: str, size: int) -> tuple[str, int]:
        """One more layer on `x` of `size` channels; the value and its channels."""
        step = self.random.choice(["weighted", "weighted", "normed", "merge", "shared", "loop"])
        if step == "normed":
            return self.add(name, f"{{op: BatchNormalization, momentum: 0.7, gamma_regularizer: L2, from: {x}}}"), size
        if step == "merge":
            self.add(f"{name}_side", f"{{{self.weighted(size)}, from: {x}}}")
            op = self.random.choice(_MERGES)
            merged = self.add(name, f"{{op: {op}, from: [{x}, {name}_side]}}")
            return merged, 2 * size if op == "Concatenate" else size
        if step == "shared" and any(read == str(size) for _, read in self.shared):
            layer = self.random.choice([one for one, read in self.shared if read == str(size)])
            return self.add(name, f"{{call: {layer}, from: {x}}}"), size
        if step == "loop" and self.kind == "vector" and not any("before" in line for line in self.lines):
            self.add("again", f"{{op: Dense, units: {size}{self.settings('kernel', 'bias')}, from: before}}")
            self.add("next", f"{{op: Add, from: [again, {x}]}}")
            self.add("start", f"{{op: Dense, units: {size}, from: {x}}}")
            return self.add(name, f"{{op: Dense, units: {size}{self.settings('kernel')}, from: before}}"), size
        self.shared.append((name, str(size)))
        return self.add(name, f"{{{self.weighted(size)}, from: {x}}}"), size

    def weighted(self, size: int) -> str:
        """A layer with weights that keeps the shape."""
        if self.kind == "vector":
            return f"op: Dense, units: {size}{self.settings('kernel', 'bias')}"
        if self.kind == "sequence":
            padding = self.random.choice(["same", "causal"])
            return self.random.choice([
                f"op: Conv1D, filters: {size}, kernel_size: 3, padding: {padding}{self.settings('kernel', 'bias')}",
                f"op: Dense, units: {size}{self.settings('kernel', 'bias')}",
                f"op: SimpleRNN, units: {size}, return_sequences: true{self.settings('kernel', 'recurrent', 'bias')}",
            ])  # fmt: skip
        split = self.random.choice(["9", "[8, 1]", "[3, 8]"])  # longer than a target's kernel may be
        return self.random.choice([
            f"op: Conv2D, filters: {size}, kernel_size: 3, padding: same{self.settings('kernel', 'bias')}",
            f"op: Conv2D, filters: {size}, kernel_size: {split}, padding: same{self.settings('bias')}",
            f"op: DepthwiseConv2D, kernel_size: 3, padding: same{self.settings('depthwise', 'bias')}",
            f"op: Dense, units: {size}{self.settings('kernel', 'bias')}",
        ])  # fmt: skip


LOOP = "loops: {turn: {passes: 3, states: {before: {init: start, next: next}}}}\n"
