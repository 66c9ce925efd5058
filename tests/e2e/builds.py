"""builds.py - programs of other source trees: of before, and of what may come."""
import contextlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import gateway as g


PROGRAMS = ("atolld", "atoll-monitor", "atoll-loader", "atoll-builder", "atoll-session", "atoll-init", "atoll-lab",
            "atoll-keys", "atoll-staff", "atoll-recorder", "atoll-signer", "atoll-web",
            "atoll-rehearse", "atoll-net", "atoll-names", "atoll-collector", "atoll-publish", "atoll-browser")


@contextlib.contextmanager
def installed_programs():
    """A folder with today's, where atolld may run programs when it is not root any more,
    unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="atoll-installed."))
    try:
        folder.chmod(0o755)
        for name in PROGRAMS:
            shutil.copy(g.BUILD / name, folder / name)
        yield folder
    finally:
        shutil.rmtree(folder)


def copy_tree(tree):
    """Today's sources, to be changed."""
    for folder in ("gateway", "sandbox"):
        shutil.copytree(g.ROOT / folder, tree / folder)
    shutil.copy(g.ROOT / "Makefile", tree)


def compile_programs(tree, *names):
    """Programs of a source tree; {name without atoll-: path}."""
    paths = {n: tree / "build" / (n if n == "atolld" else f"atoll-{n}" if n else "atoll") for n in names}
    targets = [f"build/{p.name}" for p in paths.values()]
    done = subprocess.run(["make", "-s", "-j2", "CFLAGS=-O1", *targets], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return paths


def change(path, pattern, to, count):
    text, done = re.subn(pattern, to, path.read_text(), flags=re.M)
    assert done == count, f"{path.name}: {pattern} is there {done} times"
    path.write_text(text)


def add_a_field(rows):
    """messages.def with a field more at the end of each lasting row, and FUTURE."""
    out, depth = [], 0
    for row in re.split(r"(?=\bMESSAGE\()", re.sub(r"/\*.*?\*/", "", rows, flags=re.S)):
        if "LASTING(" in row:
            for at, c in enumerate(row):
                depth += (c == "(") - (c == ")")
                if c == ")" and depth == 0:
                    break
            comma = "" if "FIELD(" in row else ","
            row = row[:at] + comma + " FIELD(text, later)" + row[at:]
        out.append(row)
    return "".join(out) + "MESSAGE(FUTURE, future, LASTING(4000), ANY, ANY, 0,\n FIELD(text, words))\n"
