"""A walk through a memory, as a guide of Neo4j Browser: slides whose queries a click puts into the editor."""

from __future__ import annotations

import html
import json

from graphmem.browser.queries import QUERIES, Query


def guide(namespace: str, style_url: str) -> str:
    """The page; its queries ask about `namespace`, written as a text of Cypher."""
    slides = [_welcome(style_url), *(_slide(number, query, namespace) for number, query in enumerate(QUERIES, start=1))]
    return f'<article class="guide"><carousel class="deck container-fluid">{"".join(slides)}</carousel></article>\n'


def _welcome(style_url: str) -> str:
    return _page(
        "What the agent knows",
        f"""<p>Click a command or query: it goes to the editor. Run it with the arrow, or Ctrl-Enter. First the
colours:</p>
{_runnable(f":style {style_url}")}
<p>An <b>arrow</b> between two entities is a fact that holds. The same fact is also a <b>node</b> between them, which
stays when it is retired; the observation (<b>step n</b>) that taught it, and the one that ended it, hang on it.</p>
<p>While an agent plays, run a query again to see what it knows by now. Next: {html.escape(QUERIES[0].title)}.</p>""",
    )


def _slide(number: int, query: Query, namespace: str) -> str:
    cypher = query.cypher.replace("$namespace", json.dumps(namespace))
    return _page(f"{number}. {query.title}", f"<p>{html.escape(query.shows)}</p>{_runnable(cypher)}")


def _page(title: str, body: str) -> str:
    return f"""<slide class="row-fluid"><div class="col-sm-12"><h3>{html.escape(title)}</h3>{body}</div></slide>
"""


def _runnable(text: str) -> str:
    return f'<pre mode="cypher" class="pre-scrollable code runnable">{html.escape(text)}</pre>'
