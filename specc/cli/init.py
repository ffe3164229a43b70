"""`specc init`: a commented spec to start from."""

from __future__ import annotations

import keyword
import os
import re
import shlex
from pathlib import Path

import click

from specc.cli._common import say
from specc.source.escape import one_line
from specc.source.scalars import resolve
from specc.spec.fields import RESERVED

_LONGEST = 60  # characters of a name

STARTER = """\
# {name}: what the model is for, in a sentence. Check it with `specc check {file}`.
specc: 1                                # version of the language
name: {name}

# Values that may be changed when building: specc build {file} --set units=32
params: {{units: 20}}

# What goes in: name to shape, without the batch axis.
inputs:
  features: [13]

# The network. `op` is a Keras layer class, and its attributes are that class's own arguments.
# A node reads the one above it, or what `from` names: [one] or [several, names].
nodes:
  hidden: {{op: Dense, units: "${{units}}", activation: relu}}
  # recalled: {{op: Dense, units: "${{units}}", activation: tanh, from: memory}}
  # mixed: {{op: Add, from: [hidden, recalled]}}
  result: {{op: Dense, units: 1}}

# Feedback exists only where it is declared. To try it, uncomment these lines and the two nodes above: `memory` is
# what `mixed` was one pass ago, zeros before the first, and `result` reads the last pass.
# loops:
#   settle:
#     passes: 5
#     states:
#       memory: {{init: zeros, next: mixed}}

# What comes out: a name or a list of names.
outputs: result

# How it is trained; never changes what it computes.
training:
  optimizer: {{op: Adam, learning_rate: 0.001}}
  loss: mse
  metrics: [mae]
  fit: {{batch_size: 32, epochs: 100}}

# What a change must not break: checked on every build.
budget: {{params_max: 1000, targets: [keras, tidl]}}
"""


@click.command()
@click.argument("path", default="net.yaml", metavar="[FILE]")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.pass_context
def command(context: click.Context, path: str, force: bool) -> None:
    """Write a commented starter spec to FILE (net.yaml)."""
    if path.endswith(("/", os.sep)):
        path += "net.yaml"
    file = Path(path if path.endswith((".yaml", ".yml")) else f"{path}.yaml")
    shown = shlex.quote(str(file))
    try:
        with open(file, "w" if force else "x", encoding="utf-8") as out:
            out.write(STARTER.format(name=_name(file), file=one_line(shown)))
    except FileExistsError:
        say(f"{file} exists; `--force` replaces it", err=True)
        context.exit(1)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}") from None
    for line in (f"wrote {file}", f"next: specc check {shown}", f"      specc show {shown}"):
        say(line)
    say(f"      specc build {shown} --target tidl")


def _name(file: Path) -> str:
    """The model's name: the file's stem as an identifier that neither Python nor YAML takes for something else."""
    name = re.sub(r"\W+", "_", file.name.split(".")[0], flags=re.ASCII).strip("_")[:_LONGEST] or "net"
    name = f"n{name}" if name[0].isdigit() else name
    is_taken = keyword.iskeyword(name) or name in RESERVED or not isinstance(resolve(name), str)
    return f"{name}_net" if is_taken else name
