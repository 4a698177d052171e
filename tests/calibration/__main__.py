"""Simulate the full grid and write its tables: `python -m tests.calibration --write docs/calibration.md`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.calibration.grid import ALPHA, Cell, Rates, methods_for, simulate, worlds
from tests.calibration.promises import COMPARISON_ONLY
from tests.support.worlds import World

BEGIN, END = "<!-- the table: begin -->", "<!-- the table: end -->"
COLUMNS = (
    "false ALLOW",
    "false REJECT",
    "90 % interval covers",
    "power at the printed MDE",
    "ALLOW at min_delta: told",
    "found",
)
BY_NAME, COMPARISONS = 0.3, 0.1
"""The share of the simulations that a method by name gets, and one that promises nothing; its tolerance is the wider for it."""
AGAIN, ANOTHER = 4, 1
"""How many times as many simulations a cell gets that breaks its promise, from another seed: of 2,000 rates that are just
as promised, a few lie beyond three standard errors."""
Table = dict[Cell, Rates]


def main() -> int:
    """Simulate, print, and write the tables between the page's two marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=1000)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    started = time.monotonic()
    with ProcessPoolExecutor(arguments.processes) as pool:
        table: Table = {}
        for found in pool.map(partial(both, simulations=arguments.simulations), worlds()):
            for cell, rates in found.items():
                print(cell.method, row(cell, rates), flush=True)
            table |= found
    print(f"{len(table)} cells in {time.monotonic() - started:.0f} s")
    if arguments.write:
        write(arguments.write, table, simulations=arguments.simulations)
    broken = [f"{cell.method} {row(cell, rates)}" for cell, rates in table.items() if breaks(cell, rates)]
    print(*("beyond what is promised:", *broken) if broken else ("every promise is kept",), sep="\n")
    return int(bool(broken))


def both(world: World, *, simulations: int) -> Table:
    """Simulate the gate's own choice, and each method by name."""
    found = confirmed(world, "auto", simulations)
    for method in methods_for(world):
        found |= confirmed(world, method, simulations_of(method, simulations))
    return found


def simulations_of(method: str, simulations: int) -> int:
    """How many simulations a method gets."""
    share = 1.0 if method == "auto" else COMPARISONS if method in COMPARISON_ONLY else BY_NAME
    return round(share * simulations)


def confirmed(world: World, method: str, simulations: int) -> Table:
    """Simulate; then simulate more of what breaks a promise, and believe that."""
    cell = Cell(world=world, method=method)
    rates = simulate(cell, simulations=simulations)
    if breaks(cell, rates):
        rates = simulate(cell, simulations=AGAIN * simulations, seed=ANOTHER)
    return {cell: rates}


def breaks(cell: Cell, rates: Rates) -> bool:
    """Whether a cell does not do what its method promises, beyond what the number of simulations explains."""
    return (cell.promised and rates.errs) or (cell.power_promised and (rates.misses or rates.boasts))


def row(cell: Cell, rates: Rates) -> str:
    """One line of a table; what 5 %, 80 % and chance do not explain stands in bold, what is not promised in brackets."""
    world = cell.world.label() if cell.promised else f"[{cell.world.label()}]"
    chosen = ", ".join(f"{name} {n / rates.simulations:.0%}" for name, n in rates.methods.most_common(3))
    cells = [world, *([chosen] if cell.method == "auto" else []), *_figures(cell, rates)]
    return f"| {' | '.join(cells)} |"


def _figures(cell: Cell, rates: Rates) -> Iterator[str]:
    for rate in (rates.false_allow, rates.false_reject):
        yield _marked(rate, bold=rate > ALPHA + rates.tolerance())
    yield f"{rates.coverage:.1%}"
    if rates.power is None or rates.chance is None or rates.allowed is None:
        yield from ("n/a", "", "")
        return
    open_ended = cell.promised and not cell.power_promised
    for told, bold in ((rates.power, rates.misses), (rates.chance, False), (rates.allowed, rates.boasts)):
        figure = _marked(told, bold=bold)
        yield f"[{figure}]" if open_ended else figure


def _marked(rate: float, *, bold: bool) -> str:
    return f"**{rate:.1%}**" if bold else f"{rate:.1%}"


def write(page: Path, table: Table, *, simulations: int) -> None:
    """Put the tables between the page's marks: the gate's choice, then each method under its name."""
    text = page.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    parts = "\n\n".join(_parts(table, simulations))
    page.write_text(f"{before}{BEGIN}\n\n{parts}\n\n{END}{after}", encoding="utf-8")


def _parts(table: Table, simulations: int) -> Iterator[str]:
    methods = list(dict.fromkeys(cell.method for cell in table))
    for method in methods:
        count = simulations_of(method, simulations)
        title = "The method that the gate chooses" if method == "auto" else f"`{method}`"
        yield f"### {title}"
        yield f"{count:,} simulations a world."
        rows = ((cell, rates) for cell, rates in table.items() if cell.method == method)
        yield _table(rows, chosen=method == "auto")


def _table(rows: Iterable[tuple[Cell, Rates]], *, chosen: bool) -> str:
    heads = ("world", *(("chosen",) if chosen else ()), *COLUMNS)
    rule = ["---"] * (len(heads) - len(COLUMNS)) + ["---:"] * len(COLUMNS)
    lines = (f"| {' | '.join(heads)} |", f"|{'|'.join(rule)}|", *(row(cell, rates) for cell, rates in rows))
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
