"""Who may do what: a request's key, the role that a route needs, and the project that the key opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from evaligo.app.keys import authenticate
from evaligo.errors import UnavailableError, UsageError
from evaligo.gates.quality import QualityGate
from evaligo.records.key import Role
from evaligo.service.limits import Buckets, Limits
from evaligo.service.problems import ProblemError
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore

__all__ = ["Access", "Actor", "Admin", "Here", "Keyed", "Reader", "Runner", "Trusted"]

_RANKS: dict[Role, int] = {"reader": 0, "runner": 1, "admin": 2}
_bearer = HTTPBearer(auto_error=False, description="An API key: `evaligo keys create`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks.

    Parameters
    ----------
    who : str
        The key's name; who works here, where the store is embedded.
    role : {"reader", "runner", "admin"}
    project : str
    key_id : str
        Empty where no key was needed.
    """

    who: str
    role: Role
    project: str
    key_id: str = ""


class Access(Protocol):
    """Tells who asks."""

    def admit(self, token: str | None) -> Actor | None:
        """Return who bears this key; None for nobody known.

        Parameters
        ----------
        token : str, optional
            None where the request has none.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Everyone who can call the application may do everything: it runs in the caller's own process.

    Parameters
    ----------
    who : str
    project : str
    """

    who: str
    project: str = "default"

    def admit(self, token: str | None) -> Actor:  # noqa: ARG002  (nobody needs a key at home)
        """Return who works here."""
        return Actor(who=self.who, role="admin", project=self.project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A key says who asks, and opens its project.

    Parameters
    ----------
    database : Database
    public_read : bool
        Whether everyone may read without one.
    project : str
        What everyone may read.
    """

    database: Database
    public_read: bool = False
    project: str = "default"

    def admit(self, token: str | None) -> Actor | None:
        """Return whose key it is; nobody for one that is unknown, revoked or over."""
        if token is None:
            return Actor(who="anyone", role="reader", project=self.project) if self.public_read else None
        key = authenticate(self.database, token)
        return None if key is None else Actor(who=key.name, role=key.role, project=key.project, key_id=key.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where a request works.

    Parameters
    ----------
    store : ExperimentStore
        Of the actor's project.
    actor : Actor
    limits : Limits
    gates : callable
        Returns the quality gates of a store's project.
    """

    store: ExperimentStore
    actor: Actor
    limits: Limits
    gates: Callable[[ExperimentStore], Sequence[QualityGate]]

    @property
    def who(self) -> str:
        """Who did it, for what is kept."""
        return self.actor.who

    def may(self, role: Role) -> bool:
        """Whether the actor's role is this one, or more."""
        return _RANKS[self.actor.role] >= _RANKS[role]

    def demand(self, role: Role, what: str) -> None:
        """Refuse who is less.

        Raises
        ------
        ProblemError
            403.
        """
        if not self.may(role):
            raise ProblemError(
                403,
                UsageError(
                    f"the key {self.who!r} is a {self.actor.role}'s: {what} needs the role {role}",
                    hint=f"use a key of that role: evaligo keys create --role {role}",
                ),
            )


def _needs(role: Role) -> Callable[..., Here]:
    def here(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Here:
        state = request.app.state
        access: Access = state.access
        actor = access.admit(None if given is None else given.credentials)
        request.state.actor = actor
        if actor is None:
            raise ProblemError(401, _nobody(given is not None))
        _take_turn(state.buckets, actor, request)
        store: ExperimentStore = state.store
        found = Here(
            store=ExperimentStore(store.database, project=actor.project),
            actor=actor,
            limits=state.limits,
            gates=state.gates,
        )
        found.demand(role, f"{request.method} {request.url.path}")
        return found

    return here


def _nobody(given: bool) -> UsageError:  # noqa: FBT001  (the only thing that differs)
    if given:
        return UsageError("the API key is not valid", hint="it may be mistyped, expired or revoked")
    return UsageError(
        "there is no API key", hint="send `Authorization: Bearer evk_…`; make one with: evaligo keys create"
    )


def _take_turn(buckets: Buckets, actor: Actor, request: Request) -> None:
    """Take a token of the key's, or of the address's that has none."""
    wait = buckets.wait(actor.key_id or (request.client.host if request.client else ""))
    if wait:
        raise ProblemError(
            429,
            UnavailableError(f"too many requests of {actor.who!r}", hint=f"wait {wait:.1f} s"),
            headers={"Retry-After": str(int(wait) + 1)},
        )


Reader = Annotated[Here, Depends(_needs("reader"))]
"""Where a request of anyone with a key works."""

Runner = Annotated[Here, Depends(_needs("runner"))]
"""Where a request of a runner or an admin works."""

Admin = Annotated[Here, Depends(_needs("admin"))]
"""Where a request of an admin works."""
