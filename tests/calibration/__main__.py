"""Simulate the full grid and write its table: `python -m tests.calibration --write docs/calibration.md`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.calibration.grid import POWER, Cell, Rates, full_grid, simulate

BEGIN, END = "<!-- the table: begin -->", "<!-- the table: end -->"
HEAD = """\
| world | asked | chosen | false ALLOW | false REJECT | 90 % interval covers | power at the printed MDE |
|---|---|---|---:|---:|---:|---:|
"""


def main() -> int:
    """Simulate, print, and write the table between the page's two marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=2000)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    started = time.monotonic()
    cells = list(full_grid())
    with ProcessPoolExecutor(arguments.processes) as pool:
        rates = []
        for cell, found in zip(
            cells, pool.map(partial(simulate, simulations=arguments.simulations), cells), strict=True
        ):
            print(row(cell, found), flush=True)
            rates.append(found)
    print(f"{len(cells)} cells in {time.monotonic() - started:.0f} s")
    if arguments.write:
        write(arguments.write, zip(cells, rates, strict=True), simulations=arguments.simulations)
    broken = [row(cell, found) for cell, found in zip(cells, rates, strict=True) if breaks(cell, found)]
    print(*("beyond what is promised:", *broken) if broken else ("every promise is kept",), sep="\n")
    return int(bool(broken))


def breaks(cell: Cell, rates: Rates) -> bool:
    """Whether a cell errs more, or finds less, than promised, beyond what the number of simulations explains."""
    errs = max(rates.false_allow, rates.false_reject) > cell.limit + rates.tolerance(cell.limit)
    return errs or (rates.power is not None and rates.power + rates.tolerance(POWER) < cell.least_power)


def row(cell: Cell, rates: Rates) -> str:
    """One line of the table; rates above 5 % that chance does not explain stand in bold."""
    chosen = ", ".join(f"{name} {n / rates.simulations:.0%}" for name, n in rates.methods.most_common(3))
    power = "n/a" if rates.power is None else f"{rates.power:.1%}"
    errors = (_marked(rates, rate) for rate in (rates.false_allow, rates.false_reject))
    return f"| {cell.world.label()}{_flips(cell)} | {cell.method} | {chosen} | {' | '.join(errors)} | {rates.coverage:.1%} | {power} |"


def write(page: Path, table: Iterable[tuple[Cell, Rates]], *, simulations: int) -> None:
    """Put the table between the page's marks."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    lines = "\n".join(row(cell, rates) for cell, rates in table)
    note = f"{simulations:,} simulations a cell; nominal one-sided error rate 5 %, nominal power 80 %.\n\n"
    page.write_text(f"{before}{BEGIN}\n{note}{HEAD}{lines}\n{END}{after}", encoding="utf-8")


def _marked(rates: Rates, rate: float) -> str:
    return f"**{rate:.1%}**" if rate > 0.05 + rates.tolerance() else f"{rate:.1%}"


def _flips(cell: Cell) -> str:
    return f", {cell.world.discordance:.0%} flips" if cell.world.name == "binary" else ""


if __name__ == "__main__":
    raise SystemExit(main())
