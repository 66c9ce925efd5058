"""zstd.py - frames of zstd, by the library that dpkg has on every Debian.

The interface is that of bz2.BZ2Decompressor.  The library refuses windows above
128 MB, so that a frame cannot ask for more memory than that.
"""
import ctypes
import functools
import weakref

from error import Failed

MAGIC = b"\x28\xb5\x2f\xfd"
OUT_MAX = 1 << 17


class Buffer(ctypes.Structure):
    _fields_ = [
        ("at", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("pos", ctypes.c_size_t),
    ]


@functools.lru_cache
def library():
    try:
        z = ctypes.CDLL("libzstd.so.1")
    except OSError:
        raise Failed("it is compressed with zstd, which needs: apt install libzstd1") from None
    z.ZSTD_createDStream.restype = ctypes.c_void_p
    z.ZSTD_freeDStream.argtypes = [ctypes.c_void_p]
    z.ZSTD_decompressStream.restype = ctypes.c_size_t
    z.ZSTD_decompressStream.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(Buffer),
        ctypes.POINTER(Buffer),
    ]
    z.ZSTD_isError.argtypes = [ctypes.c_size_t]
    z.ZSTD_getErrorName.argtypes = [ctypes.c_size_t]
    z.ZSTD_getErrorName.restype = ctypes.c_char_p
    return z


def is_zstd(head):
    """A frame, or one that is skipped, as parallel compressors begin with."""
    skipped = head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50
    return head[:4] == MAGIC or skipped


class Decompressor:
    """One frame."""

    def __init__(self):
        self._z = library()
        self._stream = self._z.ZSTD_createDStream()
        if not self._stream:
            raise MemoryError
        weakref.finalize(self, self._z.ZSTD_freeDStream, self._stream)
        self._data = None
        self._in = Buffer(None, 0, 0)
        self.eof, self.unused_data, self.needs_input = False, b"", True

    def decompress(self, data, most):
        if data:  # given only when the last was used up
            self._data = ctypes.create_string_buffer(data, len(data))
            self._in = Buffer(ctypes.addressof(self._data), len(data), 0)
        size = min(most, OUT_MAX)
        room = ctypes.create_string_buffer(size)
        out = Buffer(ctypes.addressof(room), size, 0)
        code = self._z.ZSTD_decompressStream(
            self._stream, ctypes.byref(out), ctypes.byref(self._in)
        )
        if self._z.ZSTD_isError(code):
            raise ValueError(self._z.ZSTD_getErrorName(code).decode())
        self.needs_input = self._in.pos == self._in.size and out.pos < size
        if code == 0:
            self.eof = True
            self.unused_data = self._data.raw[self._in.pos :] if self._data else b""
        return room.raw[: out.pos]
