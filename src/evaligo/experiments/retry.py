"""How long to wait before a call is tried again."""

from __future__ import annotations

import random

from evaligo.experiments.contract import TransientFailureError

__all__ = ["LONGEST_ASKED", "wait_before"]

LONGEST_ASKED = 300.0
"""Seconds of a Retry-After that are waited for; what asks for more is a spent quota, and is not."""
_FIRST, _LONGEST = 0.5, 60.0


def wait_before(attempt: int, error: TransientFailureError) -> float:
    """Return the seconds to wait after a failed attempt: exponential, jittered, at least what the endpoint asks for.

    Own code, since a retry library's context around each call costs as much as the rest of the runner.

    Parameters
    ----------
    attempt : int
        That failed, from 1.
    error : TransientFailureError

    References
    ----------
    Brooker (2015), "Exponential backoff and jitter", AWS Architecture Blog: equal jitter.

    Examples
    --------
    >>> 0.25 <= wait_before(1, TransientFailureError("503")) <= 0.5
    True
    >>> 2.0 <= wait_before(1, TransientFailureError("429", retry_after=2.0)) <= 2.5
    True
    """
    backoff = min(_LONGEST, _FIRST * 2.0 ** (attempt - 1))
    share = random.uniform(0.5, 1.0)  # noqa: S311  (keeps callers apart; no secret, and no verdict rests on it)
    return (
        share * backoff
        if error.retry_after is None
        else error.retry_after + (share - 0.5) * min(backoff, 1.0)
    )
