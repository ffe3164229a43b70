"""Files that are not YAML text, known by their content and their name."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from specc.source import foreign, foreign_folder
from specc.source.foreign import HEAD
from tests.foreign_files import BY_CONTENT_ALONE, FILES

TEXT = "specc: 1\nname: é漢😀\n"


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_tool_is_known(name: str) -> None:
    write, noun = FILES[name]
    kind = foreign(name, write())
    assert kind is not None and kind.noun.startswith(noun)
    assert kind.help


@pytest.mark.parametrize("name", BY_CONTENT_ALONE)
def test_the_content_counts_whatever_the_name(name: str) -> None:
    write, noun = FILES[name]
    kind = foreign("net.yaml", write())
    assert kind is not None and kind.noun.startswith(noun)


def test_the_suffix_counts_where_the_content_says_nothing() -> None:
    kind = foreign("runs/Model.KERAS", b"")
    assert kind is not None and kind.noun == "a Keras model"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["net.yaml", "net.yml", "net", "<stdin>", "net.json"])
def test_text_is_not_foreign(name: str, encoding: str) -> None:
    assert foreign(name, TEXT.encode(encoding)) is None


def test_text_stays_text_with_a_few_strange_characters() -> None:
    assert foreign("net.yaml", b"specc: 1\nname: a\x01b\n") is None
    assert foreign("net.yaml", "specc: 1\nname: é\n".encode("latin-1")) is None
    long = ("x" * (HEAD - 1) + "漢" * 9).encode()  # the head ends inside a character
    assert foreign("net.yaml", long[:HEAD]) is None
    assert foreign("net.yaml", codecs.BOM_UTF8) is None
    assert foreign("net.yaml", b"") is None


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"")
    saved, plain = foreign_folder(tmp_path / "saved"), foreign_folder(tmp_path)
    assert saved is not None and saved.noun == "a TensorFlow SavedModel"
    assert plain is not None and plain.noun == "a folder"
    assert foreign_folder(tmp_path / "nothing") is None
    assert foreign_folder("a" * 5000) is None
    assert foreign_folder("a\0b") is None
