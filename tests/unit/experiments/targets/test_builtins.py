import subprocess
import sys

import pytest

from evaligo.experiments import targets
from evaligo.experiments.contract import Target
from evaligo.experiments.targets.command import CommandTarget
from evaligo.experiments.targets.http import HTTPTarget
from evaligo.experiments.targets.openai import OpenAITarget
from evaligo.experiments.targets.python import PythonTarget
from evaligo.experiments.targets.replay import ReplayTarget

TARGETS: tuple[Target, ...] = (
    OpenAITarget(base_url="http://x.example", model="m"),
    HTTPTarget(url="http://x.example"),
    PythonTarget(function="a:b"),
    CommandTarget(command="run"),
    ReplayTarget(file="a.jsonl"),
)
"""Type checkers hold each against the contract here."""


def test_every_target_has_a_name_and_none_has_two() -> None:
    assert [part.load() for part in targets.BUILTINS] == [type(target) for target in TARGETS]


@pytest.mark.parametrize("name", ["openai", "http"])
def test_a_target_on_the_network_names_the_extra_that_it_lacks(name: str) -> None:
    probe = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from evaligo.errors import MissingExtraError\n"
        "from evaligo.experiments.targets import BUILTINS\n"
        "from evaligo.registry import find_part\n"
        "try:\n"
        f"    find_part('targets', BUILTINS, {name!r})\n"
        "except MissingExtraError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout == (
        "calling endpoints needs the extra `experiments`; install it with: pip install 'evaligo[experiments]'\n"
    )


def test_targets_off_the_network_start_without_its_library() -> None:
    probe = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from evaligo.experiments.targets import BUILTINS\n"
        "for part in BUILTINS:\n"
        "    part.name in ('openai', 'http') or part.load()\n"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
