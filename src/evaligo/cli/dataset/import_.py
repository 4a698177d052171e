"""`dataset import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

__all__ = ["command"]


@click.command(
    "import",
    epilog="Example: evaligo dataset import tickets.csv --name support --id ticket --input question --expected answer "
    "--metadata lang",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="What the dataset is called; the file's name where left out.")
@click.option("--id", "id_", default="id", show_default=True, metavar="PATH", help="The field of the id.")
@click.option("--make-ids", is_flag=True, help="Make ids from the content, for a file that has none.")
@click.option("--input", "input_", default="input", show_default=True, metavar="PATH", help="What is asked.")
@click.option("--expected", metavar="PATH", help="The right answer.")
@click.option("--context", metavar="PATH", help="What the answer must rest on.")
@click.option(
    "--metadata", multiple=True, metavar="PATH", help="A field to keep for slices and clusters. Repeatable."
)
@click.option("--force", is_flag=True, help="Replace a dataset of that name.")
def command(file: Path, name: str | None, **options: Any) -> None:
    """Bring a JSON Lines, CSV or Parquet file of any fields into .evaligo/datasets/.

    A field is named by a dotted path.
    """
    from evaligo.app.datasets import Columns, import_dataset
    from evaligo.settings.project import find_project, shown_path

    fields = {
        key.rstrip("_"): options[key]
        for key in ("id_", "input_", "expected", "context", "metadata", "make_ids")
    }
    made = import_dataset(file, name or file.stem, Columns(**fields), find_project(), force=options["force"])
    click.echo(f"{made.name}: {made.n_items} items, sha256 {made.sha256[:12]}, in {shown_path(made.path)}")
