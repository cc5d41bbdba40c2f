"""A pydantic model as a schema that strict servers take."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from graphmem.llm.dialect import in_words, strict_schema, without_bounds


class Leaf(BaseModel):
    """A leaf."""

    title: Annotated[str, Field(max_length=9, pattern="a+")] = "hm"
    default: int | None = None


class Tree(BaseModel):
    leaves: Annotated[list[Leaf], Field(max_length=3, description="those that hang")]
    best: Annotated[Leaf, Field(description="the greenest")]
    kind: Literal["oak", "elm"] = "oak"
    required: bool = False


def _objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in _objects(item)]
    if not isinstance(node, dict):
        return []
    inner = [found for value in node.values() for found in _objects(value)]
    return [*([node] if isinstance(node.get("properties"), dict) else []), *inner]


def test_every_object_requires_all_and_allows_no_more() -> None:
    objects = _objects(strict_schema(Tree))
    assert len(objects) == 2
    for each in objects:
        assert each["required"] == list(each["properties"])
        assert each["additionalProperties"] is False


def test_a_property_may_be_named_like_a_keyword() -> None:
    assert set(strict_schema(Leaf)["properties"]) == {"title", "default"}
    assert set(without_bounds(strict_schema(Tree))["properties"]) == {"leaves", "best", "kind", "required"}


def test_no_keyword_is_left_that_strict_mode_refuses() -> None:
    leaf = strict_schema(Tree)["$defs"]["Leaf"]["properties"]
    assert leaf["title"] == {"type": "string", "maxLength": 9, "pattern": "a+"}
    assert leaf["default"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


def test_a_reference_stands_alone() -> None:
    assert strict_schema(Tree)["properties"]["best"] == {"$ref": "#/$defs/Leaf"}


def test_bounds_can_be_left_out() -> None:
    bare = without_bounds(strict_schema(Tree))
    assert bare["properties"]["leaves"] == {
        "type": "array",
        "items": {"$ref": "#/$defs/Leaf"},
        "description": "those that hang",
    }
    assert bare["$defs"]["Leaf"]["properties"]["title"] == {"type": "string"}


def test_in_words_it_is_the_same_schema_on_a_line() -> None:
    first, second = in_words(strict_schema(Leaf)).splitlines()
    assert "JSON" in first
    assert second.startswith('{"description":"A leaf.","properties":{')
