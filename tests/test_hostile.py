"""Files written to cost much cost little: each ends with a diagnostic, within its share of time and memory.

Each is checked in a process of its own whose limits the operating system enforces; `SPECC_HOSTILE=5000` in the
environment makes every file longer by that depth.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEPTH = int(os.environ.get("SPECC_HOSTILE", "1000"))
SECONDS = 20  # of processor time: ten times what is promised, for slow machines
BYTES = 2 * 1024**3  # of address space, which is more than what is used

_HEAD = "specc: 1\ninputs: {x: [4]}\n"
_DENSE = "  n: {op: Dense, units: 4}\noutputs: n\n"
_LAYER = "    inputs: [i]\n    nodes:\n      d: {op: Dense, units: 4}\n    outputs: d\n"


def _params(first: str, make: Callable[[int], str], count: int) -> str:
    rows = "".join(f"  a{at}: {make(at - 1)}\n" for at in range(1, count))
    return f"{_HEAD}params:\n  a0: {first}\n{rows}nodes:\n{_DENSE}"


def _nodes(make: Callable[[int], str], count: int, blocks: str = "") -> str:
    rows = "".join(f"  n{at}: {make(at)}\n" for at in range(count))
    return f"{_HEAD}{blocks}nodes:\n{rows}  n{count}: {{op: Dense, units: 4, from: x}}\noutputs: n0\n"


def _nested_blocks(count: int, uses: int, when: str) -> str:
    rows = ""
    for at in range(1, count):
        inner = "".join(f"      u{use}: {{block: b{at - 1}}}\n" for use in range(uses))
        rows += f"  b{at}:\n    inputs: [i]\n    nodes:\n{inner}    outputs: u0\n"
    first = f"  b0:\n    inputs: [i]\n    nodes:\n      d: {{op: Dense, units: 4, when: {when}}}\n    outputs: d\n"
    return f"{_HEAD}blocks:\n{first}{rows}nodes:\n  n: {{block: b{count - 1}}}\noutputs: n\n"


def _many(what: str) -> str:
    return ", ".join([what] * (DEPTH * 100))


def _valued(text: str) -> str:
    return f"{_HEAD}nodes:\n  n: {{op: Dense, units: {text}}}\noutputs: n\n"


def _add(names: str) -> str:
    return f"{_HEAD}nodes:\n  n: {{op: Add, from: [{names}]}}\noutputs: n\n"


def _repeat(block: str) -> str:
    return f"{_HEAD}{block}nodes:\n  n: {{block: b, repeat: 1000000000}}\noutputs: n\n"


_BLOCK = "blocks:\n  b:\n" + _LAYER

FILES: dict[str, str] = {
    "strings that double": _params("xxxxxxxx", lambda at: f'"${{a{at}}}${{a{at}}}"', 40),
    "lists that double": _params("[1, 1]", lambda at: f'["${{a{at}}}", "${{a{at}}}"]', 40),
    "lists in lists": _params("[1]", lambda at: f'["${{a{at}}}"]', DEPTH),
    "numbers that multiply": _params("999999999", lambda at: f'"${{a{at} * a{at}}}"', 40),
    "defaults in the wrong order": _params('"${a1}"', lambda at: f'"${{a{at + 2}}}"', DEPTH),
    "blocks that are left out": _nested_blocks(40, 3, "false"),
    "blocks that double": _nested_blocks(40, 2, "true"),
    "blocks in blocks": _nested_blocks(DEPTH, 1, "true"),
    "a repeat of nothing": _repeat(_BLOCK.replace("units: 4", "units: 4, when: false")),
    "a repeat of a mistake": _repeat(_BLOCK.replace("Dense", "Dens")),
    "unknown names": _add(", ".join(f"q{at}" for at in range(DEPTH * 90))),
    "one name over and over": _add(_many("x")),
    "one output over and over": f"{_HEAD}nodes:\n  n: {{op: Dense, units: 4}}\noutputs: [{_many('n')}]\n",
    "unknown keys": f"{_HEAD}nodes:\n  n: {{{', '.join(f'k{at}: 1' for at in range(DEPTH * 50))}}}\noutputs: n\n",
    "one key over and over": f"{_HEAD}nodes:\n  n: {{{_many('k: 1')}}}\noutputs: n\n",
    "unknown ops": _nodes(lambda at: f"{{op: Dens{at}}}", DEPTH * 5),
    "mistakes": _nodes(lambda _: "{op: Dense, units: -4}", DEPTH * 20),
    "aliases of aliases": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12)),
    "lists without end": _valued("[" * DEPTH + "]" * DEPTH),
    "brackets without end": _valued('"${' + "(" * DEPTH + "1" + ")" * DEPTH + '}"'),
    "calls of repeated calls": _nodes(lambda at: f"{{call: n{at + 1}, from: n{at + 1}, repeat: 1}}", DEPTH),
    "signs without end": _valued('"${' + "-" * 400 + '1}"'),
}


def long_networks(depth: int) -> dict[str, str]:
    """Long networks of every kind of chain, against the order of the text where there is one; nothing is wrong."""
    return {
        "nodes in reverse order": _nodes(lambda at: f"{{op: Dense, units: 4, from: n{at + 1}}}", depth),
        "nodes in reverse order with when": _nodes(
            lambda at: f"{{op: Dense, units: 4, from: n{at + 1}, when: true}}", depth
        ),
        "blocks in reverse order": _nodes(lambda at: f"{{block: b, from: n{at + 1}}}", depth, _BLOCK),
        "calls": _nodes(lambda at: f"{{call: n{at + 1}, from: n{at + 1}}}", depth),
        "calls with when": _nodes(lambda at: f"{{call: n{at + 1}, from: n{at + 1}, when: true}}", depth),
        "calls of blocks": _nodes(
            lambda at: f"{{call: n{at + 1}, from: x}}" if at < depth - 1 else "{block: b, from: x}", depth, _BLOCK
        )
        .replace(f"  n{depth}: {{op: Dense, units: 4, from: x}}\n", "")
        .replace("outputs: n0", f"outputs: [{', '.join(f'n{at}' for at in range(depth))}]"),
        "else after else": _nodes(
            lambda at: f"{{op: Dense, units: 4, from: x, when: {{if: false, else: n{at + 1}}}}}", depth
        ),
        "shapes asked in reverse order": _nodes(
            lambda at: f'{{op: Dense, units: "${{channels(n{at + 1})}}", from: n{at + 1}}}', depth
        ),
        "shapes asked through other nodes": _nodes(
            lambda at: (
                f'{{op: Dense, units: "${{channels(n{at + 1})}}", from: n{at + 1}}}'
                if at % 2
                else f"{{op: ReLU, from: n{at + 1}}}"
            ),
            depth,
        ),
        "copies of copies": _nodes(lambda at: f"{{op: ReLU, from: n{at + 1}/1, repeat: 1}}", depth).replace(
            "units: 4, from: x}", "units: 4, from: x, repeat: 1}"
        ),
        "all copies of all copies": _nodes(
            lambda at: f"{{op: ReLU, from: n{at + 1}, repeat: 1}}" if at % 2 else f"{{op: Add, from: n{at + 1}.*}}",
            depth // 2 * 2,
        ),
        "blocks in a chain": f"{_HEAD}{_BLOCK}nodes:\n"
        + "".join(f"  n{at}: {{block: b}}\n" for at in range(depth))
        + f"outputs: n{depth - 1}\n",
    }


LONG = long_networks(DEPTH)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def _checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc", "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=_limited, check=False)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_with_a_diagnostic(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(FILES[name], encoding="utf-8")
    ran = _checked(str(path), "--target", "tidl")
    assert ran.returncode in (0, 1), ran.stderr
    assert len(ran.stdout) < 500_000
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", LONG)
def test_a_long_network_is_checked(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(LONG[name], encoding="utf-8")
    ran = _checked(str(path))
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_what_is_not_a_regular_file_is_not_read(tmp_path: Path) -> None:
    pipe, device, loop = tmp_path / "pipe.yaml", tmp_path / "device.yaml", tmp_path / "loop.yaml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    loop.symlink_to(loop)
    for path in (pipe, device, loop):
        ran = _checked(str(path))
        assert ran.returncode == 1, ran.stderr
        assert "error[unreadable-file]" in ran.stdout
        net = tmp_path / "net.yaml"
        net.write_text(f"{_HEAD}nodes:\n{_DENSE}", encoding="utf-8")
        ran = _checked(str(net), "--target", str(path))
        assert ran.returncode == 1, ran.stderr
        assert "cannot be read" in ran.stdout


def test_input_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    with open("/dev/zero", "rb") as zeros:
        command = [sys.executable, "-m", "specc", "check", "-"]
        ran = subprocess.run(command, stdin=zeros, capture_output=True, text=True, preexec_fn=_limited, check=False)
    assert ran.returncode == 1
    assert "error[unreadable-file]" in ran.stdout
