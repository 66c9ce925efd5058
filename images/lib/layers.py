"""layers.py - an image that comes as layers, each a tar of what it changes.

As OCI's image-layer specification has it: .wh.NAME removes NAME of the layers
below, .wh..wh..opq all that a directory has of them, and what comes takes the
place of what was.  A path may lead through links of the layers below, as it does
inside: whatever they say, the kernel ends it at the image's root.
"""
import ctypes
import errno
import hashlib
import os
import shutil
import stat
import tarfile

import unpack
from error import Failed

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
OPENAT2 = 437
RESOLVE_NO_MAGICLINKS, RESOLVE_IN_ROOT = 0x02, 0x10
AGAIN_MAX = 10_000

libc = ctypes.CDLL(None, use_errno=True)


class OpenHow(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("flags", "mode", "resolve")]


def folder_in_root(root, path):
    """A directory by its path in an image, see openat2(2)."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    how = OpenHow(flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
    for _ in range(AGAIN_MAX):
        fd = libc.syscall(
            OPENAT2, root, os.fsencode(path), ctypes.byref(how), ctypes.sizeof(how)
        )
        if fd != -1:
            return fd
        number = ctypes.get_errno()
        if number != errno.EAGAIN:  # something was renamed or mounted on this host
            break
    raise OSError(number, os.strerror(number))


def remove(own, fd):
    """A file or a tree, never through a link."""
    if stat.S_ISDIR(os.stat(own, dir_fd=fd, follow_symlinks=False).st_mode):
        shutil.rmtree(own, dir_fd=fd)
    else:
        os.unlink(own, dir_fd=fd)


class Layer(unpack.Unpacking):
    def __init__(self, root, limits):
        super().__init__(root, limits)
        self.end = 0  # of what there was of the last entry, in the layer
        self.made = set()  # of this layer, which it does not remove: path hashes

    def next(self):
        self.made.clear()

    def _folder_of(self, parts, name, make=True):
        try:
            fd = folder_in_root(self.root, "/".join(parts[:-1]) or ".")
        except FileNotFoundError:
            if not make:
                raise
        except OSError as e:
            if e.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            raise Failed(f"{name!r}: what is on the way is no directory") from None
        else:
            self._check_depth(fd, name)
            return fd
        # Made where the layer forgot it; not through a link that leads nowhere.
        above = self._folder_of(parts[:-1], name)
        try:
            fd = self._step(above, parts[-2], name)
        finally:
            os.close(above)
        self._check_depth(fd, name)
        return fd

    def _check_depth(self, fd, name):
        """Links of links could lead deeper than any path."""
        top, here = (os.readlink(f"/proc/self/fd/{f}").count("/") for f in (self.root, fd))
        if here - top >= unpack.DEPTH_MAX:
            os.close(fd)
            raise Failed(f"{name!r}: more than {unpack.DEPTH_MAX} directories deep")

    def _clear(self, fd, own, member):
        try:
            st = os.stat(own, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return
        if not (stat.S_ISDIR(st.st_mode) and member.isdir()):
            remove(own, fd)

    def _white_out(self, parts, own, member):
        """Nothing is where the layers below have nothing."""
        try:
            fd = self._folder_of(parts, member.name, make=False)
        except FileNotFoundError:
            return
        try:
            if own is None:
                self._remove_older(fd, tuple(parts[:-1]))
            elif not self._is_made((*parts[:-1], own)):
                remove(own, fd)
        except FileNotFoundError:
            pass
        finally:
            os.close(fd)

    def _remove_older(self, fd, path):
        """All below a directory that is of other layers."""
        for name in os.listdir(fd):
            if not self._is_made((*path, name)):
                remove(name, fd)
            elif stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
                inner = os.open(name, unpack.FOLDER, dir_fd=fd)
                try:
                    self._remove_older(inner, (*path, name))
                finally:
                    os.close(inner)

    def _note(self, parts):
        """With the directories above."""
        for n in range(len(parts), 0, -1):
            if (path := hash(tuple(parts[:n]))) in self.made:
                return
            self.made.add(path)

    def _is_made(self, path):
        return hash(path) in self.made

    def add(self, tar, member):
        parts = unpack.parts_of(member.name)
        own = parts[-1] if parts else ""
        has_data = member.isreg() and not member.issparse()
        self.end = member.offset_data + (member.size if has_data else 0)
        if not own.startswith(WHITEOUT):
            self._note(parts)
            super().add(tar, member)
            return
        self.limits.count(member.name, 0)
        if own == OPAQUE:
            self._white_out(parts, None, member)
        elif not own.startswith(WHITEOUT * 2):  # aufs' own
            removed = own.removeprefix(WHITEOUT)
            if removed in ("", ".", ".."):
                raise Failed(f"{member.name!r}: removes no file")
            self._white_out(parts, removed, member)


class Hashed:
    """What is read, and its digest.  That vouches for the whole, so the zeros that
    end a tar may be missing, as umoci writes layers: they are added."""

    def __init__(self, file):
        self._file, self._digest = file, hashlib.sha256()
        self.count, self._zeros = 0, None

    def _take(self, size):
        data = self._file.read(size)
        self._digest.update(data)
        self.count += len(data)
        return data

    def read(self, size):
        data = b""
        while len(data) < size and (more := self._take(size - len(data))):
            data += more
        if self._zeros is None and len(data) < size:
            self._zeros = -self.count % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE
        zeros = min(self._zeros or 0, size - len(data))
        if zeros:
            self._zeros -= zeros
        return data + bytes(zeros)

    def digest(self, limits, name):
        """Of all there is, also of what comes after the tar's end."""
        while rest := self._take(unpack.CHUNK):
            limits.count(name, len(rest))
        return self._digest.hexdigest()
