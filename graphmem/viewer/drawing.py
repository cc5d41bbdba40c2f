"""A picture that stands still: what a notebook shows of a memory, and the same on an axis of matplotlib."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from graphmem.errors import MissingExtra, extra
from graphmem.records import Fact
from graphmem.viewer.kinds import COLOURS, kinds

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

    from graphmem.view import View

MOST_ENTITIES = 40
"""Entities drawn: the best connected."""

_WIDE, _HIGH, _RIM = 640, 400, 40
_LINE = "#8b93a1"
_ARROW = {"arrowstyle": "-|>", "color": _LINE, "linewidth": 0.8, "connectionstyle": "arc3,rad=0.1", "shrinkB": 5}


@dataclass(frozen=True)
class Drawing:
    """Facts that hold between the best connected entities (values left out), with places from -1 to 1, and kinds."""

    facts: list[Fact]
    places: Mapping[str, tuple[float, float]]
    kinds: Mapping[str, str]
    degrees: Mapping[str, int]


def drawing(view: View) -> Drawing:
    """What to draw of a memory; the same each time."""
    with extra("networkx"):
        import networkx as nx

    facts = view.facts()
    kind_of = kinds(facts)
    degrees = Counter(name for fact in facts for name in (fact.subject, fact.object) if kind_of[name] != "value")
    best = {name for name, _ in degrees.most_common(MOST_ENTITIES)}
    shown = [fact for fact in facts if {fact.subject, fact.object} <= best]
    graph = nx.Graph((fact.subject, fact.object) for fact in shown)
    return Drawing(shown, _places(graph), kind_of, degrees)


def _places(graph: nx.Graph) -> dict[str, tuple[float, float]]:
    """Where entities stand. Parts that no fact connects are held together by a hub that is not drawn."""
    import networkx as nx

    parts = list(nx.connected_components(graph))
    held = graph.copy()
    if len(parts) > 1:
        held.add_edges_from(("", max(sorted(part), key=graph.degree)) for part in parts)
    places = nx.spring_layout(held, seed=1, iterations=300, k=2.4 / max(len(graph), 1) ** 0.5)
    return {name: (float(x), float(y)) for name, (x, y) in places.items() if name}


def draw(view: View, ax: Axes) -> Axes:
    """Draw the memory on an axis of matplotlib; gives the axis."""
    found = drawing(view)
    for fact in found.facts:
        ax.annotate("", found.places[fact.object], found.places[fact.subject], arrowprops=_ARROW)
    for name, (x, y) in found.places.items():
        ax.scatter([x], [y], s=14 * _radius(found, name), color=COLOURS[found.kinds[name]], zorder=2)
        ax.annotate(
            _clipped(name), (x, y), (0, -6), textcoords="offset points", ha="center", va="top", size=8, parse_math=False
        )
    ax.margins(0.12)
    ax.set_axis_off()
    return ax


def html(view: View) -> str:
    """The memory in numbers and as an SVG drawing, to stand in a notebook. Names are text, never markup."""
    stats = view.stats()
    retired = stats.facts - stats.current_facts
    numbers = (
        f"{stats.entities:,} entities, {stats.current_facts:,} facts hold, {retired:,} retired, "
        f"{stats.episodes:,} episodes" + (f", {stats.pending:,} pending" if stats.pending else "")
    )
    try:
        found = drawing(view)
    except MissingExtra as missing:
        return f"<div><p><b>graphmem memory</b><br>{numbers}<br>{escape(str(missing))}</p></div>"
    part = f"<br>drawn: {len(found.facts):,} facts" if len(found.facts) < stats.current_facts else ""
    return f"<div><p><b>graphmem memory</b><br>{numbers}{part}</p>{_svg(found) if found.facts else ''}</div>"


def _svg(found: Drawing) -> str:
    at = {name: _pixels(*place) for name, place in found.places.items()}
    lines = (_line(fact, at) for fact in found.facts)
    circles = (_circle(name, *at[name], found) for name in at)
    return (
        f'<svg viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}" height="{_HIGH}" role="img" style="max-width:100%"'
        f' font-family="sans-serif" font-size="11" fill="currentColor">{"".join(lines)}{"".join(circles)}</svg>'
    )


def _pixels(x: float, y: float) -> tuple[float, float]:
    return _RIM + (x + 1) / 2 * (_WIDE - 2 * _RIM), _RIM / 2 + (1 - y) / 2 * (_HIGH - 1.5 * _RIM)


def _line(fact: Fact, at: Mapping[str, tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = at[fact.subject], at[fact.object]
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_LINE}" stroke-opacity=".6">'
        f"<title>{escape(str(fact))}</title></line>"
    )


def _circle(name: str, x: float, y: float, found: Drawing) -> str:
    kind, radius = found.kinds[name], _radius(found, name)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{COLOURS[kind]}">'
        f"<title>{escape(name)} ({kind})</title></circle>"
        f'<text x="{x:.1f}" y="{y + radius + 11:.1f}" text-anchor="middle">{escape(_clipped(name))}</text>'
    )


def _radius(found: Drawing, name: str) -> float:
    return float(min(3.5 + 1.3 * found.degrees[name] ** 0.5, 14))


def _clipped(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
