"""unpack.py - the files of a tar that a stranger made, below one directory.

Nothing in it is believed: every part of a path is opened from the directory
before it, never through a link, so no entry ends anywhere else.  What would is
refused by name.  Device nodes are left out, since sandboxes have their own, and
so are attributes that the host's kernel would heed in an image.  What comes as
layers is in layers.py.
"""
import contextlib
import lzma
import os
import stat
import struct
import tarfile
import zlib

import capability
import stream
from error import Failed

NAME_MAX = 4096
DEPTH_MAX = 400  # who walks a tree calls itself for each
ID_MAX = 65535  # a sandbox has no others
NOBODY = 65534  # whom a sandbox shows in place of others
KEPT_ATTRIBUTES = ("security.capability", "user.")
PAX_ATTRIBUTE = "SCHILY.xattr."
CHUNK = 1 << 20
HEADER_MAX = 1 << 20  # of a name or of attributes
HEADERS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
BROKEN = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    OverflowError,
    struct.error,
    AttributeError,  # tarfile's own, of a header that is damaged
)
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Limits:
    """How much a tar may hold, told in bytes of files and in entries, and what
    becomes of owners that no sandbox has."""

    def __init__(self, max_bytes, max_files, map_owners=False):
        self.max_bytes, self.max_files = max_bytes, max_files
        self.map_owners = map_owners
        self.bytes = self.files = 0
        self.cure = "--max-size allows more"

    def fit(self, folder):
        """Nor more than there is room for, with some left for others."""
        there = os.statvfs(folder)
        room = there.f_bavail * there.f_frsize * 9 // 10
        if room < self.max_bytes:
            self.max_bytes, self.cure = room, f"{folder} has room for no more"

    def count(self, name, size):
        if size < 0:
            raise Failed(f"{name}: a size below zero")
        self.bytes += size
        self.files += 1
        self.check(name)

    def check(self, name):
        if self.bytes > self.max_bytes:
            raise Failed(
                f"{name}: more than {self.max_bytes >> 20} MB in all; {self.cure}"
            )
        if self.files > self.max_files:
            raise Failed(f"{name}: more than {self.max_files} files; --max-files allows more")


class Member(tarfile.TarInfo):
    """tarfile takes a broken header for the end of the archive: we do not."""

    @classmethod
    def fromtarfile(cls, tar):
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            raise
        except tarfile.HeaderError as e:
            what = "it ends in the middle" if tar.offset else "not a tar"
            raise Failed(f"{what}, at byte {tar.offset} ({e})") from None

    def _proc_member(self, tar):
        """Names and attributes are read into memory, whatever their size."""
        if self.type in HEADERS and not 0 <= self.size <= HEADER_MAX:
            raise Failed(f"a header of {self.size} bytes, at byte {self.offset}")
        return super()._proc_member(tar)


@contextlib.contextmanager
def reading():
    """What tarfile stumbles over is told as what is wrong with the archive."""
    try:
        yield
    except BROKEN as e:
        raise Failed(
            f"damaged, or not a tar (of gzip, bzip2, xz or zstd, if of any): {e}"
        ) from None


def members(reader):
    """Its entries, of a stream that is a tar; for use in a block of reading()."""
    with tarfile.open(fileobj=reader, mode="r|", tarinfo=Member) as tar:
        while (member := tar.next()) is not None:
            tar.members.clear()  # it would keep a million of them
            yield tar, member


def parts_of(name):
    """A path as the directories that lead to it, and its own name."""
    if name.startswith("/"):
        raise Failed(f"{name[:200]!r}: an absolute path")
    if len(name) > NAME_MAX or "\0" in name:
        raise Failed(f"{name[:80]!r}...: no path")
    parts = [p for p in name.split("/") if p not in ("", ".")]
    if ".." in parts:
        raise Failed(f"{name[:200]!r}: leads out of the image")
    if len(parts) > DEPTH_MAX:
        raise Failed(f"{name[:80]!r}...: more than {DEPTH_MAX} directories deep")
    return parts


class LeftOut:
    """What the image has not, of which the first are told."""

    TOLD = 10

    def __init__(self):
        self.lines, self.count = [], 0

    def append(self, line):
        self.count += 1
        if self.count <= self.TOLD:
            self.lines.append(line)


class Unpacking:
    def __init__(self, root, limits):
        self.root, self.limits = root, limits
        self.left_out = LeftOut()
        self.nodes = set()  # that were left out: hashes of their paths

    # --- where ----------------------------------------------------------------

    def _step(self, fd, part, name):
        """Into a directory, which is made where the tar forgot it."""
        try:
            return os.open(part, FOLDER, dir_fd=fd)
        except FileNotFoundError:
            os.mkdir(part, 0o755, dir_fd=fd)
            return os.open(part, FOLDER, dir_fd=fd)
        except OSError:
            raise Failed(f"{name!r}: {part!r} on the way is a link or a file") from None

    def _folder_of(self, parts, name):
        """The directory that an entry lies in; close it."""
        fd = os.dup(self.root)
        for part in parts[:-1]:
            try:
                inner = self._step(fd, part, name)
            finally:
                os.close(fd)
            fd = inner
        return fd

    def _clear(self, fd, own, member):
        """An entry that comes twice replaces itself; a directory stays."""
        try:
            st = os.stat(own, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(st.st_mode):
            if not member.isdir():
                raise Failed(f"{member.name!r}: was a directory before")
        else:
            os.unlink(own, dir_fd=fd)

    # --- what -----------------------------------------------------------------

    def _attributes(self, fd, member):
        for key, value in member.pax_headers.items():
            name = key.removeprefix(PAX_ATTRIBUTE)
            if name == key:
                continue
            data = value.encode("utf-8", "surrogateescape")
            if name == capability.NAME:
                data = capability.for_sandboxes(data)
            if name.startswith(KEPT_ATTRIBUTES) and data is not None:
                os.setxattr(fd, name, data)
            else:
                self.left_out.append(f"{member.name}: attribute {name}")

    def _finish(self, fd, member):
        """The mode after the owner: a change of that takes set-id bits away.
        The capabilities after both, for the same reason."""
        os.fchown(fd, member.uid, member.gid)
        os.fchmod(fd, member.mode & 0o7777)
        self._attributes(fd, member)

    def _file(self, tar, member, fd, own):
        out = os.open(
            own,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
            dir_fd=fd,
        )
        with os.fdopen(out, "wb") as f:
            source = tar.extractfile(member)
            while chunk := source.read(CHUNK):
                f.write(chunk)
            f.flush()
            if f.tell() != member.size:
                raise Failed(f"{member.name!r}: it ends in the middle")
            self._finish(f.fileno(), member)
            os.utime(f.fileno(), (member.mtime, member.mtime))

    def _directory(self, member, fd, own):
        try:
            os.mkdir(own, dir_fd=fd)
        except FileExistsError:
            pass
        inner = os.open(own, FOLDER, dir_fd=fd)
        try:
            self._finish(inner, member)
        finally:
            os.close(inner)

    def _link(self, member, fd, own):
        """A second name for what came before.  A path that begins with a slash
        begins at the image's root, as kaniko has it."""
        parts = parts_of(member.linkname.lstrip("/"))
        if hash(tuple(parts)) in self.nodes:
            self._leave_out(member)
            return
        source = self._folder_of(parts, member.name)
        try:
            st = os.stat(parts[-1], dir_fd=source, follow_symlinks=False)
            if stat.S_ISDIR(st.st_mode):
                raise Failed(f"{member.name!r}: a second name for a directory")
            # Of a link, the link itself.
            os.link(
                parts[-1], own, src_dir_fd=source, dst_dir_fd=fd, follow_symlinks=False
            )
        except (FileNotFoundError, IndexError):
            raise Failed(f"{member.name!r}: {member.linkname!r} is not there") from None
        finally:
            os.close(source)

    def _leave_out(self, member):
        self.nodes.add(hash(tuple(parts_of(member.name))))
        self.left_out.append(f"{member.name}: device node")

    def _make(self, tar, member, fd, own):
        if member.isdir():
            self._directory(member, fd, own)
        elif member.isreg():
            self._file(tar, member, fd, own)
        elif member.issym():
            os.symlink(member.linkname, own, dir_fd=fd)
            os.chown(own, member.uid, member.gid, dir_fd=fd, follow_symlinks=False)
        elif member.islnk():
            self._link(member, fd, own)
        elif member.isfifo():
            os.mkfifo(own, 0o600, dir_fd=fd)
            os.chown(own, member.uid, member.gid, dir_fd=fd, follow_symlinks=False)
            # Nobody else is here: it is still what was made a line above.
            os.chmod(own, member.mode & 0o7777, dir_fd=fd)
        elif member.ischr() or member.isblk():
            self._leave_out(member)
        else:
            raise Failed(f"{member.name!r}: an unknown kind of entry")

    def _map_owner(self, member):
        """Set-id bits were meant for somebody else."""
        uid, gid = (i if 0 <= i <= ID_MAX else NOBODY for i in (member.uid, member.gid))
        if (uid, gid) == (member.uid, member.gid) or member.islnk():
            return
        was = f"owner {member.uid}:{member.gid}"
        if not self.limits.map_owners:
            raise Failed(
                f"{member.name!r}: {was}; a sandbox has 0 to {ID_MAX} only;"
                f" --map-owners gives the files of others to {NOBODY}"
            )
        self.left_out.append(f"{member.name}: {was}, it is {uid}:{gid} now")
        member.uid, member.gid = uid, gid
        member.mode &= 0o1777

    def add(self, tar, member):
        parts = parts_of(member.name)
        self.limits.count(member.name, member.size if member.isreg() else 0)
        self._map_owner(member)
        if not parts:
            if member.isdir():
                self._finish(self.root, member)
            return
        fd = self._folder_of(parts, member.name)
        try:
            self._clear(fd, parts[-1], member)
            self._make(tar, member, fd, parts[-1])
        finally:
            os.close(fd)


def unpack_all(unpacking, reader):
    with reading():
        for tar, member in members(reader):
            try:
                unpacking.add(tar, member)
            except OSError as e:
                raise Failed(f"{member.name[:200]!r}: {e.strerror}") from None


def unpack(file, rootfs, limits):
    """All of a tar, compressed or not, into a directory; what was left out, a line each."""
    fd = os.open(rootfs, FOLDER)
    try:
        unpacking = Unpacking(fd, limits)
        unpack_all(unpacking, stream.opened(file))
        return unpacking.left_out
    finally:
        os.close(fd)
