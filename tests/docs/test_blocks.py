"""The reader of code blocks catches what a page must not say."""

from pathlib import Path

import pytest
from tests.docs.blocks import blocks_of
from tests.docs.test_code_blocks import Page


def read(folder: Path, text: str) -> None:
    """Read a page as the documentation's own pages are read."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    page = Page(folder)
    for block in blocks_of(path, folder):
        page.run(block)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("```brainfuck\n+\n```", "no such language"),
        ("```\nplain\n```", "no such language"),
        ("<!-- exist: 1 -->\n```bash\nfalse\n```", "no such directive"),
        ("```console\n$ echo a\nb\n```", "shows"),
        ("```console\n$ exit 3\n```", "exits 3"),
        ("<!-- exit: 2 -->\n```console\n$ exit 3\n```", "exits 3"),
        ("```console\necho a\n```", "no line begins"),
        ("```bash\nfalse\ntrue\n```", "exits 1"),
        ("```text\nunmarked\n```", "mark it"),
        ("<!-- not run -->\n```bash\nfalse\n```", "say why"),
        ("```python\n>>> 1 + 1\n3\n```", "Expected"),
        ("```yaml\njobs: {build: {steps: 1}}\n```", "steps"),
        ("```console\n$ echo a\n```\n\n<!-- output -->\n```text\nb\n```", "shows"),
    ],
)
def test_a_block_that_is_wrong_fails(tmp_path: Path, wrong: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        read(tmp_path, wrong)


def test_a_block_that_never_ends_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="line 3 never ends"):
        read(tmp_path, "text\n\n```bash\ntrue\n")


def test_python_that_raises_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        read(tmp_path, "```python\n1 / 0\n```")


def test_a_page_that_is_right_passes(tmp_path: Path) -> None:
    read(
        tmp_path,
        """
<!-- file: a.txt -->
```text
seen
```

<!-- setup: echo unseen > b.txt -->
```console
$ cat a.txt \\
    b.txt
seen
un...
```

<!-- exit: 1 -->
```console
$ echo a long line; false
a ... line
```

```console
$ echo $?
1
```

```python
word = "five"
print(len(word))
```

<!-- output -->
```text
4
```

```python
>>> word
'five'
```
""",
    )
