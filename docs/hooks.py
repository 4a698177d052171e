"""What mkdocs does beyond its own: the navigation takes whole folders, and pages from beside this one."""

from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
FROM_ROOT = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}


def on_config(config: Any) -> Any:
    """Put a folder's pages where the navigation says `folder/*.md`."""
    config.nav = _expanded(config.nav)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that lie in the project's root, where GitHub looks for them."""
    from mkdocs.structure.files import File  # noqa: PLC0415  (mkdocs alone imports this file)

    for page, source in FROM_ROOT.items():
        text = (DOCS.parent / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    return files


def _expanded(nav: Any) -> Any:
    if isinstance(nav, dict):
        return {title: _expanded(inside) for title, inside in nav.items()}
    if not isinstance(nav, list):
        return nav
    return [page for entry in nav for page in (_pages(entry) if _is_folder(entry) else [_expanded(entry)])]


def _is_folder(entry: Any) -> bool:
    return isinstance(entry, str) and entry.endswith("/*.md")


def _pages(pattern: str) -> list[str]:
    """Return a folder's pages, its index first."""
    found = [path.relative_to(DOCS).as_posix() for path in DOCS.glob(pattern)]
    return sorted(found, key=lambda path: (not path.endswith("/index.md"), path))
