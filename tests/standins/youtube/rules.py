"""Google's description of the API: the discovery document bundled with google-api-python-client.

It defines parameters, required ones, types, enums and the fields of bodies; rules beyond it (lengths, angle brackets,
dependent fields) are in `semantics.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

# RFC 3339, which Google's "date-time" is: with a time zone, unlike some of what Python reads as ISO 8601.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class Refusal(Exception):  # noqa: N818 - an answer of the service
    """A request that Google would reject, with its response."""

    def __init__(self, reason: str, message: str, *, status: int = 400, domain: str = "youtube.parameter") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.body = {
            "error": {
                "code": status,
                "message": message,
                "errors": [{"domain": domain, "reason": reason, "message": message}],
            }
        }


@cache
def discovery() -> dict[str, Any]:
    """The bundled document."""
    documents = resources.files("googleapiclient.discovery_cache.documents")
    return dict(json.loads(documents.joinpath("youtube.v3.json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Asked:
    """A request that follows the rules of its method."""

    method: str
    parts: frozenset[str]
    parameters: dict[str, list[str]]
    body: dict[str, Any] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The value of a parameter; empty if it is missing."""
        return self.parameters.get(name, [""])[0]


def check(method: str, query: list[tuple[str, str]], body: object = None) -> Asked:
    """The request of a method such as "videos.insert", if its parameters and body match the description.

    Raises `Refusal`.
    """
    collection, _, verb = method.partition(".")
    described = discovery()["resources"][collection]["methods"][verb]
    known = {**discovery()["parameters"], **described.get("parameters", {})}
    given = _parameters(query, known)
    resource = described.get("request", {}).get("$ref") or _item_of(described["response"]["$ref"])
    parts = frozenset(part for value in given.get("part", []) for part in value.split(","))
    for part in parts - _parts(resource):
        raise Refusal("unknownPart", f"{part!r} is no part of {resource}", domain="youtube.part")
    if "request" not in described:
        return Asked(method, parts, given)
    _check_body(body, resource, "")
    assert isinstance(body, dict)
    _check_required(body, resource, f"youtube.{method}")
    for part in body.keys() - parts - {"id", "kind", "etag"}:
        raise Refusal("unexpectedPart", f"{part} is sent, and not named in part", domain="youtube.part")
    return Asked(method, parts, given, body)


def _parameters(query: list[tuple[str, str]], known: dict[str, Any]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in query:
        if name == "upload_id":
            continue
        if name not in known:
            raise Refusal("unknownParameter", f"Unknown name {name!r}: Cannot bind query parameter.")
        if name in given and not known[name].get("repeated"):
            raise Refusal("repeatedParameter", f"{name} is given twice")
        _check_value(name, value, known[name])
        given.setdefault(name, []).append(value)
    for name, rule in known.items():
        if rule.get("required") and not any(given.get(name, [])):
            raise Refusal("missingRequiredParameter", f"Required parameter: {name}")
    return given


def _item_of(response: str) -> str:
    items = discovery()["schemas"][response].get("properties", {}).get("items")
    return str(items["items"]["$ref"]) if items else response


@cache
def _parts(resource: str) -> frozenset[str]:
    """Values of `part`: the objects of a resource, and its id."""
    properties = discovery()["schemas"][resource]["properties"]
    return frozenset({"id", *(name for name, rule in properties.items() if "$ref" in rule or rule["type"] == "object")})


def _check_value(name: str, value: str, rule: dict[str, Any]) -> None:
    if rule["type"] == "boolean" and value not in {"true", "false"}:
        raise Refusal("invalidValue", f"Invalid value at {name!r} (TYPE_BOOL), {value!r}")
    if rule["type"] == "integer":
        if not value.isdecimal():
            raise Refusal("invalidValue", f"Invalid value at {name!r} (TYPE_INT32), {value!r}")
        if not int(rule.get("minimum", 0)) <= int(value) <= int(rule.get("maximum", 2**31)):
            raise Refusal("invalidValue", f"{name} is out of range: {value}")
    if "enum" in rule and value not in rule["enum"]:
        raise Refusal("invalidValue", f"Invalid value at {name!r}, {value!r}")


def _check_body(value: object, schema: str, path: str) -> None:
    if not isinstance(value, dict):
        raise Refusal("parseError", f"{path or 'the body'} is no object", domain="global")
    properties = discovery()["schemas"][schema]["properties"]
    for name, item in value.items():
        if name not in properties:
            raise Refusal("badRequest", f"Unknown name {name!r} at {path or schema!r}: Cannot find field.")
        _check_field(item, properties[name], f"{path}.{name}" if path else name)


def _check_required(body: dict[str, Any], schema: str, method: str) -> None:
    """Fields marked as required for this method, nested ones included."""
    for name, rule in discovery()["schemas"][schema]["properties"].items():
        if method in rule.get("annotations", {}).get("required", ()) and not body.get(name):
            raise Refusal("required", f"Required: {schema}.{name}")
        if "$ref" in rule and isinstance(body.get(name), dict):
            _check_required(body[name], rule["$ref"], method)


def _check_field(value: object, rule: dict[str, Any], path: str) -> None:
    if "$ref" in rule:
        _check_body(value, rule["$ref"], path)
        return
    kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict}
    if not isinstance(value, kinds[rule["type"]]) or (isinstance(value, bool) and rule["type"] != "boolean"):
        raise Refusal("badRequest", f"Invalid value at {path!r} (TYPE_{rule['type'].upper()}), {value!r}")
    if "enum" in rule and value not in rule["enum"]:
        raise Refusal("badRequest", f"Invalid value at {path!r}, {value!r}")
    if rule.get("format") == "date-time" and not _MOMENT.fullmatch(str(value)):
        raise Refusal("badRequest", f"Invalid value at {path!r} (google.protobuf.Timestamp), {value!r}")
    if rule.get("format") == "uint32" and not 0 <= int(str(value)) < 2**32:
        raise Refusal("badRequest", f"Invalid value at {path!r} (TYPE_UINT32), {value!r}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            _check_field(item, rule["items"], f"{path}[{number}]")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_field(item, rule["additionalProperties"], f"{path}.{name}")
