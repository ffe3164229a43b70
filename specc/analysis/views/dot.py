"""A picture as Graphviz source."""

from __future__ import annotations

from specc.analysis.views.picture import Box, Picture, loop_frames

_STYLES = {
    "input": "shape=box, style=rounded",
    "output": "shape=box, style=rounded",
    "state": "shape=cylinder",
    "collect": "shape=box, peripheries=2",
    "op": "shape=box",
}


def render(picture: Picture) -> str:
    boxes = {box.id: box for box in picture.boxes}
    members = loop_frames(picture)
    lines = [
        f"digraph {_text(picture.title)} {{",
        '  node [fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9];',
    ]

    def frame(id: str | None, indent: str) -> None:
        lines.extend(f"{indent}{_box(boxes[name])}" for name in members[id])
        for number, one in enumerate(picture.frames):
            if one.within == id:
                lines.append(f"{indent}subgraph cluster_{number} {{")
                lines.append(f"{indent}  label={_text(one.caption)}; style=dashed;")
                frame(one.id, indent + "  ")
                lines.append(f"{indent}}}")

    frame(None, "  ")
    for arrow in picture.arrows:
        settings = [f"label={_text(arrow.label)}"] if arrow.label else []
        settings += ["style=dashed", "constraint=false"] if arrow.is_back else []
        lines.append(
            f"  {_text(arrow.start)} -> {_text(arrow.end)}" + (f" [{', '.join(settings)}];" if settings else ";")
        )
    lines.append("}")
    return "\n".join(lines) + "\n"


def _box(box: Box) -> str:
    label = f'"{_escaped(box.title)}\\n{_escaped(box.detail)}"'
    return f"{_text(box.id)} [label={label}, {_STYLES[box.kind]}];"


def _text(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
