"""inside.py - files of an image, without leaving it whatever its links say."""
import contextlib
import os
import stat
from pathlib import Path

LINKS_MAX = 40


class Inside:
    def __init__(self, rootfs):
        self.rootfs = Path(rootfs)

    def find(self, path):
        """Where a path of the image is on the host, or None.  Nobody changes
        the tree meanwhile: it is read-only to sandboxes."""
        left = [p for p in str(path).split("/") if p not in ("", ".")]
        at, links = [], 0
        while left:
            part = left.pop(0)
            if part == "..":
                at = at[:-1]
                continue
            here = self.rootfs.joinpath(*at, part)
            with contextlib.suppress(OSError):
                if here.is_symlink():
                    links += 1
                    if links > LINKS_MAX:
                        return None
                    target = os.readlink(here)
                    at = [] if target.startswith("/") else at
                    left = [p for p in target.split("/") if p not in ("", ".")] + left
                    continue
            at.append(part)
        found = self.rootfs.joinpath(*at)
        return found if os.path.lexists(found) else None

    def text(self, path):
        """A file's text, "" where there is none."""
        found = self.find(path)
        if found is None or not found.is_file():
            return ""
        try:
            return found.read_text(errors="replace")
        except OSError:
            return ""

    def is_program(self, path):
        found = self.find(path)
        return found is not None and found.is_file() and bool(found.stat().st_mode & 0o111)

    def is_folder(self, path):
        found = self.find(path)
        return found is not None and found.is_dir()

    def user(self, name):
        """The seven fields of its passwd(5) line, or None."""
        for line in self.text("etc/passwd").splitlines():
            fields = line.split(":")
            if len(fields) == 7 and fields[0] == name:
                return fields
        return None

    def files(self):
        """Every path and its lstat, the root's own first."""
        yield ".", os.lstat(self.rootfs)
        for folder, folders, names in os.walk(self.rootfs):
            for name in sorted(folders + names):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, self.rootfs), os.lstat(path)


def release_of(inside):
    """os-release(5) as a dict."""
    found = {}
    text = inside.text("etc/os-release") or inside.text("usr/lib/os-release")
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            found[key.strip()] = value.strip().strip("\"'")
    return found


def has_file(path):
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
