"""Write a cloud-optimised GeoTIFF (COG) from compressed tiles, without decoding them.

GDAL's COG driver reads and compresses every pixel again. Here the tiles of the raster and of its overviews lie in TIFF
files of their own, which GDAL wrote; they are copied in the order of the COG layout: directories first, then the tiles
of the smallest overview, the whole raster last, row by row.
https://gdal.org/en/stable/drivers/raster/cog.html#file-format-details
"""

import errno
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_STRUCTURE = (
    b"LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n"
    b"BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
)
_WIDTH, _HEIGHT, _SUBFILE, _OFFSETS, _SIZES = 256, 257, 254, 324, 325
# Georeference and metadata, which belong to the first directory.
_FIRST_ONLY = {33550, 33922, 34264, 34735, 34736, 34737, 42112, 270, 305, 306, 315, 33432}
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8}
_INTEGERS = {3: "<u2", 4: "<u4", 16: "<u8"}
_LONG, _LONG8 = 4, 16
_ZLIB = b"\x78"
"""First byte of each tile: Deflate in zlib's format, with a window of 32 kB."""
_HOLE = bytes(4096)
"""Block of a file system that was never written."""
_LARGEST = 2**32 - 2**16
"""Size above which a file is a BigTIFF."""


@dataclass(frozen=True)
class _Tag:
    """A field of a directory.

    Attributes:
        kind: TIFF's number of its type.
        data: Its values.
    """

    kind: int
    data: bytes

    @classmethod
    def of(cls, kind: int, values: NDArray[np.uint64] | Sequence[int]) -> "_Tag":
        return cls(kind, np.asarray(values, _INTEGERS[kind]).tobytes())

    @property
    def integers(self) -> NDArray[np.uint64]:
        """Its values, of an integer type."""
        return np.frombuffer(self.data, _INTEGERS[self.kind]).astype(np.uint64)


@dataclass(frozen=True)
class _Level:
    """A TIFF file whose tiles are copied.

    Attributes:
        path: The file.
        tags: Its directory.
        offsets: Of its tiles, row by row.
        sizes: Bytes of its tiles.
    """

    path: Path
    tags: Mapping[int, _Tag]
    offsets: NDArray[np.uint64]
    sizes: NDArray[np.uint64]

    @classmethod
    def read(cls, path: Path) -> "_Level":
        """Read the directory of a little-endian TIFF file.

        Raises:
            OSError: If a tile is missing: GDAL does not report a failed write of a cached tile.
        """
        try:
            with path.open("rb") as file:
                tags = _read_tags(file)
                length = file.seek(0, os.SEEK_END)
            offsets, sizes = (tags[code].integers for code in (_OFFSETS, _SIZES))
        except (struct.error, KeyError) as error:
            raise OSError(errno.EIO, "the directory of tiles was not written correctly") from error
        order = np.argsort(offsets)
        ends = (offsets + sizes)[order]
        if not sizes.all() or (ends > np.append(offsets[order][1:], length)).any():
            raise OSError(errno.EIO, "tiles were not written correctly")
        return cls(path, tags, offsets, sizes)


def _read_tags(file: BinaryIO) -> dict[int, _Tag]:
    header = file.read(16)
    big = struct.unpack_from("<H", header, 2)[0] == 43
    count_format, entry_format, inline = ("<Q", "<HHQ8s", 8) if big else ("<H", "<HHI4s", 4)
    file.seek(struct.unpack_from("<Q", header, 8)[0] if big else struct.unpack_from("<I", header, 4)[0])
    count = struct.unpack(count_format, file.read(struct.calcsize(count_format)))[0]
    entries = list(struct.iter_unpack(entry_format, file.read(count * struct.calcsize(entry_format))))
    tags = {}
    for code, kind, number, value in entries:
        length = number * _BYTES[kind]
        if length > inline:
            file.seek(int.from_bytes(value, "little"))
            value = file.read(length)
        tags[code] = _Tag(kind, value[:length])
    return tags


def assemble_cog(path: Path, levels: Sequence[Path]) -> None:
    """Write a COG.

    Args:
        path: The file to write.
        levels: TIFF files of the raster, with its georeference and metadata, and of its overviews, from large to small;
            alike in tile size, type and bands, compressed by Deflate.

    Raises:
        OSError: If a tile is missing, or the file cannot be written.
    """
    parts = [_Level.read(level) for level in levels]
    # A tile has its size before it, and its last four bytes twice.
    total = sum(int(part.sizes.sum()) + 8 * len(part.sizes) for part in parts)
    big = total + sum(32 * len(part.sizes) + 2**16 for part in parts) > _LARGEST
    ghost = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(_STRUCTURE) + _STRUCTURE
    start = _align((16 if big else 8) + len(ghost))
    # The offsets of the tiles take as much room as others would.
    first = start + len(_pack_all(parts, [part.offsets for part in parts], start=start, big=big))
    places: list[NDArray[np.uint64]] = []
    for part in reversed(parts):
        ends = first + np.cumsum(part.sizes + 8, dtype=np.uint64)
        places.insert(0, (ends - part.sizes - 4).astype(np.uint64))
        first = int(ends[-1])
    directories = _pack_all(parts, places, start=start, big=big)
    header = struct.pack("<2sHHHQ", b"II", 43, 8, 0, start) if big else struct.pack("<2sHI", b"II", 42, start)
    with path.open("wb") as file:
        file.write((header + ghost).ljust(start, b"\0") + directories)
        for part in reversed(parts):
            _copy_tiles(part, file)


def _copy_tiles(level: _Level, target: BinaryIO) -> None:
    with level.path.open("rb") as source:
        for offset, size in zip(level.offsets.tolist(), level.sizes.tolist(), strict=True):
            source.seek(offset)
            tile = source.read(size)
            if not _is_whole(tile):
                raise OSError(errno.EIO, "tiles were not written correctly")
            target.write(struct.pack("<I", size) + tile + tile[-4:])


def _is_whole(tile: bytes) -> bool:
    """Return whether a compressed tile has no hole, which a failed write leaves where later ones succeed.

    Only a tile that may have one is decompressed, as that takes a tenth of the time of writing a raster.
    """
    if tile[:1] != _ZLIB:
        return False
    if any(tile[-4:]) and _HOLE not in tile:
        return True
    try:
        return bool(zlib.decompress(tile))
    except zlib.error:
        return False


def _align(offset: int) -> int:
    return (offset + 15) // 16 * 16


def _pack_all(parts: Sequence[_Level], places: Sequence[NDArray[np.uint64]], *, start: int, big: bool) -> bytes:
    """Return the directories of all levels, the first of which lies at `start`."""
    packed = b""
    for index, (part, offsets) in enumerate(zip(parts, places, strict=True)):
        own = {code: part.tags[code] for code in (_WIDTH, _HEIGHT)}
        own |= {_OFFSETS: _Tag.of(_LONG8 if big else _LONG, offsets), _SIZES: _Tag.of(_LONG, part.sizes)}
        tags = {code: tag for code, tag in parts[0].tags.items() if index == 0 or code not in _FIRST_ONLY} | own
        if index:
            tags[_SUBFILE] = _Tag.of(_LONG, [1])
        packed += _pack(tags, start=start + len(packed), big=big, last=part is parts[-1])
    return packed


def _pack(tags: Mapping[int, _Tag], *, start: int, big: bool, last: bool) -> bytes:
    """Return a directory that lies at `start`, followed by its values and, unless it is the last, by the next one."""
    count_format, entry_format, next_format, inline = ("<Q", "<HHQ8s", "<Q", 8) if big else ("<H", "<HHI4s", "<I", 4)
    after = start + struct.calcsize(count_format) + len(tags) * struct.calcsize(entry_format)
    after += struct.calcsize(next_format)
    entries, values = b"", b""
    for code, tag in sorted(tags.items()):
        data = tag.data
        if len(data) > inline:
            values = values.ljust(_align(after + len(values)) - after, b"\0")
            data = (after + len(values)).to_bytes(inline, "little")
            values += tag.data
        entries += struct.pack(entry_format, code, tag.kind, len(tag.data) // _BYTES[tag.kind], data)
    values = values.ljust(_align(after + len(values)) - after, b"\0")
    following = struct.pack(next_format, 0 if last else after + len(values))
    return struct.pack(count_format, len(tags)) + entries + following + values
