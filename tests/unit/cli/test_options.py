"""Options that several commands share, and the group that finds the commands."""

from collections.abc import Iterator

import click
import pytest

from evaligo import UsageError
from evaligo.cli import EVALIGO, EVALSIG, EXPERIMENT_COMMANDS, GATE_COMMANDS
from evaligo.cli.options import Bounds, cluster_of, direction_of


@pytest.mark.parametrize(
    ("cluster", "no_cluster", "meant"),
    [(None, False, None), ("p", False, "p"), (None, True, False), ("", False, None), ("", True, False)],
)
def test_the_two_cluster_options_are_one_answer(
    cluster: str | None, meant: object, *, no_cluster: bool
) -> None:
    assert (
        cluster_of(cluster, no_cluster=no_cluster) is meant
        or cluster_of(cluster, no_cluster=no_cluster) == meant
    )


def test_the_two_cluster_options_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="contradict"):
        cluster_of("p", no_cluster=True)


def test_the_direction_is_said_only_where_the_flag_was() -> None:
    assert [direction_of(lower_is_better=said) for said in (None, True, False)] == [None, False, True]


@pytest.mark.parametrize(
    ("text", "bounds"), [("0,1", (0.0, 1.0)), ("-1,1", (-1.0, 1.0)), ("0, 1e3", (0.0, 1000.0))]
)
def test_bounds_are_two_numbers(text: str, bounds: tuple[float, float]) -> None:
    assert Bounds().convert(text, None, None) == bounds
    assert Bounds().convert(bounds, None, None) == bounds


@pytest.mark.parametrize("text", ["", "1", "0,1,2", "a,b", "0;1", ","])
def test_anything_else_is_no_bounds(text: str) -> None:
    with pytest.raises(click.BadParameter, match="LOW,HIGH"):
        Bounds().convert(text, None, None)


@pytest.mark.parametrize(
    ("group", "names"), [(EVALIGO, {**EXPERIMENT_COMMANDS, **GATE_COMMANDS}), (EVALSIG, GATE_COMMANDS)]
)
def test_the_groups_list_their_commands_without_importing_one(
    group: click.Group, names: dict[str, str]
) -> None:
    context = click.Context(group)
    assert group.list_commands(context) == list(names)
    assert group.get_command(context, "nonsense") is None
    text = group.get_help(context)
    assert all(name in text for name in names)
    assert "65 bad input data" in " ".join(text.split())


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of a group and of its groups."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*leaf, id=" ".join(leaf[0])) for leaf in leaves(EVALIGO)]
)
def test_every_command_documents_each_of_its_options(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    undocumented = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert not undocumented
