"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

File = Annotated[str, typer.Argument(help="The memory's file.")]
Namespace = Annotated[str, typer.Option(help="Whose memory in the file.")]
EmbedderSpec = Annotated[
    str | None, typer.Option("--embedder", help='"minilm", "lexical", a folder with an ONNX model, or a hub name.')
]
Step = Annotated[int | None, typer.Option("--at", min=0, help="Read the memory as it stood after this step.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
