"""The networks of specs/ in plain Keras, as a Keras user would have written them: nothing of specc in here.

Layers that have weights are named as in the specs, so that weights can be carried over by name.
"""

from __future__ import annotations

import keras
from keras import layers


def boston_dense() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((13,)),
            layers.Dense(20, activation="relu", name="hidden"),
            layers.Dense(1, name="price"),
        ]
    )


def n1n2n3() -> keras.Model:
    """Five passes, written out."""
    a = keras.Input((1,), name="A")
    b = keras.Input((1,), name="B")
    c = keras.Input((1,), name="C")
    f = keras.Input((1,), name="F")
    n1 = layers.Dense(1, name="N1")
    n2 = layers.Dense(1, name="N2")(c)
    n3 = layers.Dense(1, name="N3")(f)

    out1 = layers.add([n1(layers.concatenate([a, b])), n2])
    out2 = layers.add([n1(layers.concatenate([out1, n3])), n2])
    out3 = layers.add([n1(layers.concatenate([out2, n3])), n2])
    out4 = layers.add([n1(layers.concatenate([out3, n3])), n2])
    out5 = layers.add([n1(layers.concatenate([out4, n3])), n2])

    return keras.Model([a, b, c, f], layers.concatenate([out5, n3]))


def simple_rnn(steps: int = 1) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((steps, 4)),
            layers.SimpleRNN(4, activation="sigmoid", return_sequences=True, name="memory"),
            layers.Dense(2, name="reading"),
        ]
    )


def dense_neurons() -> keras.Model:
    a = keras.Input((1,), name="A")
    b = keras.Input((1,), name="B")
    c = keras.Input((1,), name="C")
    f = keras.Input((1,), name="F")
    n1 = layers.Dense(1, name="N1")(layers.concatenate([a, b]))
    n2 = layers.Dense(1, name="N2")(c)
    n3 = layers.Dense(1, name="N3")(f)
    return keras.Model([a, b, c, f], [layers.add([n1, n2]), n3])


def mnist_mlp() -> keras.Model:
    model = keras.Sequential([keras.Input((784,))])
    for number in (1, 2, 3, 4):
        model.add(layers.Dense(256, activation="relu", kernel_initializer="glorot_uniform", name=f"hidden{number}"))
        model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10, name="logits"))
    return model


def small_cnn() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.Conv2D(32, (2, 2), activation="relu", name="conv1"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (2, 2), activation="relu", name="conv2"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="classes"),
        ]
    )


def conv1d_as_dense() -> keras.Model:
    steps = keras.Input((10, 2), name="steps")
    conv = layers.Conv1D(5, 10, name="conv")(steps)
    dense = layers.Dense(5, name="dense")(layers.Flatten()(steps))
    return keras.Model(steps, [conv, dense])


def conv1d_per_frame() -> keras.Model:
    frames = keras.Input((10, 2), name="frames")
    return keras.Model(frames, [layers.Conv1D(5, 1, name="conv")(frames), layers.Dense(5, name="dense")(frames)])


def conv1d_steps() -> keras.Model:
    steps = keras.Input((4, 5), name="steps")
    conv1d = layers.Conv1D(3, 2, name="conv1d")(steps)
    over_map = layers.Conv2D(3, (2, 5), name="over_map")(layers.Reshape((4, 5, 1))(steps))
    over_channels = layers.Conv2D(3, (2, 1), name="over_channels")(layers.Reshape((4, 1, 5))(steps))
    return keras.Model(steps, [conv1d, over_map, over_channels])


def batchnorm_fc() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((512,)),
            layers.Dense(1024, use_bias=False, name="dense"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
        ]
    )


def batchnorm_2d(height: int = 480, width: int = 640) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((height, width, 3)),
            layers.Conv2D(128, (3, 3), padding="same", use_bias=False, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
        ]
    )


def batchnorm_3d(depth: int = 9, height: int = 120, width: int = 160) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((depth, height, width, 3)),
            layers.Conv3D(96, (3, 3, 3), padding="same", use_bias=False, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
        ]
    )


def lanl_earthquake(steps: int = 1) -> keras.Model:
    features = keras.Input((steps, 6), name="features")
    x = layers.BatchNormalization(name="norm")(features)
    x = layers.LSTM(128, return_sequences=True, name="memory")(x)
    x = layers.Conv1D(128, 2, padding="same", activation="relu", name="conv1")(x)
    x = layers.Conv1D(84, 2, padding="same", activation="relu", name="conv2")(x)
    x = layers.Conv1D(64, 2, padding="same", activation="relu", name="conv3")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu", name="dense1")(x)
    x = layers.Dense(32, activation="relu", name="dense2")(x)
    ttf = layers.Dense(1, activation="relu", name="ttf")(x)
    tsf = layers.Dense(1, name="tsf")(x)
    classifier = layers.Dense(1, activation="sigmoid", name="classifier")(x)
    return keras.Model(features, [ttf, tsf, classifier])


def convlstm() -> keras.Model:
    return keras.Sequential(
        [keras.Input((5, 16, 16, 3)), layers.ConvLSTM2D(8, (3, 3), padding="same", name="memory")],
    )
