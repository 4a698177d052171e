"""PagerDuty's Events API v2 on loopback: it deduplicates, acknowledges, resolves, and refuses what breaks its limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from tests.support.fake_webhook import FakeWebhook, Received

__all__ = ["Alert", "FakePagerDuty"]


@dataclass(kw_only=True)
class Alert:
    """One alert: what opened it, and what became of it."""

    summary: str
    severity: str
    state: str = "triggered"
    triggers: int = 1


@dataclass(kw_only=True)
class FakePagerDuty(FakeWebhook):
    """The API.

    Parameters
    ----------
    key : str
        The only integration key that it knows.
    alerts : list of Alert
        Every one that was ever opened.
    """

    path: str = "/v2/enqueue"
    key: str = "0123456789abcdef0123456789abcdef"
    alerts: list[Alert] = field(default_factory=list)
    _open: dict[str, Alert] = field(default_factory=dict)

    def take(self, received: Received) -> web.Response:
        if received.path != self.path:
            return web.Response(status=404)
        wrong = self._wrong(received)
        if wrong:
            said = {"status": "invalid event", "message": "Event object is invalid", "errors": wrong}
            return web.json_response(said, status=400)
        self.taken.append(received)
        event = received.json
        self._apply(event["event_action"], event["dedup_key"], event.get("payload", {}))
        said = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return web.json_response(said, status=202)

    def _wrong(self, received: Received) -> list[str]:
        event = received.json
        payload = event.get("payload", {})
        wrong = []
        if len(received.body) > 512 * 1024:
            wrong.append("the event is too large")
        if event.get("routing_key") != self.key:
            wrong.append("Invalid routing key")
        if not 0 < len(event.get("dedup_key", "")) <= 255:
            wrong.append("'dedup_key' is too long")
        if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
            wrong.append("'event_action' is invalid")
        if event.get("event_action") == "trigger":
            if not 0 < len(payload.get("summary", "")) <= 1024:
                wrong.append("'payload.summary' is missing, blank or too long")
            if payload.get("severity") not in ("critical", "error", "warning", "info"):
                wrong.append("'payload.severity' is invalid")
            if not payload.get("source"):
                wrong.append("'payload.source' is missing or blank")
        return wrong

    def _apply(self, action: str, key: str, payload: dict[str, str]) -> None:
        alert = self._open.get(key)
        if action == "trigger" and alert is None:
            self._open[key] = Alert(summary=payload["summary"], severity=payload["severity"])
            self.alerts.append(self._open[key])
        elif alert is None:
            return
        elif action == "trigger":
            alert.triggers += 1
        elif action == "acknowledge":
            alert.state = "acknowledged"
        else:
            alert.state = "resolved"
            del self._open[key]
