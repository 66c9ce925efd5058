"""loginpath.py - an image's PATH for login shells.

/etc/profile of Debian, Alpine and others sets a PATH of its own, whatever was
there, and then reads what is in /etc/profile.d.  Docker starts no login shells,
so images of compilers do without: for labs the directories are added there.
"""
import os
import shlex

import users

NAME = "zz-image-path.sh"
USUAL = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
TEXT = """\
# Made by atoll-image import: the image's own directories of PATH.
for d in {folders}; do
	case ":$PATH:" in *":$d:"*) ;; *) PATH="$d:$PATH" ;; esac
done
export PATH
unset d
"""


def own_folders(environment):
    env = dict(v.split("=", 1) for v in environment)
    found = [f for f in env.get("PATH", "").split(":") if f.startswith("/") and f not in USUAL]
    return list(dict.fromkeys(found))


def keep_path(inside, environment):
    """Nothing where no login shell would read it."""
    folders = own_folders(environment)
    here = inside.rootfs / "etc/profile.d"
    if not folders or inside.find("etc/profile") is None:
        return
    if here.is_symlink() or not here.is_dir():
        return
    etc = users.folder(None, inside.rootfs / "etc")
    below = users.folder(etc, "profile.d")
    try:
        users.replace(below, NAME, TEXT.format(folders=" ".join(map(shlex.quote, folders[::-1]))))
    finally:
        os.close(below)
        os.close(etc)
