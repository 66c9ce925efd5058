"""archive.py - what a file that is imported is, and a root filesystem from it.

A tar of a root filesystem we unpack ourselves.  An archive of Docker's or OCI's
is layers over layers: skopeo and umoci do those, after we have looked through
each layer as through a tar.
"""
import copy
import json
import os
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path

import unpack
from error import Failed

ROOT_FOLDERS = {"etc", "bin", "usr", "sbin", "lib", "var", "home", "dev"}
TOOLS = {"skopeo": "skopeo", "umoci": "umoci"}


def kind_of(file):
    """tar, docker or oci: by the names at its top."""
    with open(file, "rb") as f, unpack.reading():
        for _, member in unpack.members(f):
            name = member.name.removeprefix("./").rstrip("/")
            if name == "oci-layout":
                return "oci"
            # Newer Dockers save an OCI layout that has a manifest.json, too.
            if name == "manifest.json" and member.isreg():
                return "docker"
            if name.split("/")[0] in ROOT_FOLDERS:
                return "tar"
    raise Failed(
        f"{file} is neither a root filesystem (no etc, bin or usr in it), nor an archive"
        " of docker save, nor one of OCI"
    )


def require_tools(kind):
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if missing:
        raise Failed(
            f"an archive of kind {kind} needs {' and '.join(missing)}:"
            f" apt install {' '.join(missing)}\n"
            "  without them: docker create IMAGE; docker export CONTAINER >rootfs.tar;"
            " and import that"
        )


def run(argv, work):
    """A tool of others, with its scratch files in work; it ends with us."""
    env = {**os.environ, "TMPDIR": str(work / "tmp"), "HOME": str(work / "tmp")}
    child = subprocess.Popen(
        [str(a) for a in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=env,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate()
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise
    if child.returncode != 0:
        lines = said.strip().splitlines() or [f"status {child.returncode}"]
        raise Failed(f"{argv[0]}: {lines[-1]}")


def blob(layout, descriptor):
    algorithm, _, digest = descriptor["digest"].partition(":")
    if algorithm != "sha256" or len(digest) != 64 or not digest.isalnum():
        raise Failed(f"a blob is called {descriptor['digest']!r}")
    return layout / "blobs" / algorithm / digest


def vet_layers(layout, limits):
    """skopeo wrote the layout and compared digests; what is in the layers is
    the stranger's still."""
    try:
        index = json.loads((layout / "index.json").read_text())
        image = json.loads(blob(layout, index["manifests"][0]).read_text())
        layers = image["layers"]
    except (OSError, ValueError, LookupError, TypeError) as e:
        raise Failed(f"not an image: {e}") from None
    for layer in layers:
        if "zstd" in layer.get("mediaType", ""):
            raise Failed("a layer is compressed with zstd: save it with gzip")
        with open(blob(layout, layer), "rb") as f:
            unpack.vet(f, limits)


def unpack_layers(file, kind, work, limits):
    """The root filesystem of an archive, at work/rootfs."""
    require_tools(kind)
    (work / "tmp").mkdir()
    # Its own path may have a colon, which ends a path for skopeo.
    (work / "archive").symlink_to(Path(file).resolve())
    layout = work / "layout"
    run(
        ["skopeo", "--insecure-policy", "copy", f"{kind}-archive:{work}/archive"]
        + [f"oci:{layout}:image"],
        work,
    )
    vet_layers(layout, copy.copy(limits))
    run(["umoci", "unpack", "--image", f"{layout}:image", work / "bundle"], work)
    os.rename(work / "bundle/rootfs", work / "rootfs")
    return unpack.clean(work / "rootfs", limits)


def unpack_any(file, work, limits):
    """work/rootfs from a file; its kind, and what was left out."""
    kind = kind_of(file)
    if kind != "tar":
        return kind, unpack_layers(file, kind, work, limits)
    (work / "rootfs").mkdir(mode=0o755)
    with open(file, "rb") as f:
        return kind, unpack.unpack(f, work / "rootfs", limits)
