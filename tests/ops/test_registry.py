"""What holds for every op."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import specc.ops
from specc.ops import _registry
from specc.ops._attributes import fields_of
from specc.ops._base import OpDef

OPS = _registry.all_ops()
BY_NAME = pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])
FILES = sorted(path for path in Path(specc.ops.__path__[0]).glob("[a-z]*.py"))


def test_one_file_one_op() -> None:
    assert len(FILES) == len(OPS) == len({op.name for op in OPS})


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_op_has_a_test_of_its_own(path: Path) -> None:
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()


@BY_NAME
def test_an_op_is_found_by_its_exact_name_only(op: OpDef) -> None:
    assert _registry.find(op.name) is op
    assert _registry.find(op.name.upper()) in (None, op)
    assert _registry.find(op.name.lower()) is None


@BY_NAME
def test_every_op_and_attribute_is_documented(op: OpDef) -> None:
    assert op.doc.endswith(".")
    for field in fields_of(op.attributes).values():
        assert field.doc.endswith("."), field.name
        assert field.kind.expects, field.name


@BY_NAME
def test_attributes_are_frozen_and_hashable(op: OpDef) -> None:
    required = {name: 1 for name, field in fields_of(op.attributes).items() if field.required}
    attributes = op.attributes(**required)
    assert hash(attributes) == hash(op.attributes(**required))
    with pytest.raises(dataclasses.FrozenInstanceError):
        attributes.dtype = "float16"


def test_no_op_imports_tensorflow() -> None:
    load = "from specc.ops import _registry; _registry.all_ops()"
    look = "import sys; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"{load}; {look}"], check=True, cwd=Path(specc.__file__).parent.parent)
