"""Any model behind an OpenAI-compatible endpoint: replies in a form, what they took, record and replay.

    chat.py       ChatModel, the one class a user needs
    dialogue.py   one question and at most one repair
    json_text.py  JSON objects in a model's text
    schema.py     a pydantic model as a JSON Schema, and in words
    dialect.py    what a server understands, learned from its refusals
    endpoint.py   over HTTP, tried again while that can help
    loop.py       the event loop of plain calls
    completion.py the body of its replies
    faults.py     what can go wrong there, and how it is said
    recording.py  exchanges in a file, and back
    usage.py      what calls took, and the budget
    prices.py     what models cost
    exchange.py   the data that these pass to each other

>>> from graphmem.llm import ChatModel
>>> model = ChatModel("gpt-4.1-mini", budget=1.00)  # doctest: +SKIP
"""

from graphmem.llm.chat import ChatModel
from graphmem.llm.exchange import Patience
from graphmem.llm.prices import Price
from graphmem.llm.usage import Bill, Usage

__all__ = ["Bill", "ChatModel", "Patience", "Price", "Usage"]
