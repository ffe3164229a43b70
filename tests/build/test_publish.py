"""The files of a build in their folder: whole sets under names of their own, whatever stops a build."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from specc.diagnostics import Diagnostics
from specc.driver import run_build
from specc.emit.publish import ARTIFACTS, Place
from specc.spec.names import name_of_file

from ..cli.support import GOOD, python

EVENTS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "fcntl.flock", "tempfile.mkdtemp"}
ROUNDS = int(os.environ.get("SPECC_INTERRUPTS", "12"))


def publish(folder: Path, build: str, kinds: tuple[str, ...] = ARTIFACTS, **others: str | None) -> bool:
    """Publishes files that hold the name of a build."""
    files = {f"net_keras.{kind}": f"{build} {kind}".encode() for kind in kinds}
    hashes = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    place = Place(folder, "net_keras", others.get("spec", "net.yaml"), others.get("target") or "keras")
    content = {"spec": {"file": place.spec}, "target": {"name": place.target}, "files": hashes, "build": build}
    return place.publish(files, json.dumps(content).encode(), Diagnostics()) is not None


def builds(folder: Path) -> set[str]:
    """The builds that the files in a folder are of; `?` stands for anything that is not an artifact."""
    found: set[str] = set()
    for path in folder.iterdir():
        text = path.read_text() if path.is_file() and path.name.startswith("net_keras.") else "?"
        found.add(json.loads(text)["build"] if text.startswith("{") else text.split()[0])
    return found


def in_child(work: Callable[[], object]) -> int:
    """The exit status of a process that does some work."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except KeyboardInterrupt:
            os._exit(130)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def stopped(folder: Path, at: int, stop: Callable[[], None]) -> tuple[int, bool]:
    """Publishes build `b` in a process in which `stop` is called before an operation on files.

    Returns its exit status, and whether it came so far.
    """
    mark = folder.parent / "mark"

    def work() -> None:
        count = 0

        def hook(event: str, arguments: object) -> None:
            nonlocal count
            if event in EVENTS:
                count += 1
                if count == at:
                    os.mkdir(mark)
                    stop()

        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.addaudithook(hook)
        if not publish(folder, "b", ("py", "keras")):
            raise SystemExit(1)

    status = in_child(work)
    came = mark.exists()
    if came:
        mark.rmdir()
    return status, came


def fail() -> None:
    raise OSError(5, "Input/output error")


STOPS = {
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "interrupted": lambda: signal.raise_signal(signal.SIGINT),
    "failing": fail,
}


@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("has_former", [True, False])
def test_a_build_stopped_at_any_operation(how: str, has_former: bool, tmp_path: Path) -> None:
    outcomes: set[str] = set()
    for at in range(1, 100):
        folder = tmp_path / str(at) / "out"
        folder.mkdir(parents=True)
        if has_former:
            assert publish(folder, "a")
        status, came = stopped(folder, at, STOPS[how])
        if not came:
            assert status == 0 and builds(folder) == {"b"}
            break
        found = builds(folder)
        if how == "killed":  # between two moves, there is no manifest that the files would have to agree with
            assert found - {"?"} in ({"a"}, {"b"}, set()) or not (folder / "net_keras.manifest.json").exists()
        else:
            assert found - {"?"} in ({"a"}, {"b"}, set())
        outcomes |= found
        assert publish(folder, "c", ("py",), spec=None)
        assert builds(folder) == {"c"}
    else:
        pytest.fail("it never ends")
    assert len(outcomes) > 1


def test_concurrent_builds_and_their_readers(tmp_path: Path) -> None:
    """Two processes publish; a reader who finds the same manifest before and after has a set of one build."""

    def write(name: str) -> None:
        for number in range(ROUNDS):
            assert Place(tmp_path / "out", "other", "other.yaml", "keras").check(Diagnostics())
            assert publish(tmp_path / "out", f"{name}{number}")

    children: list[int] = []
    for name in "ab":
        child = os.fork()
        if not child:
            try:
                write(name)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    while children:
        children = [child for child in children if not os.waitpid(child, os.WNOHANG)[0]]
        try:
            before = (tmp_path / "out" / "net_keras.manifest.json").read_text()
            files = {kind: (tmp_path / "out" / f"net_keras.{kind}").read_text() for kind in ARTIFACTS}
            after = (tmp_path / "out" / "net_keras.manifest.json").read_text()
        except FileNotFoundError:
            continue
        if before == after:
            build = json.loads(before)["build"]
            assert files == {kind: f"{build} {kind}" for kind in ARTIFACTS}
    assert len(builds(tmp_path / "out")) == 1


def test_what_a_former_build_wrote_goes_and_what_a_user_changed_stays(tmp_path: Path) -> None:
    assert publish(tmp_path, "a")
    (tmp_path / "net_keras.keras").write_text("trained since")
    assert publish(tmp_path, "b", ("py",))
    assert sorted(os.listdir(tmp_path)) == ["net_keras.keras", "net_keras.manifest.json", "net_keras.py"]
    assert (tmp_path / "net_keras.keras").read_text() == "trained since"


@pytest.mark.parametrize("manifest", ["", "[]", "{", '{"spec": 1, "files": []}', '{"files": {"../x": {}}}', "[" * 9999])
def test_a_manifest_that_is_none(manifest: str, tmp_path: Path) -> None:
    (tmp_path / "net_keras.manifest.json").write_text(manifest)
    assert publish(tmp_path, "a")
    assert builds(tmp_path) == {"a"}


# Names

FILES = ["net", "a-b", "a_b", "a b", "a.b", "c-d", "é", "è", "e", "1", "n1", "日本", "中国", "_", "-", "a.yaml", "A"]


def test_specs_with_odd_file_names_do_not_share_their_artifacts(tmp_path: Path) -> None:
    owners: dict[str, str] = {}
    for stem in FILES:
        path = tmp_path / f"{stem}.yaml"
        path.write_text(GOOD, encoding="utf-8")
        before = {file.name: file.read_bytes() for file in (tmp_path / "out").glob("*")}
        result = run_build(path, out=tmp_path / "out", artifacts=["py"], verify=False)
        if result.ok:
            assert not {file.name for file in result.files} & owners.keys()
            owners |= {file.name: stem for file in result.files}
        else:
            (one,) = result.diagnostics
            assert one.code == "build-failed" and "belongs to another spec" in one.message
            assert before == {file.name: file.read_bytes() for file in (tmp_path / "out").glob("*")}
    assert {"net", "a-b", "c-d", "é", "è", "e", "日本", "中国"} <= {*owners.values()}
    again = run_build(tmp_path / "a-b.yaml", out=tmp_path / "out", artifacts=["py"], verify=False)
    assert again.ok


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("folder/net.yaml", "net"),
        ("net.YML", "net"),
        ("my-net.yaml", "my_net"),
        ("net.v2.yaml", "net_v2"),
        ("2 nets.yaml", "n2_nets"),
        ("é.yaml", "u00e9"),
        ("e\u0301.yaml", "u00e9"),
        ("<stdin>", "net"),
        (".yaml", "net"),
        ("\udcff.yaml", "udcff"),
    ],
)
def test_the_name_of_a_file(path: str, name: str) -> None:
    assert name_of_file(path) == name


def test_targets_whose_names_become_the_same(tmp_path: Path) -> None:
    assert publish(tmp_path, "a", target="a-b")
    assert not publish(tmp_path, "b", target="a_b")
    assert builds(tmp_path) == {"a"}


# Folders that cannot be written to


@pytest.mark.parametrize("out", ["file", "file/in", "folder", "/proc/specc", "/dev/null", "n" * 300, "long"])
def test_an_unwritable_folder_is_found_before_tensorflow_starts(out: str, tmp_path: Path) -> None:
    """`/proc` refuses new files to everybody; permissions would not stop the superuser."""
    net = tmp_path / f"{'n' * 240 if out == 'long' else 'net'}.yaml"
    net.write_text(GOOD, encoding="utf-8")
    (tmp_path / "file").write_text("a file, not a folder")
    (tmp_path / "folder" / "net_keras.keras").mkdir(parents=True)
    code = (
        "import sys, specc.driver as d; result = d.run_build(sys.argv[1], out=sys.argv[2])\n"
        "assert not {'tensorflow', 'keras'} & {*sys.modules}\n"
        "(one,) = result.diagnostics; print(one.code, one.message)"
    )
    ran = python(code, str(net), str(tmp_path / out))
    assert ran.code == 0, ran.err
    assert ran.out.startswith("build-failed cannot write to `")
    assert (tmp_path / "file").read_text() == "a file, not a folder"
    assert os.listdir(tmp_path / "folder") == ["net_keras.keras"]
    assert {one.name for one in tmp_path.iterdir()} == {net.name, "file", "folder"}


def test_a_folder_that_is_only_tried_is_not_there_afterwards(tmp_path: Path) -> None:
    place = Place(tmp_path / "a" / "b", "net_keras", "net.yaml", "keras")
    assert place.check(Diagnostics())
    assert not (tmp_path / "a").exists()
    (tmp_path / "a").mkdir()
    assert place.check(Diagnostics())
    assert not [*(tmp_path / "a").iterdir()]
