"""stream.py - what is in a file that may be compressed.

gzip, bzip2, xz and zstd, each as its own tool reads it: several streams one
after another are one, and zeros may fill up what comes after.  Memory is bounded
whatever a header asks for; how much comes out is for the reader to bound.
"""
import bz2
import io
import lzma
import zlib

import zstd

CHUNK = 1 << 16
MEMORY_MAX = 256 << 20  # of xz, whose -9 takes 65 MB


class Gzip:
    """A member of gzip, whatever its header has, as bz2 would have it."""

    def __init__(self):
        self._z = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    eof = property(lambda self: self._z.eof)
    unused_data = property(lambda self: self._z.unused_data)
    needs_input = property(lambda self: not self._z.unconsumed_tail)

    def decompress(self, data, most):
        return self._z.decompress(self._z.unconsumed_tail + data, most)


def xz():
    return lzma.LZMADecompressor(memlimit=MEMORY_MAX)


def decompressor_for(head):
    """What makes a decompressor of a stream that begins so; None: it is plain."""
    if head.startswith(b"\x1f\x8b"):
        return Gzip
    if head.startswith(b"BZh"):
        return bz2.BZ2Decompressor
    if head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00\x80")):
        return xz
    return zstd.Decompressor if zstd.is_zstd(head) else None


class Decompressed(io.RawIOBase):
    def __init__(self, source, make):
        self._source, self._make = source, make
        self._z, self._input = make(), b""

    def readable(self):
        return True

    def readinto(self, room):
        data = self._some(len(room))
        room[: len(data)] = data
        return len(data)

    def _some(self, most):
        while True:
            if self._z.eof and not self._next():
                return b""
            data = b""
            if wants := self._z.needs_input:
                data, self._input = self._input or self._source.read(CHUNK), b""
            out = self._decompress(data, most)
            if out:
                return out
            if wants and not data and not self._z.eof:
                raise EOFError("it ends in the middle")

    def _decompress(self, data, most):
        try:
            return self._z.decompress(data, most)
        except OSError as e:  # as bz2 tells that it is no bzip2
            raise ValueError(str(e)) from None

    def _next(self):
        """Begin with the stream after this one, if there is one."""
        rest = self._z.unused_data.lstrip(b"\0")
        while not rest:
            rest = self._source.read(CHUNK)
            if not rest:
                return False
            rest = rest.lstrip(b"\0")
        self._z, self._input = self._make(), rest
        return True


def opened(file):
    """A reader of what is in a file that can be sought, from where that is."""
    at = file.tell()
    make = decompressor_for(file.read(8))
    file.seek(at)
    return file if make is None else io.BufferedReader(Decompressed(file, make), CHUNK)


def is_compressed(file):
    at = file.tell()
    head = file.read(8)
    file.seek(at)
    return decompressor_for(head) is not None
