"""Holds what a provider sends against the service's own description of its interface.

The descriptions lie beside the repository and are not part of it; without them a test that asks for
one is skipped and says so.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

SPECS = Path(__file__).resolve().parents[2].parent / "shared" / "specs"
_WORDS_OF_3_0 = ("nullable", "discriminator", "example", "examples", "xml", "externalDocs")
_IN_NAMES = ("properties", "patternProperties", "schemas", "dependentSchemas")
"""Keywords below which names are the service's own, never keywords."""


def assert_valid(
    spec: str,
    method: str,
    path: str,
    body: object,
    *,
    content_type: str = "application/json",
) -> None:
    """The service would take this body: it fits the schema, and every top-level key is known.

    Args:
        path: as the description has it, or as it was sent, with or without what the base URL adds.
        body: JSON; for forms the fields as an object (files as bytes), where numbers may be texts.
        content_type: ``query`` holds the parameters of the URL against the description instead.
    """
    operation = _operation(spec, method, path)
    if content_type == "query":
        schema = _query_schema(spec, operation)
    else:
        schema = _content_schema(spec, operation, content_type)
    is_form = content_type != "application/json"
    plain = _as_sent(body)
    if is_form and isinstance(plain, dict):
        plain = _typed(spec, schema, plain)
    where = f"{method.upper()} {path} ({spec})"
    _hold(spec, schema, plain, where)
    known = _known_keys(spec, schema, plain)
    if isinstance(plain, dict) and known:
        unknown = sorted(set(plain) - known)
        assert not unknown, f"{where} knows no {', '.join(unknown)}; it knows {sorted(known)}"


def assert_answer_valid(
    spec: str, method: str, path: str, body: object, *, status: int = 200
) -> None:
    """What a stub answers is what the service would answer."""
    responses = _operation(spec, method, path)["responses"]
    answer = _follow(spec, responses.get(str(status)) or responses["default"])
    schema = answer["content"]["application/json"]["schema"]
    _hold(spec, schema, _as_sent(body), f"answer of {method.upper()} {path} ({spec})")


@cache
def document(spec: str) -> dict[str, Any]:
    """A description, read once. Skips the test where it is not at hand."""
    file = SPECS / spec
    if not file.is_file():
        pytest.skip(f"{spec} is not beside the repository; its requests cannot be held against it")
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return dict(json.loads(text))
    import yaml

    # The C reader takes a tenth of the time; a date stays the text it is on the wire.
    loader = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in loader.yaml_implicit_resolvers.items()
    }
    return dict(yaml.load(text, loader))  # noqa: S506 - a safe loader


def _hold(spec: str, schema: Mapping[str, Any], value: object, where: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    whole = {**_modern(schema), **_components(spec)}
    errors = list(jsonschema.Draft202012Validator(whole).iter_errors(value))
    if errors:
        best = jsonschema.exceptions.best_match(errors)
        at = "/".join(map(str, best.absolute_path)) or "the whole"
        raise AssertionError(f"{where}: {at}: {best.message}")


@cache
def _components(spec: str) -> dict[str, Any]:
    found = document(spec)
    return {
        name: _modern(found[name])
        for name in ("components", "$defs", "definitions")
        if name in found
    }


def _operation(spec: str, method: str, path: str) -> dict[str, Any]:
    found = document(spec)
    template = _template(found, path)
    shared = found["paths"][template]
    operation = shared.get(method.lower())
    assert operation, f"{spec} has no {method.upper()} {template}, only {sorted(shared)}"
    return {**operation, "parameters": shared.get("parameters", []) + _parameters(operation)}


def _parameters(operation: Mapping[str, Any]) -> list[Any]:
    return list(operation.get("parameters", []))


def _template(found: Mapping[str, Any], path: str) -> str:
    """The path as the description spells it."""
    prefixes = ["", *(urlsplit(server["url"]).path for server in found.get("servers", []))]
    for prefix in prefixes:
        rest = path.removeprefix(prefix.rstrip("/"))
        if rest in found["paths"]:
            return rest
        for template in sorted(found["paths"], key=_literal, reverse=True):
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+?", re.escape(template))
            if re.fullmatch(pattern, rest):
                return str(template)
    near = [name for name in found["paths"] if name.rsplit("/", 1)[-1] in path][:8]
    raise AssertionError(f"there is no path {path}; near ones: {near}")


def _literal(template: str) -> int:
    """How much of a path is fixed: of several that fit, the most particular is meant."""
    return len(re.sub(r"\{[^}]*\}", "", template))


def _content_schema(
    spec: str, operation: Mapping[str, Any], content_type: str
) -> Mapping[str, Any]:
    body = _follow(spec, operation.get("requestBody", {}))
    kinds = body.get("content", {})
    wanted = content_type.partition(";")[0].strip()
    assert wanted in kinds, f"a body may be {sorted(kinds) or 'nothing'}, not {wanted}"
    return dict(kinds[wanted].get("schema", {}))


def _query_schema(spec: str, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    given = [_follow(spec, entry) for entry in operation["parameters"]]
    inside = {entry["name"]: entry for entry in given if entry.get("in") == "query"}
    return {
        "type": "object",
        "properties": {name: entry.get("schema", {}) for name, entry in inside.items()},
        "required": [name for name, entry in inside.items() if entry.get("required")],
        "additionalProperties": False,
    }


def _follow(spec: str, schema: Any) -> dict[str, Any]:
    """What a reference stands for."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        target: Any = document(spec)
        for step in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        extra = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**target, **extra}
    return dict(schema) if isinstance(schema, Mapping) else {}


def _parts(spec: str, schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """A schema and what it is put together from."""
    found = _follow(spec, schema)
    yield found
    if depth < 8:
        for word in ("allOf", "anyOf", "oneOf"):
            for part in found.get(word, []):
                yield from _parts(spec, part, depth + 1)


def _known_keys(spec: str, schema: Any, value: object, depth: int = 0) -> set[str]:
    """Keys the schema names; of alternatives, those that the value fits."""
    found = _follow(spec, schema)
    keys = set(found.get("properties", {}))
    if depth > 8:
        return keys
    for part in found.get("allOf", []):
        keys |= _known_keys(spec, part, value, depth + 1)
    for word in ("anyOf", "oneOf"):
        for part in found.get(word, []):
            if _fits(spec, part, value):
                keys |= _known_keys(spec, part, value, depth + 1)
    return keys


def _fits(spec: str, schema: Mapping[str, Any], value: object) -> bool:
    try:
        _hold(spec, schema, value, "")
    except AssertionError:
        return False
    return True


def _as_sent(value: Any) -> Any:
    """What stands on the wire: files are texts to a schema."""
    if isinstance(value, bytes):
        return "file"
    if isinstance(value, Mapping):
        return {str(name): _as_sent(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_sent(item) for item in value]
    return value


def _typed(spec: str, schema: Any, form: dict[str, Any]) -> dict[str, Any]:
    """A form with its numbers, truths and lists as such, where the schema wants them."""
    wanted: dict[str, set[str]] = {}
    for part in _parts(spec, schema):
        for name, inner in part.get("properties", {}).items():
            wanted.setdefault(name, set()).update(_types(spec, inner))
    typed: dict[str, Any] = {}
    for name, value in form.items():
        plain = name if name in wanted else name.removesuffix("[]")
        kinds = wanted.get(plain, set())
        if isinstance(value, str):
            value = _read_as(value, kinds)
        if "array" in kinds and not isinstance(value, list):
            value = [value]
        typed[plain] = value
    return typed


def _types(spec: str, schema: Any) -> set[str]:
    kinds: set[str] = set()
    for part in _parts(spec, schema):
        kind = part.get("type", ())
        kinds |= {kind} if isinstance(kind, str) else set(kind)
    return kinds


def _read_as(text: str, kinds: set[str]) -> Any:
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"object", "array"} and text[:1] in ("{", "["):
        return json.loads(text)
    return text


def _modern(schema: Any, *, in_names: bool = False) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema 2020-12."""
    if isinstance(schema, list):
        return [_modern(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if in_names:
        return {name: _modern(value) for name, value in schema.items()}
    made = {
        name: _modern(value, in_names=name in _IN_NAMES)
        for name, value in schema.items()
        if name not in _WORDS_OF_3_0 and not _is_old_bound(name, value)
    }
    if schema.get("nullable") is True:
        if isinstance(made.get("enum"), list) and None in made["enum"]:
            return made
        return {"anyOf": [{"type": "null"}, made]}
    return made


def _is_old_bound(name: str, value: object) -> bool:
    return name in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool)


def changed(body: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A body with some values replaced, to show that a wrong one is refused."""
    return {**copy.deepcopy(dict(body)), **values}
