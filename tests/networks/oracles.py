"""The networks of tests/networks/specs/ as arithmetic in double precision: what a spec means, worked out by hand.

Each takes weights by `layer/weight` and inputs by name, and gives outputs by name.
"""

from __future__ import annotations

import numpy as np

from tests.nets import Array, Arrays

Outputs = dict[str, Array]


def dense(weights: Arrays, layer: str, x: Array) -> Array:
    return x @ np.float64(weights[f"{layer}/kernel"]) + weights[f"{layer}/bias"]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def convolved(weights: Arrays, layer: str, image: Array) -> Array:
    """A 3×3 convolution with zeros around the image, tap by tap."""
    kernel = np.float64(weights[f"{layer}/kernel"])
    height, width = image.shape[1:3]
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)))
    total = np.zeros((*image.shape[:3], kernel.shape[3])) + weights[f"{layer}/bias"]
    for row in range(3):
        for column in range(3):
            total += padded[:, row : row + height, column : column + width] @ kernel[row, column]
    return total


def recurrent(weights: Arrays, layer: str, sequence: Array, activation=np.tanh) -> Array:
    """The state after each step, on the second axis."""
    kernel, own = np.float64(weights[f"{layer}/kernel"]), np.float64(weights[f"{layer}/recurrent_kernel"])
    state = np.zeros((len(sequence), len(own)))
    states = []
    for step in range(sequence.shape[1]):
        state = activation(sequence[:, step] @ kernel + state @ own + weights[f"{layer}/bias"])
        states.append(state)
    return np.stack(states, axis=1)


def elman(weights: Arrays, x: Array) -> Outputs:
    memory = np.zeros((len(x), 4))
    readings = []
    for _ in range(6):
        memory = np.tanh(dense(weights, "hidden", np.concatenate([x, memory], axis=1)))
        readings.append(dense(weights, "reading", memory))
    return {"readings": np.stack(readings, axis=1), "reading": readings[-1], "memory": memory}


def ring(weights: Arrays, x: Array, start: Array, passes: int = 5) -> Outputs:
    """Both nodes read what stood at the end of the pass before: `left` from `start`, `right` from ones."""
    drive = dense(weights, "drive", x)
    left, right = start, np.ones_like(start)
    for _ in range(passes):
        left, right = np.tanh(dense(weights, "left", right)), left + drive
    return {"left": left, "right": right}


def chain(weights: Arrays, x: Array, first: int = 3, second: int = 4) -> Outputs:
    """The second loop sees the first one's final state, and the value that `inner` had in its last pass."""
    a = x
    for _ in range(first):
        inner = np.tanh(dense(weights, "inner", a))
        a = inner
    b = dense(weights, "bridge", a)
    for _ in range(second):
        b = sigmoid(dense(weights, "outer", np.concatenate([b, inner], axis=1)))
    return {"score": dense(weights, "score", b)}


def swap(weights: Arrays, A: Array, B: Array, passes: int = 3) -> Outputs:
    a, b = A, B
    for _ in range(passes):
        a, b = dense(weights, "turned", b), a
    return {"a": a, "b": b}


def delay(weights: Arrays, x: Array, passes: int = 7) -> Outputs:
    s1, s2, s3 = x, np.zeros_like(x), np.ones_like(x)
    for _ in range(passes):
        fresh = np.tanh(dense(weights, "fresh", np.concatenate([x, s3], axis=1)))
        s1, s2, s3 = fresh, s1, s2
    return {"taps": np.concatenate([s1, s2, s3], axis=1)}


def nested(weights: Arrays, sequence: Array, passes: int = 3) -> Outputs:
    carried = dense(weights, "begin", sequence)
    for _ in range(passes):
        carried = recurrent(weights, "memory", np.concatenate([sequence, carried], axis=2))
    return {
        "forth": recurrent(weights, "forth", carried)[:, -1],
        "back": recurrent(weights, "back", carried[:, ::-1], relu)[:, -1],
    }


def shared(weights: Arrays, x: Array, y: Array, passes: int = 4) -> Outputs:
    def mix(value: Array) -> Array:
        return np.tanh(dense(weights, "mix", value))

    h = mix(x)
    for _ in range(passes):
        h = mix(mix(h)) + y
    return {"scale": dense(weights, "scale", mix(h))}


def renamed(weights: Arrays, x: Array) -> Outputs:
    hidden = relu(dense(weights, "hidden", x))
    left = np.tanh(dense(weights, "left", hidden))
    return {"zeta": left, "alpha": softmax(dense(weights, "right", hidden)), "middle": hidden, "beta": left}


def field(weights: Arrays, image: Array, passes: int = 4) -> Outputs:
    here = image
    for _ in range(passes):
        here = np.tanh(convolved(weights, "conv", np.concatenate([image, here], axis=3)))
    return {"score": dense(weights, "score", here.reshape(len(here), -1))}


def simple_rnn(weights: Arrays, steps: Array) -> Outputs:
    return {"reading": dense(weights, "reading", recurrent(weights, "memory", steps, sigmoid))}


def scanned(weights: Arrays, x: Array, y: Array, levels: Array, frames: Array) -> Outputs:
    """The second sequence is read from its end, and so are the readings; a value after a loop sees the last row."""
    memory, carried, total = np.zeros((len(x), 4)), np.ones((len(x), 2)), np.zeros(len(x))
    readings, echoes = [], []
    for step in range(5):
        row = np.concatenate([x[:, step], y[:, 4 - step], memory], axis=1)
        memory = np.tanh(dense(weights, "hidden", row))
        readings.append(dense(weights, "reading", memory))
        total = levels[:, step] + 0.5 * total
    for reading in readings[::-1]:
        carried = reading + carried
        echoes.append(carried)
    return {
        "readings": np.stack(readings, axis=1),
        "echoes": np.stack(echoes, axis=1),
        "memory": memory,
        "image_last": dense(weights, "image", frames[:, 4]),
        "sum": total,
        "last": dense(weights, "last", x[:, 4]),
        "y_t": y[:, 0],
    }


def scanned_synchronous(weights: Arrays, x: Array) -> Outputs:
    """A row is there in its own pass; each node that is read in the loop is read as it was in the pass before."""
    first, second, kept = np.zeros((len(x), 2)), np.ones((len(x), 2)), np.zeros((len(x), 2))
    thirds = []
    for step in range(6):
        third = second + kept
        first, second = np.tanh(dense(weights, "first", x[:, step])), dense(weights, "second", first)
        kept = third
        thirds.append(third)
    return {"thirds": np.stack(thirds, axis=1), "kept": kept}
