"""A picture as a Mermaid flowchart, which code hosts draw in pull requests."""

from __future__ import annotations

from specc.analysis.views.picture import Box, Picture, loop_frames

_SHAPES = {
    "input": ("([", "])"),
    "output": ("([", "])"),
    "state": ("[(", ")]"),
    "collect": ("[[", "]]"),
    "op": ("[", "]"),
}


def render(picture: Picture) -> str:
    """Mermaid source, ids by number so that any name can be a label."""
    ids = {box.id: f"n{index}" for index, box in enumerate(picture.boxes)}
    boxes = {box.id: box for box in picture.boxes}
    members = loop_frames(picture)
    lines = ["flowchart TD"]

    def frame(id: str | None, indent: str) -> None:
        lines.extend(f"{indent}{_box(boxes[name], ids[name])}" for name in members[id])
        for number, one in enumerate(picture.frames):
            if one.within == id:
                lines.append(f'{indent}subgraph loop{number}["{_text(one.caption)}"]')
                frame(one.id, indent + "  ")
                lines.append(f"{indent}end")

    frame(None, "  ")
    for arrow in picture.arrows:
        line = "-.->" if arrow.is_back else "-->"
        label = f"|{_text(arrow.label)}|" if arrow.label else ""
        lines.append(f"  {ids[arrow.start]} {line}{label} {ids[arrow.end]}")
    return "\n".join(lines) + "\n"


def _box(box: Box, id: str) -> str:
    opening, closing = _SHAPES[box.kind]
    return f'{id}{opening}"{_text(box.title)}<br/>{_text(box.detail)}"{closing}'


def _text(text: str) -> str:
    """Text within quotes; Mermaid reads `#` as the start of a character's code."""
    for character, code in {"&": "&amp;", "#": "&num;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\n": "<br/>"}.items():
        text = text.replace(character, code)
    return text
