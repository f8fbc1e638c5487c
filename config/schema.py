"""The JSON Schema of the routing YAML, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from config.document import REQUIRED, Document
from config.scalars import DURATION_PATTERN, PERCENT_PATTERN, duration_text, percent_text


def json_schema() -> dict[str, Any]:
    """The schema of a whole file. A file that is only included lacks the required sections."""
    schema: dict[str, Any] = _strict(Document.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Strowger routing"
    schema["required"] = list(REQUIRED)
    schema["properties"]["numbers"]["required"] = ["default"]
    return schema


def _strict(node: Any) -> Any:
    """As strict as the loader: leaving a key out is the only way to say nothing, and keys must fit."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _strict(value) for key, value in node.items()}
    if "default" in result:
        _as_written(result)
    if "patternProperties" in result:
        result["additionalProperties"] = False
    options = result.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        options.remove({"type": "null"})
        if len(options) == 1:
            del result["anyOf"]
            result = {**options[0], **result}
    return result


def _as_written(field: dict[str, Any]) -> None:
    """A default as one would write it; one that consists of other defaults is told there."""
    default = field["default"]
    if default is None or isinstance(default, dict | list):
        del field["default"]
    elif field.get("pattern") == DURATION_PATTERN:
        field["default"] = duration_text(default)
    elif field.get("pattern") == PERCENT_PATTERN:
        field["default"] = percent_text(default)
