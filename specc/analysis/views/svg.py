"""A picture as a drawing: standalone SVG on a white ground, inputs at the top, each loop in a dashed frame."""

from __future__ import annotations

from xml.sax.saxutils import escape

from specc.analysis.views.layout import Drawing, Label, Rectangle, draw, short_title
from specc.analysis.views.picture import Box, Frame, Picture

_FILLS = {"input": "#e8f1fb", "output": "#e8f1fb", "state": "#fdf3dc", "collect": "#f3ecfa", "op": "#ffffff"}
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif}"
    ".t{font-size:13px;font-weight:600;fill:#1b2733;text-anchor:middle}"
    ".d{font-size:11px;fill:#55636f;text-anchor:middle}"
    ".l{font-size:10px;fill:#7a5b12;stroke:#ffffff;stroke-width:3;paint-order:stroke}"
    ".c{font-size:11px;font-weight:600;fill:#7a5b12;stroke:#fffdf6;stroke-width:4;paint-order:stroke}"
    ".b{stroke:#8a99a8;stroke-width:1.2}"
    ".e{stroke:#66757f;stroke-width:1.3;fill:none}"
    ".k{stroke:#b0821f;stroke-width:1.3;fill:none;stroke-dasharray:5 4}"
    ".f{stroke:#b0821f;stroke-width:1.2;fill:#fffdf6;stroke-dasharray:6 4}"
)


def render(picture: Picture) -> str:
    """The text of an SVG file."""
    drawing = draw(picture)
    size = f'width="{drawing.width:.0f}" height="{drawing.height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}">',
        f"<title>{escape(picture.title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_head('a', '#66757f')}{_head('n', '#b0821f')}</defs>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *(_frame(place) for _, place in drawing.frames),
        *_lines(drawing),
        *(_caption(frame, place) for frame, place in drawing.frames),
        *(_box(box, place) for box, place in drawing.boxes),
        *(_label(label) for label in drawing.labels),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(id: str, color: str) -> str:
    return (
        f'<marker id="{id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{color}"/></marker>'
    )


def _frame(place: Rectangle) -> str:
    return (
        f'<rect class="f" x="{place.left:.1f}" y="{place.top:.1f}" '
        f'width="{place.width:.1f}" height="{place.height:.1f}" rx="12"/>'
    )


def _caption(frame: Frame, place: Rectangle) -> str:
    return f'<text class="c" x="{place.left + 12:.1f}" y="{place.top + 16:.1f}">{escape(frame.caption)}</text>'


def _lines(drawing: Drawing) -> list[str]:
    """Pieces that several arrows share are drawn once."""
    found = (
        f'<path class="{"k" if line.is_dashed else "e"}" d="{line.path}"'
        + (f' marker-end="url(#{"n" if line.is_dashed else "a"})"' if line.has_head else "")
        + "/>"
        for line in drawing.lines
    )
    return list(dict.fromkeys(found))


def _box(box: Box, place: Rectangle) -> str:
    radius = 18 if box.kind in ("input", "output") else 4
    middle = place.left + place.width / 2
    tip = f"<title>{escape(box.title)}</title>" if box.title != short_title(box.title) else ""
    return (
        f'<g>{tip}<rect class="b" x="{place.left:.1f}" y="{place.top:.1f}" '
        f'width="{place.width:.1f}" height="{place.height:.0f}" rx="{radius}" fill="{_FILLS[box.kind]}"/>'
        f'<text class="t" x="{middle:.1f}" y="{place.top + 19:.1f}">{escape(short_title(box.title))}</text>'
        f'<text class="d" x="{middle:.1f}" y="{place.top + 34:.1f}">{escape(short_title(box.detail))}</text></g>'
    )


def _label(label: Label) -> str:
    anchor = ' text-anchor="end"' if label.before else ""
    return f'<text class="l" x="{label.x:.1f}" y="{label.y:.1f}"{anchor}>{escape(label.text)}</text>'
