"""The published definition of the API: FastAPI's routes, with the forms of bodies and answers as msgspec knows them."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from evaligo.service.problems import CONTENT_TYPE, Problem
from evaligo.version import __version__

__all__ = ["PREFIX", "gives", "publish", "takes", "takes_text"]

PREFIX = "/api/v1"

_REF = "#/components/schemas/{name}"
_forms: dict[str, type] = {}


def takes(kind: type) -> dict[str, Any]:
    """Return what a route says of its JSON body, as `openapi_extra`."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _ref(kind)}}}}


def takes_text(media_type: str, what: str) -> dict[str, Any]:
    """Return what a route says of a body that is no single JSON value, as `openapi_extra`."""
    schema = {"type": "string", "description": what}
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def gives(
    kind: type | None = None, *, status: int = 200, media_type: str = "application/json", what: str = ""
) -> dict[int | str, dict[str, Any]]:
    """Return what a route says of its answers, as `responses`; every error is a problem.

    Parameters
    ----------
    kind : type, optional
        None for an answer without a body, or one of text.
    status : int
    media_type : str
    what : str
    """
    schema = {"type": "string"} if kind is None else _ref(kind)
    content: dict[str, Any] = {} if status == 204 else {"content": {media_type: {"schema": schema}}}
    also: dict[int | str, dict[str, Any]] = (
        {200: {"description": "It was there already.", **content}} if status == 201 else {}
    )
    return {
        **also,
        status: {"description": what or "Success", **content},
        "4XX": _problem("What cannot be done as it was asked."),
        "5XX": _problem("What does not work now."),
    }


def publish(app: FastAPI) -> None:
    """Answer `openapi.json` with the whole definition."""

    def definition() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _definition(app)
        return app.openapi_schema

    app.openapi = definition  # type: ignore[method-assign]  # as FastAPI's documentation extends it


def _definition(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title="evaligo",
        version=__version__,
        summary="Experiments, baselines, deployments and verdicts.",
        routes=app.routes,
    )
    _, forms = msgspec.json.schema_components([Problem, *_forms.values()], ref_template=_REF)
    components = found.setdefault("components", {}).setdefault("schemas", {})
    components.update({name: _in_brief(form) for name, form in forms.items()})
    return found


def _ref(kind: type) -> dict[str, str]:
    _forms[kind.__name__] = kind
    return {"$ref": _REF.format(name=kind.__name__)}


def _problem(what: str) -> dict[str, Any]:
    return {"description": what, "content": {CONTENT_TYPE: {"schema": _ref(Problem)}}}


def _in_brief(form: dict[str, Any]) -> dict[str, Any]:
    """Keep the first paragraph of a docstring."""
    said = form.get("description", "")
    return {**_without_tuples(form), **({"description": said.split("\n\n")[0]} if said else {})}


def _without_tuples(node: Any) -> Any:
    """Write a tuple as an array of what any of its members may be: tools read that, and few read `prefixItems`."""
    if isinstance(node, list):
        return [_without_tuples(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    found = {key: _without_tuples(inner) for key, inner in node.items()}
    members = found.pop("prefixItems", None)
    if members is None:
        return found
    different = [member for at, member in enumerate(members) if member not in members[:at]]
    return {**found, "items": different[0] if len(different) == 1 else {"anyOf": different}}
