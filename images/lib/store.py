"""store.py - images in their directory: who is there, who is used, and how one
takes another's place.

    IMAGE_DIR/NAME/             the version that new sandboxes get
    IMAGE_DIR/.NAME.build.*     one that is being made
    IMAGE_DIR/.NAME.old.*       one that was replaced or removed
    IMAGE_DIR/.lock             held by whoever changes any of these

A version is used as long as somebody holds a lock on its rootfs: the builder
does, from the load that named it until its last sandbox is gone, and removes an
old version when it is the last to let go.  So do we, here, for those that
nobody used.
"""
import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import tempfile
from pathlib import Path

from error import Failed

AT_FDCWD = -100
RENAME_EXCHANGE = 2
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
# The last is what images/build left before there were locks.
OLD = re.compile(r"\.(?P<name>.+)\.(old\.[^.]+|previous)")
UNFINISHED = re.compile(r"\.(?P<name>.+)\.build\.[^.]+")

libc = ctypes.CDLL(None, use_errno=True)


def check_name(name):
    if not NAME.fullmatch(name):
        raise Failed(
            f"{name!r} is no name for an image: up to 32 of a-z 0-9 _ . -,"
            " a letter or digit first"
        )


def exchange(a, b):
    """Each becomes the other, at once."""
    call = libc.renameat2
    if call(AT_FDCWD, os.fsencode(a), AT_FDCWD, os.fsencode(b), RENAME_EXCHANGE) == -1:
        number = ctypes.get_errno()
        raise Failed(f"cannot exchange {a} and {b}: {os.strerror(number)}")


def flush(folder):
    """What a power cut must not leave half is on the disk before it is named."""
    if os.environ.get("ATOLL_IMAGE_SYNC") == "no":
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        libc.syncfs(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def unused(version):
    """Whether nobody uses a version, which stays so in the block."""
    try:
        fd = os.open(version / "rootfs", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield True  # no tree, no sandboxes
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(fd)


class Store:
    def __init__(self, folder):
        self.folder = Path(folder)

    # --- looking ------------------------------------------------------------

    def _entries(self):
        try:
            return sorted(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as e:
            raise Failed(f"{self.folder}: {e.strerror}") from None

    def names(self):
        return [p.name for p in self._entries() if NAME.fullmatch(p.name) and p.is_dir()]

    def path(self, name):
        """The folder of an image that is there."""
        check_name(name)
        path = self.folder / name
        if not (path / "rootfs").is_dir():
            known = ", ".join(self.names()) or "none"
            raise Failed(f"there is no image {name} in {self.folder}; there are: {known}")
        return path

    def old(self, name=None):
        """Versions that wait for their last sandbox."""
        found = [(OLD.fullmatch(p.name), p) for p in self._entries()]
        return [p for m, p in found if m and name in (None, m["name"])]

    def unfinished(self, name=None):
        found = [(UNFINISHED.fullmatch(p.name), p) for p in self._entries()]
        return [p for m, p in found if m and name in (None, m["name"])]

    # --- changing -----------------------------------------------------------

    @contextlib.contextmanager
    def locked(self):
        """Nobody else changes anything meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def work(self, name):
        """A folder to make a version in, which is gone afterwards.  Those that
        a kill left go first."""
        for left in self.unfinished(name):
            shutil.rmtree(left)
        folder = Path(tempfile.mkdtemp(prefix=f".{name}.build.", dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def set_aside(self, path, name):
        """From here on it is an old version; returns where it is."""
        aside = Path(tempfile.mkdtemp(prefix=f".{name}.old.", dir=self.folder))
        os.rename(path, aside)
        return aside

    def publish(self, name, version):
        """A whole version becomes the image of that name.  Killed anywhere in
        this, it leaves the one or the other, and what prune() removes."""
        # Set-id programs, and owners who are others here: not for the host's users.
        version.chmod(0o700)
        flush(version)
        current = self.folder / name
        if current.is_symlink():
            raise Failed(f"{current} is a link that somebody made by hand: remove it first")
        if current.exists():
            exchange(self.set_aside(version, name), current)
        else:
            os.rename(version, current)
        self.prune(name)

    def prune(self, name=None):
        """Remove old versions that nobody uses; those that are left."""
        left = []
        for version in self.old(name):
            with unused(version) as free:
                if free:
                    shutil.rmtree(version)
                else:
                    left.append(version)
        return left


def main(args):
    """For images/build, which holds the lock: IMAGE_DIR NAME VERSION."""
    folder, name, version = args
    Store(folder).publish(name, Path(version))


if __name__ == "__main__":
    import sys

    try:
        main(sys.argv[1:])
    except (Failed, OSError) as e:
        sys.exit(f"atoll-image build: {e}")
