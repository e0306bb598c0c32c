"""Tells whether there may be a newer supergraph, at little cost where there is none.

Files are read only when their size or times have changed, and only once these stay as they are:
not every tool writes a file in one step. S3 is asked for the object unless it still has the tag.
Looking blocks, so it belongs in a thread.
"""

from pathlib import Path
from typing import Protocol

from gateway.config.settings import Settings
from gateway.config.supergraph import S3Object, SupergraphSource
from gateway.pipeline.s3 import SourceUnreachable, fetch
from gateway.pipeline.supergraph_source import read_supergraph

Stamp = tuple[int, int, int, int]


class Watched(Protocol):
    """Where supergraphs come from."""

    @property
    def is_settling(self) -> bool:
        """Something has changed and may be changing still: look again soon."""
        ...

    def look(self, *, force: bool = False) -> str | None:
        """The SDL if it may be new; None where nothing has changed. `force` reads it anyway.

        Raises:
            SourceUnreachable: It cannot be had at the moment.
            ConfigurationError: There is something new, and it is no supergraph.
        """
        ...


def watch(settings: Settings) -> Watched:
    """What is to be watched by these settings."""
    if settings.supergraph.s3 is not None:
        return WatchedObject(settings.supergraph.s3)
    return WatchedFiles(settings)


class WatchedFiles:
    """The file with the supergraph, or the files that it is composed from."""

    def __init__(self, settings: Settings) -> None:
        self.is_settling = False
        self._settings = settings
        self._files = _files(settings.supergraph)
        self._read: tuple[Stamp, ...] | None = None
        self._noticed: tuple[Stamp, ...] | None = None

    def look(self, *, force: bool = False) -> str | None:
        found = tuple(_stamp(file) for file in self._files)
        if not force:
            if found == self._read:
                self.is_settling = False
                return None
            self.is_settling = found != self._noticed
            self._noticed = found
            if self.is_settling:
                return None
        self.is_settling = False
        self._read = found
        return read_supergraph(self._settings)


class WatchedObject:
    """An object in S3."""

    is_settling = False

    def __init__(self, source: S3Object) -> None:
        self._source = source
        self._etag: str | None = None

    def look(self, *, force: bool = False) -> str | None:
        found = fetch(self._source, None if force else self._etag)
        if found is None:
            return None
        self._etag = found.etag
        return found.sdl


def _files(source: SupergraphSource) -> tuple[Path, ...]:
    if source.file is not None:
        return (source.file,)
    return tuple(subgraph.schema_.file for subgraph in source.compose or ())


def _stamp(file: Path) -> Stamp:
    """What changes when a file is written, exchanged, or made readable."""
    try:
        found = file.stat()
    except OSError as error:
        raise SourceUnreachable(f"{file}: cannot be read: {error}") from error
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
