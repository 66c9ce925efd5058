"""settings.py - what an image says of how its programs are run, and what of it a
lab can have.

Docker's Env, User, WorkingDir, Entrypoint and Cmd become the options environment,
user, workdir and command of atoll.conf(5).
"""
import os
import re

import manifest

KEYS = {
    "user": "User",
    "workdir": "WorkingDir",
    "entrypoint": "Entrypoint",
    "command": "Cmd",
    "environment": "Env",
}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# A login sets these for who is there.
OF_LOGIN = {"HOME", "HOSTNAME", "LOGNAME", "OLDPWD", "PWD", "SHELL", "SHLVL", "TERM", "USER"}


def plain(value):
    return isinstance(value, str) and "\0" not in value


def of_image(config):
    """A stranger's configuration as strings and lists of them."""
    found = {}
    for key, theirs in KEYS.items():
        value = config.get(theirs)
        if key in ("user", "workdir"):
            found[key] = value if plain(value) else ""
        elif plain(value):
            found[key] = [value]
        else:
            found[key] = [v for v in value if plain(v)] if isinstance(value, list) else []
    found["environment"] = [v for v in found["environment"] if "=" in v[1:]]
    return found


def people(inside):
    """(name, uid) of its etc/passwd."""
    for line in inside.text("etc/passwd").splitlines():
        fields = line.split(":")
        if len(fields) == 7 and fields[0]:
            yield fields[0], fields[2]


def user_of(theirs, inside, added):
    """A lab's user has a name; "" when the image's has none."""
    if added:
        return added
    wanted = theirs["user"].split(":")[0]
    known = list(people(inside))
    if not wanted:
        names = [name for name, _ in known]
        return next((n for n in ("student", "root") if n in names), "")
    for name, uid in known:
        if wanted in (name, uid):
            return name
    return ""


def program(name, theirs, inside):
    """Its whole path, as a lab's command has it."""
    if "/" in name:
        path = name if name.startswith("/") else f"{theirs['workdir'].rstrip('/')}/{name}"
        return path if path.startswith("/") else ""
    env = dict(v.split("=", 1) for v in theirs["environment"])
    for folder in env.get("PATH", PATH).split(":"):
        path = f"{folder}/{name}"
        if folder.startswith("/") and inside.is_program(path):
            return path
    return ""


def shell_of(user, inside):
    fields = inside.user(user)
    return (fields[6] or "/bin/sh") if fields else ""


def command_of(theirs, inside, user):
    """None where it is the user's shell: a login starts that, and better."""
    argv = theirs["entrypoint"] + theirs["command"]
    path = program(argv[0], theirs, inside) if argv else ""
    if not path:
        return []
    shells = {os.path.basename(path), os.path.basename(shell_of(user, inside))}
    return [] if len(argv) == 1 and len(shells) == 1 else [path, *argv[1:]]


def environment(theirs):
    """What a login does not set itself."""
    found = dict(v.split("=", 1) for v in theirs["environment"])
    return [
        f"{k}={v}"
        for k, v in found.items()
        if k not in OF_LOGIN and not k.startswith(("ATOLL_", "SSH_"))
    ]


def for_lab(theirs, inside, added=None):
    """The image's words as a lab's options."""
    user = user_of(theirs, inside, added)
    return {
        "user": user,
        "workdir": theirs["workdir"] if theirs["workdir"].startswith("/") else "",
        "command": command_of(theirs, inside, user),
        "environment": environment(theirs),
    }


def environment_lines(variables):
    """As a group, or where a name forbids that as an array."""
    pairs = [v.split("=", 1) for v in variables]
    if all(VARIABLE.fullmatch(key) for key, _ in pairs):
        yield "  environment = {"
        for key, value in pairs:
            yield f"    {key} = {manifest.text(value)};"
        yield "  };"
    else:
        yield "  environment = ["
        yield ",\n".join(f"    {manifest.text(v)}" for v in variables)
        yield "  ];"


def lines(name, theirs, lab):
    """The lines of a lab of this image."""
    yield f"for a lab's file, which 'atoll lab new --image {name} LAB' makes:"
    yield f"  image = {manifest.text(name)};"
    if lab["user"]:
        yield f"  user = {manifest.text(lab['user'])};"
    elif theirs["user"]:
        yield f"  # no user {theirs['user']} in its etc/passwd: --add-user makes one"
    for key in ("workdir", "command"):
        if lab[key]:
            yield "  " + manifest.member(key, lab[key]).strip()
    if lab["environment"]:
        yield "  # a lab without environment has the same:"
        yield from environment_lines(lab["environment"])
