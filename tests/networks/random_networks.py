"""Random small networks as specs: chains and branches of layers over maps, sequences and features, blocks and loops.

A network may hold what a target lacks; what `check` accepts is the part that is of interest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

Shape = tuple[int, ...]

_ACTIVATIONS = ("linear", "relu", "relu6", "tanh", "sigmoid", "elu", "silu", "hard_sigmoid", "hard_silu", "leaky_relu")
_MERGES = ("Add", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
_MOST = 4096  # elements of one value


def spec(seed: int) -> str:
    """The same seed gives the same spec."""
    return _Network(Random(f"specc {seed}")).text()


@dataclass
class _Network:
    random: Random
    values: dict[str, Shape] = field(default_factory=dict[str, Shape])
    unread: list[str] = field(default_factory=list[str])
    inputs: list[str] = field(default_factory=list[str])
    nodes: list[str] = field(default_factory=list[str])
    loops: list[str] = field(default_factory=list[str])
    uses_block: bool = False

    def text(self) -> str:
        for _ in range(self.random.choice([1, 1, 2])):
            self.input()
        for _ in range(self.random.randint(2, 9)):
            name = self.random.choice([self.random.choice(list(self.values)), self.random.choice(self.unread)])
            self.random.choice(self.steps(self.values[name]))(name)
        for name in [one for one in self.unread if not one.startswith("x")]:
            if len(self.values[name]) == 1 and self.random.random() < 0.5:
                head = self.random.choice(["softmax", "sigmoid", "linear", "softplus"])
                self.node(f"op: Dense, units: 3, activation: {head}", (3,), name)
        outputs = [name for name in self.unread if not name.startswith("x")]
        for name in [one for one in self.unread if one.startswith("x")]:
            outputs.append(self.node("op: Activation, activation: tanh", self.values[name], name))
        lines = ["specc: 1", f"inputs: {{{', '.join(self.inputs)}}}"]
        if self.uses_block:
            lines += [
                "blocks:",
                "  cell:",
                "    params: {kernel: int, dilation: {type: int, default: 1}}",
                "    inputs: x",
                "    nodes:",
                '      conv: {op: Conv2D, filters: "${channels(x)}", kernel_size: "${kernel}", padding: same,'
                ' dilation_rate: "${dilation}", use_bias: false}',
                "      norm: {op: BatchNormalization}",
                "      act: {op: ReLU}",
                "      sum: {op: Add, from: [act, x]}",
                "    outputs: sum",
            ]
        lines += ["nodes:", *self.nodes, *(["loops:", *self.loops] if self.loops else [])]
        return "\n".join([*lines, f"outputs: [{', '.join(outputs)}]", ""])

    def input(self) -> None:
        pick, random = self.random.choice, self.random
        shape = pick([
            (random.randint(1, 6),),
            (random.randint(2, 12), random.randint(1, 5)),
            (random.randint(4, 12), random.randint(4, 12), random.randint(1, 4)),
            (8, 8, random.randint(1, 4)),
        ])  # fmt: skip
        name = f"x{len(self.inputs)}"
        self.inputs.append(f"{name}: {list(shape)}")
        self.values[name] = shape
        self.unread.append(name)

    def node(self, body: str, shape: Shape, *operands: str) -> str:
        name = f"n{len(self.nodes)}"
        read = f"[{', '.join(operands)}]" if len(operands) > 1 else operands[0]
        self.nodes.append(f"  {name}: {{{body}, from: {read}}}")
        self.values[name] = shape
        self.unread = [one for one in self.unread if one not in operands] + [name]
        return name

    def steps(self, shape: Shape) -> list[Callable[[str], object]]:
        every = [self.activation, self.merge, self.merge, self.norm, self.loop, self.again]
        if len(shape) == 1:
            return [*every, self.dense, self.dense, self.reshape, self.join]
        if len(shape) == 2:
            return [*every, self.conv1d, self.conv1d, self.rnn, self.flatten, self.dense, self.join, self.gated]
        maps = [self.conv2d, self.conv2d, self.conv2d, self.depthwise, self.pool, self.resize, self.transposed]
        return [
            *every,
            *maps,
            self.edges,
            self.block,
            self.join,
            self.flatten,
            self.global_pool,
            self.gated,
            self.dense,
        ]

    def pick_activation(self) -> str:
        return self.random.choice(_ACTIVATIONS)

    # of any shape

    def activation(self, name: str) -> None:
        body = self.random.choice([
            f"op: Activation, activation: {self.pick_activation()}",
            "op: ReLU, max_value: 3",
            "op: ReLU, negative_slope: 0.25",
            "op: LeakyReLU, negative_slope: 0.1",
            "op: Rescaling, scale: 0.5, offset: 0.25",
            "op: Dropout, rate: 0.5",
        ])  # fmt: skip
        self.node(body, self.values[name], name)

    def merge(self, name: str) -> None:
        shape = self.values[name]
        others = [one for one, other in self.values.items() if other == shape]
        op = self.random.choice(_MERGES)
        count = 2 if op == "Subtract" else self.random.choice([2, 2, 3])
        operands = [name, *(self.random.choice(others) for _ in range(count - 1))]
        self.node(f"op: {op}", shape, *operands)

    def norm(self, name: str) -> None:
        self.node("op: BatchNormalization", self.values[name], name)

    def join(self, name: str) -> None:
        shape = self.values[name]
        others = [one for one, other in self.values.items() if other[:-1] == shape[:-1]]
        other = self.random.choice(others)
        self.node("op: Concatenate", (*shape[:-1], shape[-1] + self.values[other][-1]), name, other)

    def loop(self, name: str) -> None:
        """A state that starts in a value, over one layer and the value itself."""
        shape = self.values[name]
        state, at = f"s{len(self.loops)}", len(self.loops)
        layers = [f"op: Dense, units: {shape[-1]}, activation: tanh"]
        if len(shape) == 3:
            dilation = self.random.choice([1, 2])
            layers.append(f"op: Conv2D, filters: {shape[-1]}, kernel_size: 3, padding: same, dilation_rate: {dilation}")
        self.values[state] = shape
        inner = self.node(self.random.choice(layers), shape, state)
        end = self.node(f"op: {self.random.choice(['Add', 'Maximum'])}", shape, inner, name)
        del self.values[state]
        passes = self.random.randint(1, 3)
        self.loops.append(f"  l{at}: {{passes: {passes}, states: {{{state}: {{init: {name}, next: {end}}}}}}}")

    def again(self, name: str) -> None:
        """A layer with weights applied to another value of the same shape."""
        for line in reversed(self.nodes):
            made, _, body = line.strip().partition(": ")
            read = body.partition("from: ")[2].rstrip("}")
            if "op: Dense" in body and self.values.get(read) == self.values[name] and not self.loops:
                self.node(f"call: {made}", self.values[made], name)
                return

    # features and sequences

    def dense(self, name: str) -> None:
        units = self.random.randint(1, 6)
        body = f"op: Dense, units: {units}, activation: {self.pick_activation()}"
        self.node(body, (*self.values[name][:-1], units), name)

    def reshape(self, name: str) -> None:
        (size,) = self.values[name]
        height = self.random.choice([one for one in range(1, size + 1) if size % one == 0])
        shape = self.random.choice([(height, size // height), (height, 1, size // height)])
        self.node(f"op: Reshape, target_shape: {list(shape)}", shape, name)

    def flatten(self, name: str) -> None:
        shape = self.values[name]
        size = 1
        for one in shape:
            size *= one
        flat = self.node("op: Flatten", (size,), name)
        units = self.random.randint(1, 4)
        self.node(f"op: Dense, units: {units}", (units,), flat)

    def conv1d(self, name: str) -> None:
        steps, _ = self.values[name]
        filters, kernel = self.random.randint(1, 5), self.random.randint(1, 4)
        dilation = self.random.choice([1, 1, 2, 3])
        stride = self.random.choice([1, 2]) if dilation == 1 else 1
        padding = self.random.choice(["same", "causal", "valid"])
        seen = (kernel - 1) * dilation + 1
        if padding == "valid" and seen > steps:
            padding = "causal"
        length = -(-(steps - seen + 1 if padding == "valid" else steps) // stride)
        body = f"op: Conv1D, filters: {filters}, kernel_size: {kernel}, padding: {padding}, strides: {stride}, "
        body += f"dilation_rate: {dilation}, activation: {self.pick_activation()}"
        self.node(body, (length, filters), name)

    def rnn(self, name: str) -> None:
        steps, _ = self.values[name]
        units, whole = self.random.randint(1, 4), self.random.random() < 0.5
        extra = self.random.choice(["", ", go_backwards: true", ", activation: relu", ", use_bias: false"])
        body = f"op: SimpleRNN, units: {units}, return_sequences: {str(whole).lower()}{extra}"
        self.node(body, (steps, units) if whole else (units,), name)

    def gated(self, name: str) -> None:
        """Two dilated convolutions of one value, as in a WaveNet."""
        shape = self.values[name]
        rate = self.random.choice([1, 2, 3])
        op, padding = ("Conv1D", "causal") if len(shape) == 2 else ("Conv2D", "same")
        body = f"op: {op}, filters: {shape[-1]}, kernel_size: {self.random.choice([2, 3])}, padding: {padding}"
        parts = [
            self.node(f"{body}, dilation_rate: {rate}, activation: {one}", shape, name) for one in ("tanh", "sigmoid")
        ]
        self.node("op: Multiply", shape, *parts)

    # maps

    def conv2d(self, name: str) -> None:
        height, width, channels = self.values[name]
        random = self.random
        kernel = random.choice([(1, 1), (3, 3), (5, 5), (2, 2), (1, 3), (3, 1), (7, 7), (9, 1), (4, 4), (8, 8)])
        dilation = random.choice([1, 1, 1, 2, 3])
        stride = random.choice([1, 1, 2, 3]) if dilation == 1 else 1
        seen = [(size - 1) * dilation + 1 for size in kernel]
        padding = random.choice(["same", "valid"])
        if padding == "valid" and (seen[0] > height or seen[1] > width):
            padding = "same"
        groups = channels if channels > 1 and random.random() < 0.1 else 1
        groups = 2 if channels == 4 and random.random() < 0.3 else groups
        filters = groups * random.randint(1, 4 if groups == 1 else 2)
        sizes = [
            -(-(n - k + 1 if padding == "valid" else n) // stride) for n, k in zip((height, width), seen, strict=True)
        ]
        body = f"op: Conv2D, filters: {filters}, kernel_size: {list(kernel)}, strides: {stride}, padding: {padding}, "
        body += f"dilation_rate: {dilation}, groups: {groups}, activation: {self.pick_activation()}"
        self.node(body, (*sizes, filters), name)

    def depthwise(self, name: str) -> None:
        height, width, channels = self.values[name]
        kernel = self.random.choice([(3, 3), (5, 5), (1, 3), (2, 2), (3, 2)])
        dilation = self.random.choice([1, 1, 2])
        stride = self.random.choice([1, 2]) if dilation == 1 else 1
        body = f"op: DepthwiseConv2D, kernel_size: {list(kernel)}, strides: {stride}, padding: same, "
        body += f"dilation_rate: {dilation}, activation: {self.pick_activation()}"
        self.node(body, (-(-height // stride), -(-width // stride), channels), name)

    def pool(self, name: str) -> None:
        height, width, channels = self.values[name]
        size, stride = self.random.choice([(2, 2), (3, 2), (3, 1), (1, 2)])
        padding = self.random.choice(["same", "valid"])
        if size > min(height, width):
            padding = "same"
        sizes = [-(-(n - size + 1 if padding == "valid" else n) // stride) for n in (height, width)]
        op = self.random.choice(["MaxPooling2D", "AveragePooling2D"])
        body = f"op: {op}, pool_size: {size}, strides: {stride}, padding: {padding}"
        self.node(body, (*sizes, channels), name)

    def resize(self, name: str) -> None:
        height, width, channels = self.values[name]
        factor, kind = self.random.choice([2, 2, 4]), self.random.choice(["nearest", "bilinear"])
        if height * width * channels * factor**2 > _MOST:
            return
        grown = (height * factor, width * factor, channels)
        body = self.random.choice([
            f"op: UpSampling2D, size: {factor}, interpolation: {kind}",
            f"op: Resizing, height: {grown[0]}, width: {grown[1]}, interpolation: {kind}",
        ])  # fmt: skip
        self.node(body, grown, name)

    def transposed(self, name: str) -> None:
        height, width, channels = self.values[name]
        if height * width * channels * 4 > _MOST:
            return
        filters, size = self.random.randint(1, 4), self.random.choice([2, 3, 4])
        body = f"op: Conv2DTranspose, filters: {filters}, kernel_size: {size}, strides: 2, padding: same"
        self.node(body, (height * 2, width * 2, filters), name)

    def edges(self, name: str) -> None:
        height, width, channels = self.values[name]
        if self.random.random() < 0.5 and min(height, width) > 2:
            self.node("op: Cropping2D, cropping: [[1, 0], [0, 1]]", (height - 1, width - 1, channels), name)
        else:
            self.node("op: ZeroPadding2D, padding: [[1, 0], [2, 1]]", (height + 1, width + 3, channels), name)

    def global_pool(self, name: str) -> None:
        keeps, channels = self.random.random() < 0.5, self.values[name][-1]
        body = f"op: GlobalAveragePooling2D, keepdims: {str(keeps).lower()}"
        self.node(body, (1, 1, channels) if keeps else (channels,), name)

    def block(self, name: str) -> None:
        self.uses_block = True
        repeat = self.random.choice(["", ", repeat: 2"])
        dilation = self.random.choice(["", ", dilation: 2"])
        self.node(f"block: cell, kernel: {self.random.choice([1, 3])}{dilation}{repeat}", self.values[name], name)
