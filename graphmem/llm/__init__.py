"""Any model behind an OpenAI-compatible endpoint: replies in a form, what they took, record and replay.

One request passes through seven modules:

    chat.py       ChatModel, the one class a user needs
    dialogue.py   one question, at most one repair, more room for a model that thinks
    dialect.py    the request as a server understands it, learned from its refusals
    endpoint.py   over HTTP, tried again while that can help (the one place that does)
    response.py   what comes back, in any shape: an answer, or what is wrong
    reply.py      the form in the answer's text
    exchange.py   the data that these pass to each other

Beside them:

    loop.py       the event loop of plain calls
    usage.py      what calls took, what models cost, and the budget
    recording.py  exchanges in a file, and back
    fields.py     names, triples and numbers in a reply, read for what they mean

>>> from graphmem.llm import ChatModel
>>> model = ChatModel("gpt-4.1-mini", budget=1.00)  # doctest: +SKIP
"""

from graphmem.llm.chat import ChatModel
from graphmem.llm.exchange import Patience
from graphmem.llm.usage import Bill, Price, Usage

__all__ = ["Bill", "ChatModel", "Patience", "Price", "Usage"]
