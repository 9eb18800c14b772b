"""Work shared out among processes, where there is enough of it and the system can fork.

A forked process has the whole handbook without being sent it. Each takes the next few items as soon
as it is done with the last ones, writes its results into a pipe and ends; one that outlives a killed
parent is killed with it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

_WORTH = 24
"""Fewer items than this are done before a second process has started."""

_TURNS = 4_000
"""Into how many turns work is cut at most: their numbers have to find room in a pipe."""

_NUMBER = 4
"""Bytes of the number of a turn."""

_PR_SET_PDEATHSIG = 1


class WorkerDied(Exception):
    """A process ended before its work was done (killed, or out of memory)."""


def map_share(
    work: Callable[[Sequence[_T]], list[_R]],
    items: Sequence[_T],
    meanwhile: Callable[[], object] = lambda: None,
) -> list[_R]:
    """``work`` done on all items, in shares; the results in the order of the items.

    ``work`` gives one result for each item. ``meanwhile`` is done here before this process takes a share,
    when the others have begun. An exception in any process is raised here. Raises WorkerDied if a process was killed.
    """
    count = min(_processors(), len(items) // (_WORTH // 2))
    if not _can_share(count):
        meanwhile()
        return work(items) if items else []
    size = -(-len(items) // _TURNS)
    blocks = [items[start : start + size] for start in range(0, len(items), size)]
    results: dict[int, list[_R]] = {}
    failure: BaseException | None = None
    with _turns(len(blocks)) as take_turn:

        def share() -> dict[int, list[_R]]:
            return {turn: work(blocks[turn]) for turn in iter(take_turn, None)}

        children = [_start(share) for _ in range(count - 1)]
        try:
            meanwhile()
            results |= share()
        except BaseException as error:  # noqa: BLE001 - raised again below, once the children are gone
            failure = error
        for pid, stream in children:
            found: dict[int, list[_R]] | BaseException = _collect(pid, stream, stop=failure is not None)
            if isinstance(found, BaseException):
                failure = failure or found
            else:
                results |= found
    if failure is not None:
        raise failure
    return [result for turn in range(len(blocks)) for result in results[turn]]


@contextmanager
def _turns(count: int) -> Iterator[Callable[[], int | None]]:
    """A function that gives each number below ``count`` once, to whichever process asks first; then None.

    The numbers lie in a pipe, which the system lets one process read at a time.
    """
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as stream:
            stream.write(b"".join(turn.to_bytes(_NUMBER, "big") for turn in range(count)))

        def take() -> int | None:
            number = os.read(reading, _NUMBER)
            return int.from_bytes(number, "big") if number else None

        yield take
    finally:
        os.close(reading)


@contextmanager
def ahead(work: Callable[[], _R] | None) -> Iterator[Callable[[], _R | None]]:
    """Begins ``work`` in another process; the ``with`` block gets a function that waits for its result.

    The result is None if the other process could not, or was not begun: that takes a second processor.
    Whoever then does the work finds out why.
    """
    if work is None or not _can_share(_processors()):
        yield lambda: None
        return

    pid, stream = _start(work)
    waiting = [pid]
    found: list[_R] = []

    def wait() -> _R | None:
        while waiting:
            result = _collect(waiting.pop(), stream, stop=False)
            if not isinstance(result, BaseException):
                found.append(result)
        return found[0] if found else None

    try:
        yield wait
    except BaseException:
        for pid in waiting:
            os.kill(pid, signal.SIGKILL)
        raise
    finally:
        wait()


def _can_share(count: int) -> bool:
    # Forking a program with threads may leave a child with a lock that nobody opens.
    return count > 1 and hasattr(os, "fork") and threading.active_count() == 1


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(work: Callable[[], object]) -> tuple[int, BinaryIO]:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading, "rb")
    code = 1
    try:
        os.close(reading)
        _die_with(parent)
        # Garbage goes with the process, and looking for it would copy the parent's memory page by page.
        gc.disable()
        with os.fdopen(writing, "wb") as stream:
            stream.write(_answer(work))
        code = 0
    finally:
        os._exit(code)


def _answer(work: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps(work())
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        try:
            return pickle.dumps(error)
        except Exception:  # noqa: BLE001 - exceptions may hold what cannot be sent
            return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


def _die_with(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and sees to its children
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _collect(pid: int, stream: BinaryIO, *, stop: bool) -> Any:
    if stop:
        os.kill(pid, signal.SIGKILL)
    with stream:
        data = stream.read()
    _, status = os.waitpid(pid, 0)
    if status != 0 or not data:
        return WorkerDied(f"a worker process ended early (status {status})")
    # What our own child wrote into our own pipe.
    return pickle.loads(data)  # noqa: S301
