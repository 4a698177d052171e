"""`client.datasets` and `client.gates`: documents that are kept version by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from evaligo.client.asking import Story, getting, sending
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.records import Item
from evaligo.records.document import Document

__all__ = ["AsyncDatasets", "AsyncGates", "Datasets", "GateFile", "Gates"]


class GateFile(msgspec.Struct, frozen=True):
    """A file of quality gates: its text, and each gate as it is written there."""

    name: str
    sha256: str
    created: str
    yaml: str
    gates: dict[str, dict[str, Any]]


class _Page(msgspec.Struct, frozen=True):
    documents: tuple[Document, ...]
    cursor: str | None = None


class Datasets:
    """The datasets that are kept beside the experiments.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, name: str | None = None) -> Listing[Document]:
        """Return the datasets' versions, newest first."""
        return _listing(self._sender, "/datasets", name)

    def get(self, name: str, sha256: str | None = None) -> Document:
        """Return what is known of a dataset's newest version, or of the one that is named."""
        return tell(self._sender, _document("/datasets", name, sha256))

    def create(self, name: str, items: Iterable[Item | Mapping[str, Any]]) -> Document:
        """Keep a dataset; the same content again is the same version.

        Raises
        ------
        DataError
            An item is not right; the sentence says which.
        """
        return tell(self._sender, _keep("/datasets", name, _lines(items), "application/x-ndjson"))

    def items(self, name: str, sha256: str | None = None) -> tuple[Item, ...]:
        """Return a dataset's items."""
        return tell(self._sender, _items(name, sha256))


class AsyncDatasets:
    """The datasets that are kept beside the experiments; everything as in `Datasets`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, name: str | None = None) -> AsyncListing[Document]:
        """Return the datasets' versions, newest first, for an `async for` statement."""
        return _async_listing(self._sender, "/datasets", name)

    async def get(self, name: str, sha256: str | None = None) -> Document:
        """Return what is known of a dataset."""
        return await tell_async(self._sender, _document("/datasets", name, sha256))

    async def create(self, name: str, items: Iterable[Item | Mapping[str, Any]]) -> Document:
        """Keep a dataset; the same content again is the same version."""
        story = _keep("/datasets", name, _lines(items), "application/x-ndjson")
        return await tell_async(self._sender, story)

    async def items(self, name: str, sha256: str | None = None) -> tuple[Item, ...]:
        """Return a dataset's items."""
        return await tell_async(self._sender, _items(name, sha256))


class Gates:
    """The files of quality gates that are kept; what deployments ask on a server.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, name: str | None = None) -> Listing[Document]:
        """Return the files' versions, newest first."""
        return _listing(self._sender, "/gates", name)

    def get(self, name: str = "quality-gates", sha256: str | None = None) -> GateFile:
        """Return a file's newest version, or the one that is named."""
        return tell(self._sender, _gates(name, sha256))

    def create(self, yaml: str, *, name: str = "quality-gates") -> Document:
        """Keep a file of quality gates; its newest version counts. Needs the role admin.

        Raises
        ------
        DataError
            The file is not right; the sentence says where.
        """
        return tell(self._sender, _keep("/gates", name, yaml.encode(), "application/yaml"))


class AsyncGates:
    """The files of quality gates that are kept; everything as in `Gates`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, name: str | None = None) -> AsyncListing[Document]:
        """Return the files' versions, newest first, for an `async for` statement."""
        return _async_listing(self._sender, "/gates", name)

    async def get(self, name: str = "quality-gates", sha256: str | None = None) -> GateFile:
        """Return a file's newest version, or the one that is named."""
        return await tell_async(self._sender, _gates(name, sha256))

    async def create(self, yaml: str, *, name: str = "quality-gates") -> Document:
        """Keep a file of quality gates; its newest version counts."""
        return await tell_async(self._sender, _keep("/gates", name, yaml.encode(), "application/yaml"))


def _listing(sender: Sender, path: str, name: str | None) -> Listing[Document]:
    def page(cursor: str | None, limit: int) -> tuple[list[Document], str | None]:
        found = tell(sender, _page(path, name, cursor, limit))
        return list(found.documents), found.cursor

    return Listing(page)


def _async_listing(sender: AsyncSender, path: str, name: str | None) -> AsyncListing[Document]:
    async def page(cursor: str | None, limit: int) -> tuple[list[Document], str | None]:
        found = await tell_async(sender, _page(path, name, cursor, limit))
        return list(found.documents), found.cursor

    return AsyncListing(page)


def _page(path: str, name: str | None, cursor: str | None, limit: int) -> Story[_Page]:
    answer = yield getting(path, name=name, cursor=cursor, limit=limit)
    return answer.value(_Page)


def _document(path: str, name: str, sha256: str | None) -> Story[Document]:
    answer = yield getting(f"{path}/{quote(name, safe='')}", sha256=sha256)
    return answer.value(Document)


def _gates(name: str, sha256: str | None) -> Story[GateFile]:
    answer = yield getting(f"/gates/{quote(name, safe='')}", sha256=sha256)
    return answer.value(GateFile)


def _keep(path: str, name: str, body: bytes, content_type: str) -> Story[Document]:
    answer = yield sending(path, body, content_type, name=name)
    return answer.value(Document)


def _items(name: str, sha256: str | None) -> Story[tuple[Item, ...]]:
    answer = yield getting(f"/datasets/{quote(name, safe='')}/items", sha256=sha256)
    answer.check()
    return tuple(msgspec.json.decode(line, type=Item) for line in answer.body.split(b"\n") if line.strip())


def _lines(items: Iterable[Item | Mapping[str, Any]]) -> bytes:
    encoder = msgspec.json.Encoder()
    return b"\n".join(encoder.encode(one if isinstance(one, Item) else dict(one)) for one in items)
