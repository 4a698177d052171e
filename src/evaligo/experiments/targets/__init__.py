"""What can be evaluated: one file a kind of target."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

BUILTINS: tuple[LazyPart, ...] = (
    LazyPart("openai", "evaligo.experiments.targets.openai:OpenAITarget"),
    LazyPart("http", "evaligo.experiments.targets.http:HTTPTarget"),
    LazyPart("python", "evaligo.experiments.targets.python:PythonTarget"),
    LazyPart("command", "evaligo.experiments.targets.command:CommandTarget"),
    LazyPart("replay", "evaligo.experiments.targets.replay:ReplayTarget"),
)
