"""Open what came from students: with a bound in bytes and files, and never by way of a link.

What a zip claims about itself is not believed; only what comes out of it counts.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 100_000_000  # of one file, unpacked
MOST_MEMBERS = 20_000  # files of one zip
ENTRY = b"PK\x01\x02"  # begins each line of a zip's table of contents
# Ways of packing that can be undone piece by piece.  bzip2 and LZMA make gigabytes of one piece, or ask for them.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
TWO_BYTES = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])+")  # Chinese, in GB 2312


class Unreadable(Exception):
    """A submission that cannot be opened; the text is for its student."""


def is_link(path: Path) -> bool:
    """A symbolic link, or what Windows calls a junction."""
    return path.is_symlink() or getattr(os.path, "isjunction", lambda place: False)(path)


def read_file(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of an ordinary file.  Raises Unreadable for whatever else lies there, and for more than `most`."""
    try:
        if is_link(path):
            raise Unreadable("The file is a link to another place, which is not followed.")
        with os.fdopen(os.open(path, os.O_RDONLY | CAREFUL), "rb") as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise Unreadable("This is no ordinary file.")
            return _within(file.read(min(info.st_size, most) + 1), most)
    except OSError as error:
        raise Unreadable(f"The file could not be opened ({type(error).__name__}).") from error


def read_member(source: Path | bytes, member: str, most: int = MOST_BYTES) -> bytes:
    """One file out of a zip.  Raises Unreadable, with a sentence, and nothing else."""
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            info = archive.getinfo(member)
            if info.flag_bits & 1:
                raise Unreadable("The zip is locked with a password: hand it in without one.")
            if info.compress_type not in PACKED:
                raise Unreadable("The zip is packed in a way that is not opened here: make an ordinary zip.")
            with archive.open(info) as file:
                return _within(file.read(most + 1), most)
    except Unreadable:
        raise
    except Exception as error:  # BadZipFile, zlib.error, struct.error, KeyError: whatever a broken zip brings up
        raise Unreadable("The zip is damaged: this file in it could not be unpacked.") from error


def members(source: Path | bytes) -> list[zipfile.ZipInfo]:
    """The files that a zip lists, folders left out.  Raises Unreadable."""
    try:
        if isinstance(source, bytes) and source.count(ENTRY) > MOST_MEMBERS:  # counted before anything is made of them
            raise Unreadable(f"The zip holds more than {MOST_MEMBERS} files.")
        with zipfile.ZipFile(_opened(source)) as archive:
            found = [info for info in archive.infolist() if not info.is_dir()]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("The zip is damaged and cannot be opened.") from error
    if len(found) > MOST_MEMBERS:
        raise Unreadable(f"The zip holds more than {MOST_MEMBERS} files.")
    return found


def _opened(source: Path | bytes) -> Path | BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _within(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise Unreadable(f"The file is larger than {most // 1_000_000} MB.")
    return data


# --- names -------------------------------------------------------------------------------------------------------


def readable(name: str) -> str:
    """A file name of the disk as text, though it be no UTF-8.

    >>> readable("M" + b"\\xfc".decode("utf-8", "surrogateescape") + "ller.ipynb")
    'Müller.ipynb'
    """
    return _text(name.encode("utf-8", "surrogateescape" if _escaped(name) else "replace"), "cp1252")


def _escaped(name: str) -> bool:
    return all(0xDC80 <= ord(c) <= 0xDCFF for c in name if 0xD800 <= ord(c) <= 0xDFFF)


def readable_member(info: zipfile.ZipInfo) -> str:
    """The name of a zip's file as text: some tools write UTF-8, or Chinese, and do not say so."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            name = _text(name.encode("cp437"), "cp437")
    return name.replace("\\", "/").encode("utf-8", "replace").decode()


def _text(raw: bytes, otherwise: str) -> str:
    """Bytes as the text they most likely are."""
    for encoding in _likely(raw, otherwise):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return raw.decode("latin-1")


def _likely(raw: bytes, otherwise: str) -> Iterable[str]:
    return ("utf-8", "gb18030", otherwise) if TWO_BYTES.fullmatch(raw) else ("utf-8", otherwise)
