"""How the graph is drawn in Neo4j Browser, as its style sheet (GraSS): by kind of node, with names one can read."""

from __future__ import annotations

from graphmem.viewer.kinds import COLOURS

_DIAMETERS = {"place": 85, "character": 85, "container": 80, "thing": 75, "value": 60}

_SHEET = """node {
  diameter: 75px; color: #8b93a1; border-color: #6d7480; border-width: 2px;
  text-color-internal: #ffffff; font-size: 14px;
}
relationship {
  color: #9aa1ad; shaft-width: 1px; font-size: 10px; padding: 3px;
  text-color-external: #30333a; text-color-internal: #ffffff; caption: "<type>";
}
node.Entity { caption: "{name}"; defaultCaption: "{name}"; }
node.Fact {
  diameter: 75px; color: #eaf6f1; border-color: #2fa37c; text-color-internal: #1d5f49; caption: "{relation}";
}
node.Current {
  diameter: 75px; color: #eaf6f1; border-color: #2fa37c; text-color-internal: #1d5f49; caption: "{relation}";
}
node.Retired {
  diameter: 75px; color: #f7e0de; border-color: #c0392b; text-color-internal: #7b2d26; caption: "{relation}";
}
node.Episode {
  diameter: 85px; color: #6c4fb3; border-color: #543b91; text-color-internal: #ffffff; caption: "step {step}";
}
node.Alias { diameter: 60px; color: #c9cdd4; border-color: #9aa1ad; text-color-internal: #30333a; caption: "{name}"; }
relationship.FACT { color: #5f6773; shaft-width: 2px; font-size: 12px; caption: "{relation}"; }
relationship.SUBJECT { caption: "subject"; }
relationship.OBJECT { caption: "object"; }
relationship.ASSERTED { color: #2fa37c; shaft-width: 2px; caption: "taught"; }
relationship.SUPPORTED { color: #7fc8ad; caption: "saw again"; }
relationship.RETIRED { color: #c0392b; shaft-width: 2px; caption: "ended"; }
relationship.MENTIONS { color: #c9cdd4; caption: "mentions"; }
"""


def style() -> str:
    """The sheet. Labels of a kind (`:Place`) are given to entities by `graphmem browser`."""
    kinds = (
        f"node.{label(kind)} {{ diameter: {_DIAMETERS[kind]}px; color: {colour}; border-color: {colour}; "
        'text-color-internal: #ffffff; caption: "{name}"; }\n'
        for kind, colour in COLOURS.items()
    )
    return _SHEET + "".join(kinds)


def label(kind: str) -> str:
    return kind.capitalize()
