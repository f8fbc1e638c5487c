"""The JSON Schema of the routing YAML, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from config.document import REQUIRED, Document


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
    if "default" in result and result["default"] is None:
        del result["default"]
    if "patternProperties" in result:
        result["additionalProperties"] = False
    options = result.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        options.remove({"type": "null"})
        if len(options) == 1:
            del result["anyOf"]
            result = {**options[0], **result}
    return result
