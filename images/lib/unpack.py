"""unpack.py - the files of a tar that a stranger made, below one directory.

Nothing in it is believed: every part of a path is opened from the directory
before it, never through a link, so no entry ends anywhere else.  What would is
refused by name.  Device nodes are left out, since sandboxes have their own, and
so are attributes that the host's kernel would heed in an image.
"""
import contextlib
import lzma
import os
import stat
import struct
import tarfile
import zlib

from error import Failed

NAME_MAX = 4096
ID_MAX = 65535  # a sandbox has no others
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
    AttributeError,  # tarfile's own, of a gzip header that is damaged
)
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Limits:
    """How much a tar may hold; told in bytes of files, and in entries."""

    def __init__(self, max_bytes, max_files):
        self.max_bytes, self.max_files = max_bytes, max_files
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
        raise Failed(f"damaged, or not a tar (of gzip, bzip2 or xz, if of any): {e}") from None


def members(stream):
    """Its entries, from any compression that Python knows; for use in a block
    of reading()."""
    with tarfile.open(fileobj=stream, mode="r|*", tarinfo=Member) as tar:
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
    return parts


def vet(stream, limits):
    """Refuse what unpack() would refuse by its name or size alone."""
    with reading():
        for _, member in members(stream):
            parts_of(member.name)
            if member.islnk():
                parts_of(member.linkname)
            limits.count(member.name, member.size if member.isreg() else 0)


class Unpacking:
    def __init__(self, root, limits):
        self.root, self.limits = root, limits
        self.left_out = []

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
            if name.startswith(KEPT_ATTRIBUTES):
                os.setxattr(fd, name, value.encode("utf-8", "surrogateescape"))
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
        """A second name for a file that came before."""
        parts = parts_of(member.linkname)
        source = self._folder_of(parts, member.name)
        try:
            st = os.stat(parts[-1], dir_fd=source, follow_symlinks=False)
            if not stat.S_ISREG(st.st_mode):
                raise Failed(f"{member.name!r}: a second name for what is no file")
            os.link(
                parts[-1], own, src_dir_fd=source, dst_dir_fd=fd, follow_symlinks=False
            )
        except (FileNotFoundError, IndexError):
            raise Failed(f"{member.name!r}: {member.linkname!r} is not there") from None
        finally:
            os.close(source)

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
            self.left_out.append(f"{member.name}: device node")
        else:
            raise Failed(f"{member.name!r}: an unknown kind of entry")

    def add(self, tar, member):
        parts = parts_of(member.name)
        self.limits.count(member.name, member.size if member.isreg() else 0)
        if not (0 <= member.uid <= ID_MAX and 0 <= member.gid <= ID_MAX):
            raise Failed(
                f"{member.name!r}: owner {member.uid}:{member.gid};"
                f" a sandbox has 0 to {ID_MAX} only"
            )
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


def unpack(stream, rootfs, limits):
    """All of a tar into a directory; what was left out, a line each."""
    fd = os.open(rootfs, FOLDER)
    try:
        unpacking = Unpacking(fd, limits)
        with reading():
            for tar, member in members(stream):
                try:
                    unpacking.add(tar, member)
                except OSError as e:
                    raise Failed(f"{member.name[:200]!r}: {e.strerror}") from None
        return unpacking.left_out
    finally:
        os.close(fd)


# --- what somebody else unpacked ----------------------------------------------


def clean(rootfs, limits):
    """Take device nodes and attributes out of a tree; what they were."""
    left_out = []
    for path, _, names, fd in os.fwalk(rootfs, follow_symlinks=False):
        short = os.path.relpath(path, rootfs)
        for name in names:
            st = os.stat(name, dir_fd=fd, follow_symlinks=False)
            limits.count(f"{short}/{name}", st.st_size if stat.S_ISREG(st.st_mode) else 0)
            if stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
                os.unlink(name, dir_fd=fd)
                left_out.append(f"{short}/{name}: device node")
                continue
            left_out += _clean_attributes(os.path.join(path, name), f"{short}/{name}")
        left_out += _clean_attributes(path, short)
    return left_out


def _clean_attributes(path, short):
    removed = []
    for name in os.listxattr(path, follow_symlinks=False):
        if name.startswith(KEPT_ATTRIBUTES) or name == "security.selinux":
            continue
        os.removexattr(path, name, follow_symlinks=False)
        removed.append(f"{short}: attribute {name}")
    return removed
