"""The store of experiments: heads, results, metrics, judgements and the baselines' ledger, in one database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self, TypedDict, Unpack

from sqlalchemy import CompoundSelect, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evaligo.errors import DataError
from evaligo.records import Event, Experiment, ItemResult, QualityReport, Run, Status, Totals
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.store.audit import AuditChain, chain_right
from evaligo.store.backend import Running
from evaligo.store.baselines import Ledger
from evaligo.store.columns import stored_run
from evaligo.store.database import Database
from evaligo.store.deployments import Deployments
from evaligo.store.events import Events
from evaligo.store.figures import Figures
from evaligo.store.heads import CHANGING, changes, experiment_of, row_of
from evaligo.store.judgements import keep_judgement, read_judgements
from evaligo.store.keys import Keys
from evaligo.store.listing import Filter, Page, read_page
from evaligo.store.metrics import keep_metrics, read_metrics, summaries
from evaligo.store.moments import now
from evaligo.store.outbox import emit
from evaligo.store.results import ASKING, ResultSink, asked_any, stored_results
from evaligo.store.silences import Silences
from evaligo.store.tables import experiment_tags, experiments, items, results
from evaligo.store.totals import Failure, failures, spent
from evaligo.store.troubles import Troubles

__all__ = ["Changes", "ExperimentStore"]

HEAD = tuple(experiments.c[name] for name in ("id", *CHANGING, "head"))


class Changes(TypedDict, total=False):
    """What changes of an experiment while it runs and is judged."""

    status: Status
    totals: Totals
    verdict: str
    passed: bool | None
    note: str


class ExperimentStore:
    """Everything that is kept of one project's experiments.

    Parameters
    ----------
    database : Database
    project : str
        Rows of other projects in the same database are not seen.

    Examples
    --------
    >>> import tempfile
    >>> with ExperimentStore.open(Path(tempfile.mkdtemp(), "evaligo.db")) as store:
    ...     store.sink("exp_1").known([("q1", 1)])
    set()
    """

    tells: ClassVar[bool] = True
    """Whether what changes here is told from here; not of what is sent to a server, which tells of it."""

    def __init__(self, database: Database, *, project: str) -> None:
        self.database = database
        self.project = project

    @classmethod
    def open(cls, where: Path | str, *, project: str = "default", patience: float = 30.0) -> Self:
        """Open a database, its tables brought up to date.

        Parameters
        ----------
        where : Path or str
            A file of SQLite, made where there is none; or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
        project : str
        patience : float
            Seconds to wait for another's write.

        Raises
        ------
        UnavailableError
            It does not answer, is locked, cannot be written, or is from a newer version of evaligo.
        DataError
            It is damaged, or no database of evaligo.
        """
        return cls(Database(where, patience=patience), project=project)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @property
    def baselines(self) -> Ledger:
        """The ledger of what each environment is held to."""
        return Ledger(self.database, self.project)

    @property
    def audit(self) -> AuditChain:
        """Who did what, chained."""
        return AuditChain(self.database, self.project)

    @property
    def deployments(self) -> Deployments:
        """Which versions went where."""
        return Deployments(self.database, self.project)

    @property
    def events(self) -> Events:
        """What happened, and what is delivered of it."""
        return Events(self.database, self.project)

    @property
    def troubles(self) -> Troubles:
        """What lasts."""
        return Troubles(self.database, self.project)

    @property
    def silences(self) -> Silences:
        """What nobody is told of for a while."""
        return Silences(self.database, self.project)

    @property
    def keys(self) -> Keys:
        """Who may do what on a server."""
        return Keys(self.database, self.project)

    @property
    def running(self) -> Running:
        """Tells which experiments a living process runs."""
        return self.database.running

    def create(self, experiment: Experiment) -> None:
        """Keep a new experiment's head.

        Raises
        ------
        DataError
            There is one of this id already, or `created` is no time.
        """
        tags = [
            {"experiment_id": experiment.id, "key": key, "value": value}
            for key, value in experiment.tags.items()
        ]
        try:
            with self.database.write() as connection:
                connection.execute(insert(experiments), row_of(experiment, self.project))
                if tags:
                    connection.execute(insert(experiment_tags), tags)
        except IntegrityError as error:
            raise DataError(f"there is an experiment {experiment.id!r} already") from error

    def find(self, experiment_id: str) -> Experiment | None:
        """Return the experiment of this very id; None where there is none."""
        query = select(*HEAD).where(experiments.c.id == experiment_id, experiments.c.project == self.project)
        with self.database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else experiment_of(row)

    def get(self, experiment_id: str) -> Experiment:
        """Return the experiment of this very id.

        Raises
        ------
        DataError
            There is none.
        """
        found = self.find(experiment_id)
        if found is None:
            raise _missing(experiment_id)
        return found

    def update(self, experiment_id: str, *, events: Iterable[Event] = (), **changed: Unpack[Changes]) -> None:
        """Note what changed of an experiment, and when, and what that tells; what is left out stays as it is.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        query = (
            update(experiments)
            .where(experiments.c.id == experiment_id, experiments.c.project == self.project)
            .values({**changes({**changed}), "updated": now()})
        )
        with self.database.write() as connection:
            if connection.execute(query).rowcount == 0:
                raise _missing(experiment_id)
            self._emit(connection, events)

    def list(self, wanted: Filter | None = None, *, limit: int = 100, cursor: str | None = None) -> Page:
        """Return experiments, newest first, in one query.

        Parameters
        ----------
        wanted : Filter, optional
            All where left out.
        limit : int
            At most so many.
        cursor : str, optional
            The page before's, for the next.

        Raises
        ------
        UsageError
            The cursor is none that a page gave.
        """
        with self.database.read() as connection:
            return read_page(connection, self.project, wanted or Filter(), limit=limit, cursor=cursor)

    def delete(self, experiment_id: str, *, force: bool = False) -> None:
        """Delete an experiment with its results and judgements, and the items that no other experiment asked.

        Parameters
        ----------
        experiment_id : str
        force : bool
            Also where the ledger of baselines speaks of it; its entries stay.

        Raises
        ------
        DataError
            There is no such experiment, or it is or was a baseline.
        UnavailableError
            It is running.
        """
        held = () if force else self.baselines.of_experiment(experiment_id)
        if held:
            named = ", ".join(dict.fromkeys(baseline.environment for baseline in held))
            raise DataError(
                f"experiment {experiment_id} is or was a baseline of {named}", hint="delete it with --force"
            )
        self.get(experiment_id)
        with self.running.held(experiment_id), self.database.write(alone=ASKING) as connection:
            connection.execute(delete(items).where(items.c.content.in_(_only_of(experiment_id))))
            connection.execute(delete(experiments).where(experiments.c.id == experiment_id))

    def sink(self, experiment_id: str) -> ResultSink:
        """Return where an experiment's results are kept while it runs."""
        return ResultSink(self.database, self.project, experiment_id)

    def results(self, experiment_id: str, *, item_ids: Collection[str] | None = None) -> Iterator[ItemResult]:
        """Yield an experiment's results, or some items', by item and epoch, a thousand of them in memory at a time.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        self.get(experiment_id)
        return stored_results(self.database, experiment_id, item_ids=item_ids)

    def figures(self, experiment_id: str) -> Figures:
        """Return what an experiment's results come to; DataError where there is no such experiment."""
        return Figures(self.database, self.get(experiment_id))

    def asked_any(self, experiment_id: str, item_ids: Iterable[str]) -> bool:
        """Tell whether an experiment has a result of any of these items."""
        with self.database.read() as connection:
            return asked_any(connection, experiment_id, item_ids)

    def run(self, experiment_id: str, *, metrics: Iterable[str] | None = None) -> Run:
        """Read an experiment's results as a run; see `evaligo.store.columns`.

        Parameters
        ----------
        experiment_id : str
        metrics : iterable of str, optional
            Keep only these columns.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        return stored_run(self.database, self.get(experiment_id), metrics)

    def spent(self, experiment_id: str) -> Totals:
        """Return what an experiment spent, as its results and its noted totals say; see `evaligo.store.totals`.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        noted = self.get(experiment_id).totals
        with self.database.read() as connection:
            return spent(connection, experiment_id, noted)

    def failures(self, experiment_id: str, *, limit: int = 20) -> tuple[Failure, ...]:
        """Return the first items without an output: item, epoch, and why."""
        with self.database.read() as connection:
            return failures(connection, experiment_id, limit)

    def summarise(self, experiment_id: str) -> tuple[MetricSummary, ...]:
        """Summarise each metric of an experiment, and keep that for lists and trends.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        found = summaries(self.figures(experiment_id).scores())
        with self.database.write(alone=f"evaligo metrics {experiment_id}") as connection:
            keep_metrics(connection, experiment_id, found)
        return found

    def metrics(self, experiment_ids: Sequence[str]) -> dict[str, tuple[MetricSummary, ...]]:
        """Return what `summarise` kept of some experiments, by their ids; empty where it has not run."""
        with self.database.read() as connection:
            return read_metrics(connection, experiment_ids)

    def judge(
        self,
        experiment_id: str,
        report: QualityReport,
        *,
        baseline_id: str = "",
        who: str = "",
        events: Iterable[Event] = (),
    ) -> None:
        """Keep what a gate said of an experiment.

        Parameters
        ----------
        experiment_id : str
        report : QualityReport
        baseline_id : str
            The experiment that it was compared with; empty where that was none, or a file.
        who : str
            Whoever asked the gate, for the audit chain.
        events : iterable of Event
            What it tells.

        Raises
        ------
        DataError
            There is no such experiment.
        """
        self.get(experiment_id)
        with self.database.write(alone=chain_right(self.project)) as connection:
            keep_judgement(connection, self.project, experiment_id, report, baseline_id=baseline_id, who=who)
            self._emit(connection, events)

    def judgements(self, experiment_id: str) -> tuple[Judgement, ...]:
        """Return what gates said of an experiment, the newest first."""
        with self.database.read() as connection:
            return read_judgements(connection, experiment_id)

    def _emit(self, connection: Connection, events: Iterable[Event]) -> None:
        for event in events:
            emit(connection, self.project, event)


def _only_of(experiment_id: str) -> CompoundSelect[tuple[str]]:
    """The items that this experiment asked, and no other."""
    asked, ours = select(results.c.content), results.c.experiment_id == experiment_id
    return asked.where(ours).except_(asked.where(~ours))


def _missing(experiment_id: str) -> DataError:
    return DataError(
        f"there is no experiment {experiment_id!r}", hint="list them with: evaligo experiment list"
    )
