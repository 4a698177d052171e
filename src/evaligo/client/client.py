"""The client: one API, embedded or on a server."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec

from evaligo.client.address import Address, find_address
from evaligo.client.asking import Story, getting
from evaligo.client.http import AsyncHttpSender, HttpSender
from evaligo.client.objects.views import Baseline, ExperimentView
from evaligo.client.patience import Timing
from evaligo.client.resources.baselines import Baselines
from evaligo.client.resources.baselines_async import AsyncBaselines
from evaligo.client.resources.deployments import AsyncDeployments, Deployments
from evaligo.client.resources.documents import AsyncDatasets, AsyncGates, Datasets, Gates
from evaligo.client.resources.experiments import AsyncExperiments, Experiments
from evaligo.client.resources.judging import AsyncDecisions, Decisions, judge, question
from evaligo.client.resources.keys import AsyncKeys, Keys
from evaligo.client.resources.notifications import AsyncNotifications, Notifications
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.errors import UsageError, missing_extra
from evaligo.records.baseline import Judgement

__all__ = ["AsyncClient", "Client", "Myself"]


class Myself(msgspec.Struct, frozen=True):
    """Who asks, as the server sees it."""

    who: str
    role: str
    project: str
    version: str


class Client:
    """Experiments, baselines and deployments: in the project's own folder, or on a server.

    With `EVALIGO_URL` (and `EVALIGO_API_KEY`), or with their arguments, it speaks to that server. Without, it does the
    same in this process on `.evaligo/`, with nothing started.

    It may be used by several threads, and is closed by a `with` statement, by `close`, or at the program's end.

    Parameters
    ----------
    url : str, optional
        The server; an empty text means the project's own folder, whatever the environment says.
    api_key : str, optional
    project : str, optional
        Embedded, the store's project. On a server the key says which one it opens: another is an error.
    folder : Path or str, optional
        Where `.evaligo/` is looked for, and upward from there; default: the current folder. Means nothing to a server.
    timing : Timing, optional
        How long it waits, and how often it tries.

    Raises
    ------
    UsageError
        The address is none, the key opens another project, or there is no `.evaligo/` folder.
    MissingExtraError
        The extra `server` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / ".evaligo").mkdir()
    >>> with Client("", folder=folder) as client:
    ...     list(client.experiments.list())
    []
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        *,
        folder: Path | str | None = None,
        timing: Timing | None = None,
    ) -> None:
        address = find_address(url, api_key)
        self._address = address
        self._sender = _sender(address, project, folder, timing or Timing())
        if address is not None and project is not None:
            try:
                _check_project(self.whoami(), project)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._address.url if self._address else 'this folder'}>"

    def close(self) -> None:
        """Let go of the server, or the store."""
        self._sender.close()

    @property
    def experiments(self) -> Experiments:
        """Experiments, their results and metrics."""
        return Experiments(self._sender)

    @property
    def datasets(self) -> Datasets:
        """Datasets, version by version."""
        return Datasets(self._sender)

    @property
    def gates(self) -> Gates:
        """Files of quality gates, version by version."""
        return Gates(self._sender)

    @property
    def baselines(self) -> Baselines:
        """What each environment is held to."""
        return Baselines(self._sender)

    @property
    def deployments(self) -> Deployments:
        """Which version went where."""
        return Deployments(self._sender)

    @property
    def decisions(self) -> Decisions:
        """What gates decided."""
        return Decisions(self._sender)

    @property
    def keys(self) -> Keys:
        """API keys."""
        return Keys(self._sender)

    @property
    def notifications(self) -> Notifications:
        """Messages for people."""
        return Notifications(self._sender)

    def judge(
        self,
        candidate: ExperimentView | str,
        baseline: Baseline | ExperimentView | str | None = None,
        *,
        gate: str | None = None,
        **how: Any,
    ) -> Judgement:
        """Judge an experiment by a quality gate, and keep what it says.

        Parameters
        ----------
        candidate : Experiment or str
        baseline : Baseline, Experiment or str, optional
            Also an environment, or a branch.
        gate : str, optional
            Its name; may be left out where there is one only.
        **how
            `yaml` (a text of gates, instead of those that are kept), `cluster` (a metadata key, or False),
            `on_inconclusive`, `fail_on_regression`, `require_baseline`, `seed`.

        Returns
        -------
        Judgement
            The verdict; the whole report is in `report`.
        """
        return tell(self._sender, judge(question(candidate, baseline, gate=gate, **how)))

    def whoami(self) -> Myself:
        """Return whose key this is, and what it may do."""
        return tell(self._sender, _myself())


class AsyncClient:
    """As `Client`, for coroutines: what asks is awaited.

    Parameters
    ----------
    url, api_key, project, folder, timing
        As in `Client`; whether a server's key opens `project` is checked by `async with`.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        *,
        folder: Path | str | None = None,
        timing: Timing | None = None,
    ) -> None:
        address = find_address(url, api_key)
        self._expected = None if address is None else project
        self._sender = _async_sender(address, project, folder, timing or Timing())

    async def __aenter__(self) -> Self:
        if self._expected is not None:
            try:
                _check_project(await self.whoami(), self._expected)
            except BaseException:
                await self.aclose()
                raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the server, or the store."""
        await self._sender.aclose()

    @property
    def experiments(self) -> AsyncExperiments:
        """Experiments, their results and metrics."""
        return AsyncExperiments(self._sender)

    @property
    def datasets(self) -> AsyncDatasets:
        """Datasets, version by version."""
        return AsyncDatasets(self._sender)

    @property
    def gates(self) -> AsyncGates:
        """Files of quality gates, version by version."""
        return AsyncGates(self._sender)

    @property
    def baselines(self) -> AsyncBaselines:
        """What each environment is held to."""
        return AsyncBaselines(self._sender)

    @property
    def deployments(self) -> AsyncDeployments:
        """Which version went where."""
        return AsyncDeployments(self._sender)

    @property
    def decisions(self) -> AsyncDecisions:
        """What gates decided."""
        return AsyncDecisions(self._sender)

    @property
    def keys(self) -> AsyncKeys:
        """API keys."""
        return AsyncKeys(self._sender)

    @property
    def notifications(self) -> AsyncNotifications:
        """Messages for people."""
        return AsyncNotifications(self._sender)

    async def judge(
        self,
        candidate: ExperimentView | str,
        baseline: Baseline | ExperimentView | str | None = None,
        *,
        gate: str | None = None,
        **how: Any,
    ) -> Judgement:
        """Judge an experiment by a quality gate, and keep what it says."""
        return await tell_async(self._sender, judge(question(candidate, baseline, gate=gate, **how)))

    async def whoami(self) -> Myself:
        """Return whose key this is, and what it may do."""
        return await tell_async(self._sender, _myself())


def _sender(
    address: Address | None, project: str | None, folder: Path | str | None, timing: Timing
) -> Sender:
    if address is not None:
        with _with_extras():
            return HttpSender(address, timing)
    with _with_extras(), _uncollected():
        from evaligo.client.embedded import EmbeddedSender  # noqa: PLC0415  (0.5 s, with the service)

        return EmbeddedSender(project=project or "default", folder=_path(folder))


def _async_sender(
    address: Address | None, project: str | None, folder: Path | str | None, timing: Timing
) -> AsyncSender:
    if address is not None:
        with _with_extras():
            return AsyncHttpSender(address, timing)
    with _with_extras(), _uncollected():
        from evaligo.client.embedded import AsyncEmbeddedSender  # noqa: PLC0415  (0.5 s, with the service)

        return AsyncEmbeddedSender(project=project or "default", folder=_path(folder))


@contextmanager
def _with_extras() -> Iterator[None]:
    """Name the extra that brings what is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise missing_extra(error) or error from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the collector out while modules are loaded, which makes no garbage: a seventh of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _path(folder: Path | str | None) -> Path | None:
    return None if folder is None else Path(folder)


def _myself() -> Story[Myself]:
    answer = yield getting("/self")
    return answer.value(Myself)


def _check_project(found: Myself, project: str) -> None:
    if found.project != project:
        raise UsageError(
            f"the key opens the project {found.project!r}, not {project!r}", hint="use a key of that project"
        )
