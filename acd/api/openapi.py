"""The OpenAPI 3.1 document, made from the routes and from the models that check what goes in and out."""

from __future__ import annotations

import http
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from acd.api.problems import CONTENT_TYPE
from acd.api.routes import CSV, Route
from acd.api.schemas.base import Query
from acd.api.schemas.facts import MODELS, ChangesMessage, SnapshotMessage
from acd.api.schemas.problem import ProblemDetails
from acd.archive import Role

_REFERENCE: Final = "#/components/schemas/{model}"
_PATH_PARAMETER: Final = re.compile(r"{(\w+)(?::((?:[^{}]|{[^{}]*})*))?}")
_STREAM: Final[tuple[type[BaseModel], ...]] = (SnapshotMessage, ChangesMessage, *MODELS.values())

Json = dict[str, Any]


def document(routes: Sequence[Route], version: str) -> Json:
    """The whole document."""
    schemas, references = _schemas(routes)
    paths: dict[str, Json] = {}
    for route in routes:
        path = paths.setdefault(plain_path(route.path), {})
        path[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Strowger",
            "version": version,
            "summary": "An automatic call distributor for Asterisk that explains its decisions.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def plain_path(path: str) -> str:
    """A route's path without the patterns of its parameters."""
    return _PATH_PARAMETER.sub(r"{\1}", path)


def operation_id(route: Route) -> str:
    """`POST /api/v1/agents/{agent}/log-in` as `post_agents_agent_log_in`."""
    words = re.findall(r"\w+", plain_path(route.path).removeprefix("/api/v1"))
    return "_".join([route.method.lower(), *words])


References = Mapping[tuple[Any, JsonSchemaMode], Json]
"""By model and mode: the reference to its schema."""


def _schemas(routes: Sequence[Route]) -> tuple[Json, References]:
    used: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDetails, "serialization"): None}
    for route in routes:
        if route.answer is not None:
            used[route.answer, "serialization"] = None
        if route.body is not None:
            used[route.body, "validation"] = None
    used |= {(model, "serialization"): None for model in _STREAM}
    references, definitions = models_json_schema(list(used), ref_template=_REFERENCE)
    return definitions["$defs"], references


def _operation(route: Route, references: References) -> Json:
    operation: Json = {
        "operationId": operation_id(route),
        "tags": [route.tag],
        "summary": route.summary,
        "description": _description(route),
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query)],
        "responses": _responses(route, references),
    }
    if route.role is None:
        operation["security"] = [{}] if 401 not in route.problems else [{"bearer": []}, {}]
    if route.body is not None:
        operation["requestBody"] = _request_body(route, references[route.body, "validation"])
    return operation


def _description(route: Route) -> str:
    if route.role is None:
        return "Needs no token." if 401 not in route.problems else "See docs/api.md for the token."
    own = " An agent's token is good for its own agent only." if route.own_agent else ""
    return f"Needs the role {route.role.value}.{own}"


def _path_parameters(path: str) -> list[Json]:
    return [
        {
            "name": found[1],
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"pattern": f"^{found[2]}$"} if found[2] else {}),
        }
        for found in _PATH_PARAMETER.finditer(path)
    ]


def _query_parameters(query: type[Query] | None) -> list[Json]:
    if query is None:
        return []
    schema = query.model_json_schema(ref_template=_REFERENCE)
    definitions = schema.get("$defs", {})
    parameters = []
    for name, field in schema["properties"].items():
        inner = _inlined(field, definitions)
        description = inner.pop("description", None)
        parameter: Json = {"name": name, "in": "query", "required": False, "schema": inner}
        parameters.append(parameter | ({"description": description} if description else {}))
    return parameters


def _inlined(schema: Any, definitions: Json) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _request_body(route: Route, reference: Json) -> Json:
    schema: Json = {"type": "array", "items": reference} if route.many else reference
    content = {kind: {"schema": {"type": "string"} if kind == CSV else schema} for kind in route.takes}
    return {"required": True, "content": content}


def _responses(route: Route, references: References) -> Json:
    good: Json = {"description": http.HTTPStatus(route.status).phrase}
    if route.status == 101:
        good["description"] = "A stream of SnapshotMessage, then ChangesMessage (see the schemas)."
    if route.answer is not None:
        good["content"] = {route.gives: {"schema": references[route.answer, "serialization"]}}
    elif route.status == 200:
        good["content"] = {route.gives: {"schema": {"type": "string"}}}
    responses = {str(route.status): good}
    if route.path == "/health/ready":
        responses["503"] = {**good, "description": "Not ready; the checks say why"}
    problem = {"schema": references[ProblemDetails, "serialization"]}
    statuses = {*route.problems, *((401, 403, 503) if route.role is not None else ())}
    if route.role is Role.READONLY:
        statuses -= {403}
    for status in sorted(statuses):
        phrase = http.HTTPStatus(status).phrase
        responses[str(status)] = {"description": phrase, "content": {CONTENT_TYPE: problem}}
    return responses
