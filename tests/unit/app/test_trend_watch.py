from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.messages import FILE, notifications
from tests.support.stored_series import keep

from evaligo.app.route import route_events
from evaligo.app.trend_watch import Point, trend_of, watch_trends
from evaligo.store.experiments import ExperimentStore
from evaligo.store.moments import text_of

NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)


def series(*means: float) -> list[Point]:
    first = NOW - timedelta(days=len(means))
    return [Point(at=first + timedelta(days=n), mean=mean) for n, mean in enumerate(means)]


def test_a_metric_that_falls_is_told_with_its_interval_and_since_when() -> None:
    found = trend_of(series(0.95, 0.94, 0.95, 0.90, 0.86, 0.85, 0.84), higher_is_better=True)
    assert found is not None
    assert 0.05 < found["degradation"] < 0.25
    assert found["since"] == text_of(NOW - timedelta(days=4))
    assert found["p_value"] < 0.05


def test_the_last_value_alone_makes_no_trend() -> None:
    assert trend_of(series(0.9, 0.91, 0.9, 0.92, 0.9, 0.91, 0.7), higher_is_better=True) is None


def test_what_gets_better_or_hardly_worse_is_not_told() -> None:
    rising = series(1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6)
    assert trend_of(rising, higher_is_better=True) is None
    assert trend_of(rising, higher_is_better=False) is not None
    little = series(1.0, 0.999, 0.998, 0.997, 0.996, 0.995, 0.994)
    assert trend_of(little, higher_is_better=True) is None


def test_a_trend_is_kept_for_the_digest_once_a_day(tmp_path: Path) -> None:
    found = notifications(tmp_path, {}, FILE)
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        for n in range(7):
            right = [1.0] * (20 - 2 * n) + [0.0] * 2 * n
            keep(store, n, right, name="bot", created=text_of(NOW - timedelta(days=6 - n, hours=1)))
        assert watch_trends(store.database, found.rules, now=NOW) == 1
        assert watch_trends(store.database, found.rules, now=NOW + timedelta(hours=1)) == 0
        route_events(store.database, found.rules)
        (digest,) = store.events.list().deliveries
        assert (digest.kind, digest.state, digest.target) == ("digest", "waiting", "slack")
        event = store.events.newest("performance_trend")
        assert event is not None
        assert (event.data["days"], event.data["metric"]) == (7.0, "accuracy")


def test_without_a_rule_about_trends_nothing_is_looked_at(tmp_path: Path) -> None:
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        assert watch_trends(store.database, (), now=NOW) == 0
