"""Whatever the published definition admits, and what it does not, is answered as the definition says; never with a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from tests.support.experiments import experiment, result

from evaligo.records import Status
from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.service.limits import Limits
from evaligo.store.experiments import ExperimentStore

schemathesis.checks.load_all_checks()
CHECKS: Any = [
    schemathesis.checks.CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]
GATES = "gates: {release: {thresholds: {accuracy: {min_score: 0.5}}}}"
KNOWN = {
    "notification_id": [f"ntf_{'0' * 32}"],
    "ref": [experiment(1).id, "staging", "v1", "pr-validation"],
    "experiment_id": [experiment(1).id, experiment(2).id],
    "deployment_id": ["v1"],
    "name": ["smoke", "quality-gates"],
}


@schemathesis.serializer("application/x-ndjson", "application/yaml")
def as_text(_context: object, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", errors="surrogatepass")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Serve a store that holds something of each kind."""
    with ExperimentStore.open(tmp_path_factory.mktemp("fuzz") / "evaligo.db") as store:
        yield from _served(store)


def _served(store: ExperimentStore) -> Iterator[Any]:
    from evaligo.app.baselines import promote
    from evaligo.app.deployments import record_deployment
    from evaligo.app.documents import keep_dataset, keep_gates

    for number, status in ((1, Status.COMPLETED), (2, Status.RUNNING)):
        store.create(experiment(number, status=status))
        store.sink(experiment(number).id).write([result(f"q{place}", place % 2) for place in range(20)])
    promote(store, experiment(1).id, "staging", who="ada")
    record_deployment(store, (), environment="staging", version="v1", ref=experiment(1).id, who="ada")
    keep_gates(store, "quality-gates", GATES.encode())
    keep_dataset(store, "smoke", b'{"id": "q1", "input": "?"}')
    app = create_app(store, access=Trusted(who="ada"), limits=Limits(rate=0.0))
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_is_answered_with_a_5xx(api: Any, mode: GenerationMode) -> None:
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        _fuzz(operation, mode)


def _fuzz(operation: Any, mode: GenerationMode) -> None:
    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: schemathesis.Case[Any]) -> None:
        _about_something(case)
        case.call_and_validate(checks=CHECKS)

    try:
        answered()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong with a request that takes nothing


def _about_something(case: schemathesis.Case[Any]) -> None:
    """Let every other request be about something that is there."""
    for name, value in (case.path_parameters or {}).items():
        known = KNOWN[name]
        if len(str(value)) % 2 == 0:
            case.path_parameters[name] = known[len(str(value)) // 2 % len(known)]
