"""A file of weights into names, shapes and arrays, without TensorFlow: `.keras`, `.weights.h5` and `.npz`.

The file is untrusted: what it declares is bounded before it is read, links and pickled objects are refused, and an
array is read only once its shape is the wanted one. Nothing here knows which weights a network has.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import tempfile
import zipfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import h5py
import numpy as np

from specc.diagnostics.similar_paths import similar_path
from specc.source.file_kinds import recognize_path

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

_CONFIG, _METADATA, _ARRAYS = "config.json", "metadata.json", "model.weights.h5"
_MOST_CONFIG = 64 * 1024 * 1024  # bytes of JSON
_MOST_VALUES = 1_000_000  # in it: Python needs a hundred bytes for an empty list
_MOST_HEADER = 4096  # bytes before the numbers of an array
_MOST_DIRECTORY = 4 * 1024 * 1024  # bytes of the names of an archive's entries
_MOST_SHRUNK = 200  # times that an entry may grow when it is decompressed; Keras does not compress
_SMALL = 1024 * 1024  # bytes that are read whatever they grow from
_MOST_OBJECTS = 30_000  # several times those of the largest networks
_MOST_DEPTH = 16
_UNUSED_KEYS = re.compile(r"(^|/)seed_generator(/|$)")  # the state of a random generator, which no weight is


class WeightsError(Exception):
    """A file that cannot be used, with what to do about it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message, self.help = message, help


@dataclass(frozen=True)
class StoredLayer:
    """The arrays of one layer: shapes by their key in the file, in the file's order.

    In an `.npz` file a key is the weight's name; in HDF5 files it is a place, such as `cell/vars/0`. `kind` is the
    layer's class in snake case, where the file tells.
    """

    name: str
    kind: str = ""
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])

    @property
    def groups(self) -> int:
        """The number of objects, the layer or one inside it, that hold its arrays."""
        return len({key.rpartition("/")[0] for key in self.shapes})


@dataclass(frozen=True)
class WeightFile:
    """What a file holds. `config` is the saved model's own description, which only `.keras` files have."""

    path: Path
    kind: str  # "keras", "hdf5" or "npz"
    layers: Mapping[str, StoredLayer]
    places: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)  # a layer's group in the HDF5 file
    config: Mapping[str, Any] | None = field(default=None, repr=False)

    def arrays(self, names: Iterable[str]) -> dict[str, dict[str, Array]]:
        """The arrays of these layers by key. Call this once their shapes are known to be those of the network."""
        layers = [self.layers[name] for name in names]
        if self.kind == "npz":
            with np.load(self.path, allow_pickle=False) as file:
                return {one.name: {key: np.asarray(file[f"{one.name}/{key}"]) for key in one.shapes} for one in layers}
        with _hdf5(self.path, self.kind) as file:
            return {
                one.name: {key: _array(file[f"{self.places[one.name]}/{key}"]) for key in one.shapes} for one in layers
            }

    def copy_model(self, path: Path) -> None:
        """Writes the parts of a `.keras` file that make up the model: not how it was trained, nor anything else."""
        assert self.config is not None
        with _archive(self.path) as file, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as copy:
            copy.writestr(_CONFIG, json.dumps(self.config))
            for name in (_METADATA, _ARRAYS):
                with _entry(file, name) as source, copy.open(name, "w", force_zip64=True) as out:
                    while block := source.read(_SMALL):
                        out.write(block)


def open_weights(path: str | Path) -> WeightFile:
    """Reads what a file holds; raises WeightsError where it is no file of weights or is damaged."""
    path = Path(path)
    kind = _kind(path)
    try:
        if kind == "npz":
            return WeightFile(path, kind, _npz_layers(path))
        config = _config(path) if kind == "keras" else None
        with _hdf5(path, kind) as file:
            layers, places = _hdf5_layers(file)
        return WeightFile(path, kind, layers, places, config)
    except WeightsError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        EOFError,
        zipfile.BadZipFile,
        RecursionError,
    ) as error:
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise WeightsError(f"`{path}` is damaged: {reason}", "save it again, or copy it again") from None


def _kind(path: Path) -> str:
    """The format of a file of weights; raises for every other file, with what to do about it."""
    try:
        kind = recognize_path(path)
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        help = "check that the file may be read"
        if isinstance(error, FileNotFoundError):
            near = similar_path(str(path), (".keras", ".h5", ".npz"))
            help = f"did you mean `{near}`?" if near else "check the path"
        raise WeightsError(f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}", help) from None
    if kind is None or kind.slug not in _FORMATS:
        title = "a folder" if stat.S_ISDIR(mode) else "not a file of weights"
        title = f"{kind.title}, not weights of a Keras model" if kind else title
        raise WeightsError(f"`{path}` is {title}", _FOREIGN.get(kind.slug if kind else "", _OTHERWISE))
    return kind.slug


_FORMATS = ("keras", "hdf5", "npz")
_WANTED = "a `.keras`, `.weights.h5` or `.npz` file of the network"
_OTHERWISE = f"give {_WANTED}"
_ARRAYS_BY_NAME = (
    'read its arrays and store them under this network\'s names, `np.savez("weights.npz", **{"layer/kernel": …})`; '
    "`load_reference_weights` of the emitted module lists the names in `REFERENCE`"
)
_SAVE = 'save the model as a `.keras` file, `model.save("trained.keras")`'
_FOREIGN = {
    "tflite": "it no longer names the layers: give the `.keras` file that it was converted from",
    "onnx": _ARRAYS_BY_NAME,
    "torch": _ARRAYS_BY_NAME + "; PyTorch's kernels have their axes in another order",
    "safetensors": _ARRAYS_BY_NAME,
    "pickle": "pickled objects can run code and are never loaded; " + _ARRAYS_BY_NAME,
    "npy": _ARRAYS_BY_NAME,
    "savedmodel": _SAVE,
    "graph": _SAVE,
    "checkpoint": f"load it into the model that wrote it, then {_SAVE}",
}  # fmt: skip


# HDF5


@contextmanager
def _hdf5(path: Path, kind: str) -> Generator[h5py.File]:
    """The HDF5 file, or that inside a `.keras` file, which is unpacked to a file without a name."""
    if kind == "hdf5":
        with h5py.File(path, "r") as file:
            yield file
        return
    with tempfile.TemporaryFile() as copy:
        with _archive(path) as archive, _entry(archive, _ARRAYS) as source:
            while block := source.read(_SMALL):
                copy.write(block)
        copy.seek(0)
        with h5py.File(copy, "r") as file:
            yield file


def _hdf5_layers(file: h5py.File) -> tuple[dict[str, StoredLayer], dict[str, str]]:
    """The layers of a model and the groups that hold them, `dense_2` before `dense_10`."""
    if "layers" not in file and ("model_weights" in file or "layer_names" in file.attrs):
        raise WeightsError(
            f"`{file.filename}` is a model in the old HDF5 format",
            'load it with Keras and save it again: `keras.models.load_model("old.h5").save("trained.keras")`',
        )
    shapes: dict[str, Shape] = {}
    names: dict[str, str] = {}
    for place, entry in _entries(file):
        if isinstance(entry, h5py.Dataset):
            shapes[place] = _shape(entry, place)
        elif isinstance(name := entry.attrs.get("name"), str):
            names[place] = name
    layers: dict[str, StoredLayer] = {}
    places: dict[str, str] = {}
    for place in sorted({"/".join(key.split("/")[:2]) for key in shapes if key.startswith("layers/")}, key=_natural):
        group = place.partition("/")[2]
        name = names.get(f"{place}/vars")
        own = {key.removeprefix(f"{place}/"): shape for key, shape in shapes.items() if key.startswith(f"{place}/")}
        own = {key: own[key] for key in sorted(own, key=_natural) if not _UNUSED_KEYS.search(key)}
        if not own:
            continue
        if name is None:
            raise WeightsError(
                f"`{file.filename}` does not name its layers, which the Keras that wrote it left out",
                "load it into the model that wrote it, and save that as a `.keras` file with Keras 3.8 or newer",
            )
        if name in layers:
            raise WeightsError(
                f"`{file.filename}` holds two layers named `{name}`", "give each layer a name of its own"
            )
        layers[name] = StoredLayer(name, re.sub(r"_\d+$", "", group), own)
        places[name] = place
    return layers, places


def _entries(file: h5py.File) -> Generator[tuple[str, Any]]:
    """All groups and arrays by their place; refuses what leads out of the file, and more than a network has."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", file)]
    while waiting:
        place, group = waiting.pop()
        yield place, group
        if place.count("/") > _MOST_DEPTH:
            raise ValueError("its groups nest too deep")
        for key in cast("Iterable[str]", group):
            inner = f"{place}/{key}".removeprefix("/")
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise ValueError(f"`{inner}` is a link to somewhere else")
            entry: Any = group[key]
            address: int = cast("Any", h5py).h5o.get_info(entry.id).addr
            if address in seen:
                raise ValueError(f"`{inner}` is in several places")  # ways through groups that share groups never end
            seen.add(address)
            if len(seen) > _MOST_OBJECTS:
                raise ValueError("it holds too many objects")
            is_group = isinstance(entry, h5py.Group)
            if is_group:
                waiting.append((inner, entry))
            elif isinstance(entry, h5py.Dataset):
                yield inner, entry


def _shape(entry: Any, place: str) -> Shape:
    if entry.external or entry.is_virtual:
        raise ValueError(f"`{place}` is stored in another file")
    if entry.shape is None:
        raise ValueError(f"`{place}` holds no numbers")
    return tuple(int(size) for size in entry.shape)


def _array(entry: Any) -> Array:
    if entry.attrs.get("dtype") == "bfloat16":  # stored as the two bytes that they are
        return (np.asarray(entry[()]).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    if entry.dtype.kind not in "fiub":
        raise WeightsError(f"`{entry.name}` holds {entry.dtype}, not numbers", _OTHERWISE)
    return np.asarray(entry[()])


def _natural(key: str) -> list[tuple[str, int]]:
    """Sorts `dense_2` before `dense_10`."""
    return [(text, int(number or 0)) for text, number in re.findall(r"(\D*)(\d*)", key)]


# zip archives

_END = 98  # bytes of the records at the end, which a comment may follow


@contextmanager
def _archive(path: Path) -> Generator[zipfile.ZipFile]:
    """An archive whose directory is no longer than that of any network: Python reads the whole of it at once."""
    with path.open("rb") as file:
        file.seek(max(os.path.getsize(path) - _END - 65535, 0))
        tail = file.read()
    at, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    size = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    size = int.from_bytes(tail[large + 40 : large + 48], "little") if large >= 0 else size
    if size > _MOST_DIRECTORY:
        raise ValueError(f"its directory has {size:,} bytes, more than {_MOST_DIRECTORY:,}")
    with zipfile.ZipFile(path) as archive:
        yield archive


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Generator[IO[bytes]]:
    """An entry of an archive, unless it would grow far beyond the archive's own size."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(f"it holds no `{name}`") from None
    if info.flag_bits & 1:
        raise ValueError(f"`{name}` in it is encrypted")
    if info.file_size > max(_SMALL, _MOST_SHRUNK * min(info.compress_size, os.path.getsize(str(archive.filename)))):
        raise ValueError(f"`{name}` in it would unpack to {info.file_size:,} bytes from {info.compress_size:,}")
    with archive.open(info) as source:
        yield source


def _config(path: Path) -> Mapping[str, Any]:
    """The description of the model, without how it was trained: that is not needed, and may name the user's classes."""
    with _archive(path) as archive, _entry(archive, _CONFIG) as source:
        data = source.read(_MOST_CONFIG + 1)
    if len(data) > _MOST_CONFIG:
        raise ValueError(f"its `{_CONFIG}` is larger than {_MOST_CONFIG:,} bytes")
    if sum(map(data.count, (b"[", b"{", b","))) > _MOST_VALUES:
        raise ValueError(f"its `{_CONFIG}` holds more than {_MOST_VALUES:,} values")
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError(f"its `{_CONFIG}` describes no model")
    return {key: value for key, value in cast("dict[str, Any]", found).items() if key != "compile_config"}


def _npz_layers(path: Path) -> dict[str, StoredLayer]:
    layers: dict[str, StoredLayer] = {}
    with _archive(path) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            layer, _, weight = name.partition("/")
            with _entry(archive, info.filename) as source:
                shape = _npy_shape(io.BytesIO(source.read(_MOST_HEADER)), info.filename)
            layers.setdefault(layer, StoredLayer(layer)).shapes[weight] = shape
    return layers


def _npy_shape(start: IO[bytes], name: str) -> Shape:
    """The shape in the header of a stored array."""
    version = np.lib.format.read_magic(start)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(start)
    if dtype.kind not in "fiub":
        raise ValueError(f"`{name}` in it holds {dtype}, not numbers")
    return shape
