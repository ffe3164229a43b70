"""A picture as a drawing: layers from top to bottom by the longest path, loops as dashed frames."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from specc.analysis.views.picture import Arrow, Box, Picture, loop_frames

_CHAR, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _PAD = 7.2, 44.0, 34.0, 46.0, 40.0, 16.0
_FILLS = {"input": "#e8f1fb", "output": "#e8f1fb", "state": "#fdf3dc", "collect": "#f3ecfa", "op": "#ffffff"}
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;text-anchor:middle}"
    ".t{font-size:13px;font-weight:600;fill:#1b2733}.d{font-size:11px;fill:#55636f}.l{font-size:10px;fill:#7a5b12}"
    ".b{stroke:#8a99a8;stroke-width:1.2}.e{stroke:#66757f;stroke-width:1.3;fill:none}"
    ".k{stroke:#b0821f;stroke-width:1.3;fill:none;stroke-dasharray:5 4}"
    ".f{stroke:#b0821f;stroke-width:1.2;fill:#fffdf6;stroke-dasharray:6 4}"
)


@dataclass(slots=True)
class _Place:
    x: float
    y: float
    width: float

    @property
    def center(self) -> float:
        return self.x + self.width / 2


def render(picture: Picture) -> str:
    """Standalone SVG text on a white ground."""
    layers = _layers(picture)
    places = _placed(picture, layers)
    frames = _frames(picture, places)
    lowest = max((place.y + _HEIGHT for place in places.values()), default=0.0)
    rightmost = max(
        [*(place.x + place.width for place in places.values()), *(f[2] for f in frames.values())], default=0.0
    )
    width, height = rightmost + 2 * _MARGIN, lowest + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">',
        f"<title>{escape(picture.title)}</title><style>{_STYLE}</style>",
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#66757f"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for frame in picture.frames:
        left, top, right, bottom = frames[frame.id]
        parts.append(
            f'<rect class="f" x="{left:.1f}" y="{top:.1f}" rx="12" '
            f'width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
            f'<text class="l" x="{(left + right) / 2:.1f}" y="{top + 13:.1f}">{escape(frame.caption)}</text>'
        )
    parts += [_arrow(arrow, places, rightmost) for arrow in picture.arrows]
    parts += [_box(box, places[box.id]) for box in picture.boxes]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _layers(picture: Picture) -> list[list[Box]]:
    """Each box one layer below the lowest box it reads; what reads a loop below all of it. Back arrows do not count."""
    level = {box.id: 0 for box in picture.boxes}
    readers: dict[str, list[str]] = {}
    waiting = {box.id: 0 for box in picture.boxes}
    frame_of = {box.id: box.frame for box in picture.boxes}
    members = loop_frames(picture)
    for arrow in picture.arrows:
        if arrow.is_back:
            continue
        frame = frame_of[arrow.start]
        starts = members[frame] if frame is not None and frame_of[arrow.end] is None else [arrow.start]
        for start in starts:
            readers.setdefault(start, []).append(arrow.end)
            waiting[arrow.end] += 1
    ready = [box.id for box in picture.boxes if not waiting[box.id]]
    for id in ready:
        for reader in readers.get(id, ()):
            level[reader] = max(level[reader], level[id] + 1)
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    layers: list[list[Box]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for box in picture.boxes:
        layers[level[box.id]].append(box)
    return layers


def _placed(picture: Picture, layers: list[list[Box]]) -> dict[str, _Place]:
    """Boxes side by side in their layer, ordered and pulled towards the middle of what they read."""
    reads: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        if not arrow.is_back:
            reads.setdefault(arrow.end, []).append(arrow.start)
    places: dict[str, _Place] = {}

    def wanted(box: Box) -> float:
        centers = [places[one].center for one in reads.get(box.id, ()) if one in places]
        return sum(centers) / len(centers) if centers else -1.0

    for index, layer in enumerate(layers):
        y = _MARGIN + index * (_HEIGHT + _GAP_Y)
        x = _MARGIN
        for box in sorted(layer, key=lambda box: (box.frame is None, wanted(box))):
            width = max(_CHAR * len(box.title) + 24, 6.2 * len(box.detail) + 20, 60.0)
            left = max(x, wanted(box) - width / 2)
            places[box.id] = _Place(left, y, width)
            x = left + width + _GAP_X
    _clear_frames(picture, layers, places)
    return places


def _clear_frames(picture: Picture, layers: list[list[Box]], places: dict[str, _Place]) -> None:
    """Moves boxes outside every frame to the right of the frames that their layer cuts."""
    edges = _frames(picture, places).values()
    for layer in layers:
        outside = sorted((places[box.id] for box in layer if box.frame is None), key=lambda place: place.x)
        for index, place in enumerate(outside):
            cut = [right for _, top, right, bottom in edges if top < place.y + _HEIGHT and place.y < bottom]
            least = max([right + _PAD for right in cut], default=_MARGIN)
            if index:
                least = max(least, outside[index - 1].x + outside[index - 1].width + _GAP_X)
            place.x = max(place.x, least)


def _frames(picture: Picture, places: dict[str, _Place]) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each frame, inner ones first so that outer ones go around them."""
    within = {frame.id: frame.within for frame in picture.frames}
    found: dict[str, tuple[float, float, float, float]] = {}
    for frame in reversed(picture.frames):
        inside = [
            (p.x, p.y, p.x + p.width, p.y + _HEIGHT)
            for box in picture.boxes
            if box.frame == frame.id
            for p in [places[box.id]]
        ]
        inside += [found[id] for id, outer in within.items() if outer == frame.id and id in found]
        if not inside:
            inside = [(_MARGIN, _MARGIN, _MARGIN + 60, _MARGIN + _HEIGHT)]
        left, top, right, bottom = (
            min(e[0] for e in inside),
            min(e[1] for e in inside),
            max(e[2] for e in inside),
            max(e[3] for e in inside),
        )
        found[frame.id] = (left - _PAD, top - _PAD - 4, right + _PAD, bottom + _PAD)
    return found


def _box(box: Box, place: _Place) -> str:
    radius = 18 if box.kind in ("input", "output") else 4
    return (
        f'<rect class="b" x="{place.x:.1f}" y="{place.y:.1f}" width="{place.width:.1f}" height="{_HEIGHT:.0f}" '
        f'rx="{radius}" fill="{_FILLS[box.kind]}"/>'
        f'<text class="t" x="{place.center:.1f}" y="{place.y + 19:.1f}">{escape(box.title)}</text>'
        f'<text class="d" x="{place.center:.1f}" y="{place.y + 34:.1f}">{escape(box.detail)}</text>'
    )


def _arrow(arrow: Arrow, places: dict[str, _Place], rightmost: float) -> str:
    start, end = places[arrow.start], places[arrow.end]
    if arrow.is_back:
        side = max(start.x + start.width, end.x + end.width) + 26
        x1, y1, x2, y2 = start.x + start.width, start.y + _HEIGHT / 2, end.x + end.width, end.y + _HEIGHT / 2
        curve = f"M{x1:.1f} {y1:.1f}C{side:.1f} {y1:.1f} {side:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        path = f'<path class="k" marker-end="url(#a)" d="{curve}"/>'
        label_x, label_y = side + 4, (y1 + y2) / 2
    else:
        x1, y1, x2, y2 = start.center, start.y + _HEIGHT, end.center, end.y
        middle = (y1 + y2) / 2
        curve = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
        path = f'<path class="e" marker-end="url(#a)" d="{curve}"/>'
        label_x, label_y = (x1 + x2) / 2 + 14, middle + 3
    label = f'<text class="l" x="{label_x:.1f}" y="{label_y:.1f}">{escape(arrow.label)}</text>' if arrow.label else ""
    return path + label
