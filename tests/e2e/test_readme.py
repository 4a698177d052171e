"""The front page leads with what it should, and its promises can be kept."""

import re
import struct
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(text: str, marks: tuple[str, str] = ("<!-- bench: begin -->", "<!-- bench: end -->")) -> list[str]:
    """Return the rows of the tables that `make bench` wrote."""
    between = text.partition(marks[0])[2].partition(marks[1])[0]
    return [line for line in between.splitlines() if re.match(r"\| [\d,]+ \|", line)]


def test_the_report_as_a_picture_comes_before_the_two_commands() -> None:
    picture, commands = README.index("!["), README.index("$ make demo\n$ make test")
    assert picture < commands < README.index("## ")


def test_the_one_picture_is_there_and_small_enough_to_lead_a_page() -> None:
    (path,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    drawn = (ROOT / path).read_bytes()
    width, height = struct.unpack(">II", drawn[16:24])
    assert drawn.startswith(b"\x89PNG\r\n")
    assert height < width
    assert len(drawn) < 150_000


def test_the_drawing_of_the_gate_asks_for_nothing_from_elsewhere() -> None:
    path = ROOT / "docs" / "images" / "report.svg"
    drawn = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "EVALSIG release gate" in drawn
    assert "://" not in drawn


def test_the_two_commands_are_targets_of_the_makefile_that_set_up_by_themselves() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert re.search(rf"^{target}: \$\(READY\)", makefile, re.MULTILINE)


def test_the_figures_beside_the_peer_are_those_of_the_benchmark() -> None:
    measured = rows((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"))
    for row in rows(README):
        pairs, *shown = [cell.strip() for cell in row.strip("|").split("|")]
        for cell in shown:
            if cell != "not run":
                wall, memory = re.fullmatch(r"([\d.]+) s, (\d+) MB", cell).groups()  # type: ignore[union-attr]
                assert any(
                    r.startswith(f"| {pairs} |") and f"| {wall} |" in r and r.endswith(f"| {memory} |")
                    for r in measured
                )


def test_the_licence_is_the_one_that_the_package_declares() -> None:
    declared = re.search(r'^license = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert declared is not None
    assert f"[{declared[1]}](LICENSE)" in README
