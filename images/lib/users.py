"""users.py - a student for an image that has none, such as one of Docker's."""
import os
import stat

from error import Failed

NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC
FIRST_ID = 1000


def append(etc, name, line):
    """A line at the end of a file of /etc, which may not lead elsewhere."""
    try:
        fd = os.open(name, os.O_RDWR | os.O_APPEND | os.O_CREAT | NO_LINK, 0o644, dir_fd=etc)
    except OSError as e:
        raise Failed(f"etc/{name}: {e.strerror}") from None
    with os.fdopen(fd, "r+") as f:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Failed(f"etc/{name} is no file")
        text = f.read()
        f.write(("" if text.endswith("\n") or not text else "\n") + line + "\n")


def replace(parent, name, text):
    """A file with that text, whatever had its name."""
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        pass
    except OSError as e:
        raise Failed(f"{name}: {e.strerror}") from None
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o644, dir_fd=parent)
    with os.fdopen(fd, "w") as f:
        f.write(text)


def folder(parent, name):
    try:
        os.mkdir(name, 0o755, dir_fd=parent)
    except FileExistsError:
        pass
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | NO_LINK, dir_fd=parent)
    except OSError:
        raise Failed(f"/{name} is a link or a file") from None


def free_id(inside):
    taken = set()
    for name in ("etc/passwd", "etc/group"):
        for line in inside.text(name).splitlines():
            fields = line.split(":")
            if len(fields) > 2:
                taken.add(fields[2])
    number = FIRST_ID
    while str(number) in taken:
        number += 1
    return number


def add(inside, user):
    """A user with a group, a home and the best shell there is."""
    if inside.user(user) is not None:
        raise Failed(f"user {user} is in the image already")
    shell = next((s for s in ("/bin/bash", "/bin/sh") if inside.is_program(s)), None)
    if shell is None:
        raise Failed("no shell in it: /bin/bash or /bin/sh")
    number = free_id(inside)
    root = os.open(inside.rootfs, os.O_RDONLY | os.O_DIRECTORY)
    etc = folder(root, "etc")
    homes = folder(root, "home")
    try:
        append(etc, "passwd", f"{user}:x:{number}:{number}::/home/{user}:{shell}")
        append(etc, "group", f"{user}:x:{number}:")
        home = folder(homes, user)
        os.fchown(home, number, number)
        os.close(home)
    finally:
        for fd in (homes, etc, root):
            os.close(fd)
