"""Outputs: folders of files that are made only when what they depend on has changed.

A target says for each file of its folder what decides its bytes (a digest) and how to make it.
``publish`` makes those that are new or out of date, in several processes if there are many, and
switches the folder to its next state in one step. What it knows of each file is kept in the
cache; without it, everything is made anew and files that come out the same stay untouched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, structs

from sopbook.cache.codec import Decoder
from sopbook.cache.seen import Seen
from sopbook.cache.store import Store
from sopbook.cache.tool import digest
from sopbook.cache.watch import watching
from sopbook.compact_json import dumps
from sopbook.edition import Edition, files_in, is_empty, recover_folder, stock, write_file
from sopbook.parallel import WorkerDied, ahead, map_share
from sopbook.targets import Outcome, TargetFailed, Workplace

if TYPE_CHECKING:
    from sopbook.cache.versions import Versions

try:
    import fcntl
except ImportError:  # Windows has no flock; there a second build has to be avoided by hand.
    fcntl = None  # type: ignore[assignment]


_held: set[Path] = set()
"""The output folders that this process holds."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the output folder for one build; a second one, in another process, waits for the first.

    Raises TargetFailed if the folder cannot be written.
    """
    if out in _held:
        yield
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        stream = (out / ".lock").open("w")
    except OSError as error:
        raise TargetFailed(f"cannot write to {out}: {error.strerror}") from error
    with stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        _held.add(out)
        try:
            yield
        finally:
            _held.remove(out)


SPARES = Path(".cache", "spare")
"""Where in the output folder the last state but one of each folder of outputs is kept."""


@contextmanager
def restocked(place: Workplace) -> Iterator[Workplace]:
    """Fill the spares that a first build has left empty, in another process, while sources are read.

    Holds the output folder if there is such a spare. What builds waits by ``Workplace.ready``.
    """
    spares = place.out / SPARES
    empty = [path for path in spares.glob("*") if is_empty(path)] if place.store else []
    if not empty:
        yield place
        return

    def work() -> None:
        for spare in sorted(empty):
            stock(spare, place.out / spare.name)

    with locked(place.out), ahead(work) as wait:

        def ready() -> Mapping[str, Any]:
            wait()
            return place.ready()

        yield replace(place, ready=ready)


@dataclass(frozen=True, slots=True)
class Product:
    """A file to be made.

    ``inputs`` is a digest of everything that decides its bytes, but for what ``make`` looks up in
    the handbook: that is noticed by itself (``cache.watch``). With empty ``inputs`` the file is
    made at every build (and written if its bytes have changed). ``same_as`` is the path of
    a file of another folder of outputs with the same bytes, and their digest: then both are one file under two
    names.
    """

    inputs: str
    make: Callable[[], bytes]
    same_as: tuple[str, str] | None = None


Last = Callable[[Mapping[str, str]], Mapping[str, bytes]]
"""Gives the files that list the others, from the digests of these."""

More = Callable[[], Mapping[str, Product]]
"""Gives products that take long to name: one process names and makes them, while the others make the rest."""


class _Entry(Struct, frozen=True, array_like=True):
    """What is known of a file in the folder: what it was made from and looked up (``cache.seen``), and its bytes."""

    inputs: str
    seen: tuple[int, ...]
    sha: str
    size: int
    modified: int


class _Ledger(Struct, frozen=True, array_like=True):
    """What the cache keeps of a folder. ``keys`` and ``digests`` are those of ``cache.seen``."""

    keys: list[str] = []
    digests: list[str] = []
    entries: dict[str, _Entry] = {}


class _Made(NamedTuple):
    """What became of a file: whether it was written, what is known of it, and what was looked at for it."""

    name: str
    is_new: bool
    entry: _Entry
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Published:
    """What ``publish`` did, and the SHA-256 (in hex) of every file that is now in the folder."""

    outcome: Outcome
    digests: Mapping[str, str]


def publish(
    folder: Path,
    products: Mapping[str, Product],
    *,
    store: Store | None = None,
    versions: Versions | None = None,
    last: Last | None = None,
) -> Published:
    """Make ``folder`` hold exactly ``products`` (by relative path), and the files that ``last`` gives.

    ``last`` gets the digests of all products, for files that list the others. Raises TargetFailed
    if the disk or a process fails; the folder is then as it was before.
    """
    return shelf(folder, store, versions).publish(products, last)


def shelf(
    folder: Path,
    store: Store | None = None,
    versions: Versions | None = None,
    ready: Callable[[], object] = lambda: None,
) -> Shelf:
    """A folder of outputs, looked at before it is known what shall be in it; ``ready`` is its ``Workplace``'s.

    Raises TargetFailed if it cannot be looked at.
    """
    with _told_as_failure(folder):
        recover_folder(folder)
        return Shelf(folder, store or Store(None), versions, ready)


@contextmanager
def _told_as_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else folder
        raise TargetFailed(f"cannot write {where}: {error.strerror or error}") from error
    except WorkerDied as error:
        raise TargetFailed(f"{folder}: {error}") from error


def sync_folder(folder: Path, files: Mapping[str, bytes]) -> Outcome:
    """Make ``folder`` hold exactly ``files`` (by relative path); what is equal already stays untouched."""
    return publish(folder, {name: Product("", partial(bytes, data)) for name, data in files.items()}).outcome


def inputs_at(folder: Path, store: Store) -> dict[str, str]:
    """What each file of a folder was made from when it was published last (``Product.inputs``), by its path."""
    row = store.get(_key_of(folder))
    try:
        return {name: entry.inputs for name, entry in _LEDGER(row).entries.items()} if row else {}
    except ValueError:
        return {}


def _key_of(folder: Path) -> str:
    return digest("published", str(folder.resolve()))


def is_published(folder: Path, store: Store) -> bool:
    """True if the folder holds exactly what was published last."""
    seen = Shelf(folder, store)
    return bool(seen.known) and seen.known.keys() == seen.present.keys() and all(map(seen.is_whole, seen.known))


class Shelf:
    """A folder, what is in it, and what is known of that."""

    def __init__(
        self, folder: Path, store: Store, versions: Versions | None = None, ready: Callable[[], object] = lambda: None
    ) -> None:
        self._folder = folder
        self._store = store
        self._versions = versions
        self._key = _key_of(folder)
        self._spare = folder.parent / SPARES / folder.name if store.is_kept else None
        self.known, self._seen = self._load()
        self.present = files_in(folder)
        self._wait_for_spare = ready

    def publish(self, products: Mapping[str, Product], last: Last | None = None, more: More | None = None) -> Published:
        """See the function ``publish``. What ``more`` gives has none of the paths of ``products``."""
        with _told_as_failure(self._folder):
            return self._publish(products, last, more)

    def _publish(self, products: Mapping[str, Product], last: Last | None, more: More | None) -> Published:
        fresh = {name: self.known[name] for name in products if self._is_fresh(name, products[name])}
        stale = [name for name in products if name not in fresh]
        self._wait_for_spare()
        with Edition(self._folder, products, self._spare) as edition:
            made = self._make(edition, products, stale, more)
            entries = fresh | {one.name: one.entry for one in made}
            written = {one.name for one in made if one.is_new}
            for name, data in (last(_digests(entries)) if last else {}).items():
                listed = self._put(edition, name, data, "")
                entries[name] = listed.entry
                written |= {name} if listed.is_new else set()
            removed = len(self.present.keys() - entries.keys())
            if written or removed or not self._folder.is_dir():
                edition.switch({name: self.present[name] for name in entries.keys() - written}, written)
        if entries != self.known or self._seen.changed:
            packed = self._seen.pack(entry.seen for entry in entries.values())
            self._store.put(self._key, dumps(_Ledger(*packed, entries)))
        states = {self._folder: entries}
        return Published(Outcome(len(written), len(entries) - len(written), removed, states), _digests(entries))

    def is_whole(self, name: str) -> bool:
        """True if the file is the one that is known (by size and time of change)."""
        entry = self.known.get(name)
        state = self.present.get(name)
        return bool(entry and state and (state.size, state.modified) == (entry.size, entry.modified))

    def _is_fresh(self, name: str, product: Product) -> bool:
        if not product.inputs or not self.is_whole(name):
            return False
        entry = self.known[name]
        return entry.inputs == product.inputs and self._seen.are_as_before(entry.seen)

    def _make(
        self, edition: Edition, products: Mapping[str, Product], names: Sequence[str], more: More | None
    ) -> list[_Made]:
        def make(turns: Sequence[str | More]) -> list[list[_Made]]:
            return [
                [self._made(edition, turn, products[turn])]
                if isinstance(turn, str)
                else [self._made(edition, name, product) for name, product in turn().items()]
                for turn in turns
            ]

        # What takes longest is begun first.
        turns: list[str | More] = [*([more] if more else []), *names]
        return [
            one._replace(entry=structs.replace(one.entry, seen=self._seen.numbers_of(one.seen))) if one.seen else one
            for made in map_share(make, turns)
            for one in made
        ]

    def _made(self, edition: Edition, name: str, product: Product) -> _Made:
        linked = self._link(edition, name, product)
        if linked is not None:
            return linked
        with watching() as seen:
            data = product.make()
        return self._put(edition, name, data, product.inputs)._replace(seen=frozenset(seen))

    def _link(self, edition: Edition, name: str, product: Product) -> _Made | None:
        """Give a file of another folder a second name here; None if there is none, or it cannot have one."""
        if product.same_as is None:
            return None
        source, sha = product.same_as
        path = Path(source)
        present = self.present.get(name)
        if present and (present.inode == path.stat().st_ino or self._is_same(name, sha, path.read_bytes())):
            return _Made(name, False, _Entry(product.inputs, (), sha, present.size, present.modified))
        state = edition.link(name, path)
        if state is None:
            return None
        return _Made(name, True, _Entry(product.inputs, (), sha, state.size, state.modified))

    def _put(self, edition: Edition, name: str, data: bytes, inputs: str) -> _Made:
        """Write a file unless the present one is the same; tells whether it wrote."""
        sha = hashlib.sha256(data).hexdigest()
        is_new = not self._is_same(name, sha, data)
        state = edition.write(name, data) if is_new else self.present[name]
        return _Made(name, is_new, _Entry(inputs, (), sha, state.size, state.modified))

    def _is_same(self, name: str, sha: str, data: bytes) -> bool:
        if name not in self.present or self.present[name].size != len(data):
            return False
        if self.is_whole(name):
            return self.known[name].sha == sha
        return (self._folder / name).read_bytes() == data

    def _load(self) -> tuple[dict[str, _Entry], Seen]:
        """What is known of the files, and what was looked at for them."""
        row = self._store.get(self._key)
        try:
            ledger = _LEDGER(row) if row else _Ledger()
            return ledger.entries, Seen(self._versions, ledger.keys, ledger.digests)
        except ValueError:
            return {}, Seen(self._versions)


_LEDGER: Decoder[_Ledger] = Decoder(_Ledger)


def _digests(entries: Mapping[str, _Entry]) -> dict[str, str]:
    return {name: entries[name].sha for name in sorted(entries)}


__all__ = ["Product", "Published", "is_published", "locked", "publish", "shelf", "sync_folder", "write_file"]
