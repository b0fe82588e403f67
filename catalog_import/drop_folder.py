"""The folder of a supplier's file drop on our disk: looked at through open directories, never through a link.

    <data directory>/drops/<credit code>/in        the supplier writes here
                                        /taken     what was taken, as it came
                                        /refused   what was not, each with a text that says why
                                        /reports   the answer to each file, in its own format

Whoever else may write into `in` can swap a file for a link between two of our calls. So every call names a file
within a directory that is held open, none follows a link, and what was opened or moved is looked at again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from mall.errors import Refusal
from mall.settings import read_settings

IN, TAKEN, REFUSED, REPORTS = "in", "taken", "refused", "reports"
#: The group may write where the supplier writes, and read where he reads; new files belong to the folder's group.
_ROOM_MODES = {IN: 0o2770, TAKEN: 0o2750, REFUSED: 0o2750, REPORTS: 0o2750}
#: Entries of one folder that are looked at in one pass; of more, the order is that of the disk.
ENTRIES_MAX = 10_000
#: How clients call a file that they are still writing.
_UNFINISHED = (b".part", b".tmp", b".filepart")
#: What most disks allow is 255; the endings of our own papers need some of it.
_NAME_BYTES_MAX = 200
_CREDIT_CODE = re.compile(r"[0-9A-Z]{1,40}")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_INODE_MASK = (1 << 63) - 1

_TROUBLES = {
    errno.ENOSPC: "drop.disk_full",
    errno.EDQUOT: "drop.disk_full",
    errno.EACCES: "drop.no_access",
    errno.EPERM: "drop.no_access",
    errno.EROFS: "drop.no_access",
    errno.ENOENT: "drop.folder_missing",
    errno.ENOTDIR: "drop.folder_missing",
    errno.ELOOP: "drop.folder_missing",
}


@dataclass(frozen=True)
class Entry:
    """A name in `in` and what stood behind it: regular file or not, inode, last change of any kind, size, links."""

    raw_name: bytes
    is_regular: bool
    inode: int
    changed_ns: int
    written_ns: int
    size_bytes: int
    links: int

    @property
    def name(self) -> str:
        return readable_name(self.raw_name)

    @property
    def refusal_code(self) -> str:
        """Why this is nothing to be opened, "" when it is a file like any other.

        A second name may lead to a file that whoever put it here could not have read himself.
        """
        return "drop.not_a_file" if not self.is_regular else "drop.hard_link" if self.links > 1 else ""


class DropFolder:
    """An open drop: the descriptors of its four rooms. Raises OSError where the disk does."""

    def __init__(self, rooms: dict[str, int]) -> None:
        self._rooms = rooms

    def waiting(self, *, quiet_seconds: float) -> list[Entry]:
        """What may be taken, in the order in which it was finished; not what is named as unfinished or just changed.

        Folders within `in` are the supplier's own affair.
        """
        with os.scandir(self._rooms[IN]) as found:
            names = [os.fsencode(one.name) for one in islice(found, ENTRIES_MAX)]
        latest_ns = self._disk_now_ns() - int(quiet_seconds * 1e9)
        entries = (self.look(name) for name in names if _may_be_finished(name))
        # The last change cannot be forged, as the date of a file can: clients often set that to the original's.
        ripe = [entry for entry in entries if entry is not None and entry.changed_ns <= latest_ns]
        return sorted(ripe, key=lambda entry: (entry.changed_ns, entry.raw_name))

    def look(self, raw_name: bytes) -> Entry | None:
        """What stands behind a name of `in` now; None for nothing, and for a folder."""
        try:
            found = os.stat(raw_name, dir_fd=self._rooms[IN], follow_symlinks=False)
        except FileNotFoundError:
            return None
        return None if stat.S_ISDIR(found.st_mode) else _entry(raw_name, found)

    @contextmanager
    def open(self, entry: Entry) -> Iterator[IO[bytes]]:
        """The content of a regular file of `in`. Raises FileNotFoundError when another one stands there by now."""
        try:
            descriptor = os.open(entry.raw_name, _FILE, dir_fd=self._rooms[IN])
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise FileNotFoundError(errno.ENOENT, "swapped for something else") from error
            raise
        with os.fdopen(descriptor, "rb") as file:
            if _entry(entry.raw_name, os.fstat(descriptor)) != entry:
                raise FileNotFoundError(errno.ENOENT, "swapped for something else")
            yield file

    def put_away(self, entry: Entry, *, room: str, kept_as: str) -> bool:
        """Move the file out of `in`; False when another one had come into its place, which stays there."""
        source, target, name = self._rooms[IN], self._rooms[room], kept_as.encode()
        if self.look(entry.raw_name) != entry:
            return False
        os.rename(entry.raw_name, name, src_dir_fd=source, dst_dir_fd=target)
        moved = _entry(entry.raw_name, os.stat(name, dir_fd=target, follow_symlinks=False))
        if (moved.inode, moved.size_bytes, moved.written_ns) == (entry.inode, entry.size_bytes, entry.written_ns):
            # What the database will call done must still be done after the power has gone.
            os.fsync(target)
            os.fsync(source)
            return True
        # Swapped in the blink between looking and moving: what nobody has read goes back, under a name that is free.
        os.rename(name, self._free_name(entry.raw_name), src_dir_fd=target, dst_dir_fd=source)
        return False

    def write_paper(self, name: str, write: Callable[[IO[bytes]], None], *, room: str) -> None:
        """Write a file of ours whole or not at all; one of this name is replaced."""
        beside, directory = f".{name}.part".encode(), self._rooms[room]
        try:
            with os.fdopen(os.open(beside, _NEW_FILE, 0o640, dir_fd=directory), "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, name.encode(), src_dir_fd=directory, dst_dir_fd=directory)
            os.fsync(directory)
        except Exception:
            remove(beside, directory=directory)
            raise

    def drop(self, name: str, *, room: str) -> None:
        """Delete a file of ours or one that was put away; nothing where there is none."""
        remove(name.encode(), directory=self._rooms[room])

    def _disk_now_ns(self) -> int:
        # The age of a file is a matter between the file and its disk, whatever the mall's clock was moved to.
        name, directory = b".now", self._rooms[TAKEN]
        with os.fdopen(os.open(name, _NEW_FILE, 0o600, dir_fd=directory), "wb") as newest:
            os.utime(newest.fileno())
            now_ns = os.fstat(newest.fileno()).st_ctime_ns
        remove(name, directory=directory)
        return now_ns

    def _free_name(self, raw_name: bytes) -> bytes:
        number = 0
        name = raw_name
        while self.look(name) is not None:
            number += 1
            name = b"%d-%b" % (number, raw_name[:_NAME_BYTES_MAX])
        return name


def remove(name: bytes, *, directory: int) -> None:
    """Unlink a name within an open directory, if it is there."""
    try:
        os.unlink(name, dir_fd=directory)
    except FileNotFoundError:
        return


def folder_of(credit_code: str) -> Path:
    """Where the drop of the supplier with that code lies. Raises Refusal "drop.no_code"."""
    # Codes come from our own table; what is no code must still never become a path.
    if not _CREDIT_CODE.fullmatch(credit_code):
        raise Refusal("drop.no_code", credit_code=credit_code)
    return read_settings().data_dir / "drops" / credit_code


def make_folder(credit_code: str) -> Path:
    """Make the folder and its rooms where they are missing; rights that somebody set on them stay. Raises OSError."""
    folder = folder_of(credit_code)
    folder.mkdir(parents=True, exist_ok=True)
    for room, mode in _ROOM_MODES.items():
        try:
            (folder / room).mkdir()
        except FileExistsError:
            continue
        (folder / room).chmod(mode)
    return folder


@contextmanager
def open_folder(credit_code: str) -> Iterator[DropFolder | None]:
    """The open drop, for one of us at a time; None while another one is at work in it. Raises OSError."""
    with ExitStack() as stack:

        def opened(path: bytes | Path, within: int | None = None) -> int:
            descriptor = os.open(path, _DIRECTORY, dir_fd=within)
            stack.callback(os.close, descriptor)
            return descriptor

        top = opened(folder_of(credit_code))
        try:
            fcntl.flock(top, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield DropFolder({room: opened(room.encode(), top) for room in _ROOM_MODES})


def count_waiting(credit_code: str) -> int | None:
    """How many files lie in `in`, unfinished ones too; None where nobody can look."""
    try:
        with os.scandir(folder_of(credit_code) / IN) as found:
            return sum(not one.is_dir(follow_symlinks=False) for one in islice(found, ENTRIES_MAX))
    except OSError:
        return None


def trouble_of(error: OSError) -> Refusal:
    """What an error of the disk means, as a refusal that has words."""
    code = _TROUBLES.get(error.errno or 0, "drop.disk_error")
    return Refusal(code, error=os.strerror(error.errno) if error.errno else type(error).__name__)


def readable_name(raw_name: bytes) -> str:
    """A file's name as people may read it: UTF-8 or GB18030, without characters that control or disguise."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw_name.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw_name.decode("ascii", "replace")
    return "".join("_" if unicodedata.category(one)[0] in "CZ" and one != " " else one for one in text)


def kept_name(number: int, name: str) -> str:
    """A name of our own for the file of take `number`: unique, and short enough for the endings of our papers."""
    stem, dot, ending = name.replace("/", "_").rpartition(".")
    if not stem or len(ending.encode()) > _NAME_BYTES_MAX // 4:
        stem, dot, ending = name.replace("/", "_"), "", ""
    room = _NAME_BYTES_MAX - len(f"{number:06d}-{dot}{ending}".encode())
    return f"{number:06d}-{stem.encode()[:room].decode(errors='ignore')}{dot}{ending}"


def _may_be_finished(raw_name: bytes) -> bool:
    return not raw_name.startswith(b".") and not raw_name.lower().endswith(_UNFINISHED)


def _entry(raw_name: bytes, found: os.stat_result) -> Entry:
    return Entry(
        raw_name=raw_name,
        is_regular=stat.S_ISREG(found.st_mode),
        inode=found.st_ino & _INODE_MASK,
        changed_ns=found.st_ctime_ns,
        written_ns=found.st_mtime_ns,
        size_bytes=found.st_size,
        links=found.st_nlink,
    )
