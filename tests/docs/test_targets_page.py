"""The configurations on the page of the targets are ones that evaligo takes, and its table knows every target."""

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML
from tests.docs.blocks import Block, blocks_of
from tests.support.targets import made

from evaligo.experiments.config import JudgeKeys
from evaligo.experiments.judge import ChatJudge
from evaligo.experiments.targets import BUILTINS
from evaligo.settings.secrets import resolve

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "targets.md"
BLOCKS = [block for block in blocks_of(PAGE, ROOT) if block.language == "yaml"]
ENVIRONMENT = {
    "OPENAI_BASE_URL": "http://model.example/v1",
    "OPENAI_API_KEY": "sk-1",
    "BOT_TOKEN": "token-1",
}


def kinds() -> list[str]:
    trees = [YAML(typ="safe", pure=True).load(block.text) for block in BLOCKS]
    return [tree["target"]["type"] for tree in trees if "target" in tree]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_each_configuration_shown_is_taken(block: Block) -> None:
    tree = YAML(typ="safe", pure=True).load(block.text)
    data = resolve(tree, ENVIRONMENT, lambda _: block.place).data
    if "judge" in data:
        ChatJudge(msgspec.convert(data["judge"], JudgeKeys))
    else:
        made(data["target"].pop("type"), **data["target"])


def test_every_target_is_shown() -> None:
    assert kinds() == [part.name for part in BUILTINS]
