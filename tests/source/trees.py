"""Our trees beside PyYAML's: both loaders, a plain form to compare, and the invariants of spans."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
import yaml

from specc.source import Mapping, Node, Problem, Scalar, Sequence, Source, compose

COMPOSE = importlib.import_module("specc.source.compose")  # the package's name `compose` is the function
LOADERS = [
    pytest.param(getattr(yaml, "CSafeLoader", None), id="libyaml", marks=pytest.mark.skipif(
        not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")),
    pytest.param(yaml.SafeLoader, id="python"),
]  # fmt: skip
both_loaders = pytest.mark.parametrize("loader", LOADERS)


@contextmanager
def using(loader: type) -> Iterator[None]:
    with mock.patch.object(COMPOSE, "LOADER", loader):
        yield


def read(text: str, loader: type = yaml.SafeLoader) -> tuple[Node | None, list[Problem]]:
    """The tree of a text and its problems, after every span has been checked."""
    with using(loader):
        root, problems = compose(Source("net.yaml", text))
    if root is not None:
        check_spans(root, text)
    for problem in problems:
        for span in (problem.span, *(span for span, _ in problem.related)):
            assert 0 <= span.start <= span.end <= len(text), problem
    return root, problems


def check_spans(node: Node, text: str) -> None:
    """Every span lies inside the text, and a plain scalar on one line is what its span shows."""
    assert 0 <= node.span.start <= node.span.end <= len(text), node
    if isinstance(node, Scalar):
        if node.plain and node.text and "\n" not in node.span.text and "\r" not in node.span.text:
            assert node.span.text == node.text
    elif isinstance(node, Sequence):
        for item in node.items:
            check_spans(item, text)
    else:
        for entry in node:
            check_spans(entry.key, text)
            check_spans(entry.value, text)


def ours(node: Node | None) -> Any:
    """Strings, lists and lists of pairs."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [ours(item) for item in node.items]
    return [(ours(entry.key), ours(entry.value)) for entry in node]


def theirs(node: yaml.Node | None) -> Any:
    """The same of a tree that PyYAML composed."""
    if isinstance(node, yaml.SequenceNode):
        return [theirs(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return [(theirs(key), theirs(value)) for key, value in node.value]
    return None if node is None else node.value


def find(node: Node | None, *path: str | int) -> Node:
    """The node at a path of keys and positions."""
    for step in path:
        if isinstance(node, Mapping):
            node = node.get(str(step))
        else:
            assert isinstance(node, Sequence)
            assert isinstance(step, int)
            node = node.items[step]
    assert node is not None
    return node
