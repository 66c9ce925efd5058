"""archive.py - what a file that is imported is, and a root filesystem from it.

A tar of a root filesystem, or images of docker save or OCI, which saved.py reads,
choice.py chooses from and layers.py lays over each other.  Each may be compressed
and come through a pipe.
"""
import contextlib
import copy
import dataclasses
import hashlib
import os
import stat
import sys

import choice
import layers
import saved
import stream
import unpack
from error import Failed

ROOT_FOLDERS = {"etc", "bin", "usr", "sbin", "lib", "var", "home", "dev"}


@dataclasses.dataclass
class Unpacked:
    kind: str  # tar, docker or oci
    left_out: list
    config: dict = dataclasses.field(default_factory=dict)  # the image's own
    id: str = ""


# --- the file -------------------------------------------------------------------


def copied(source, path, limits, what):
    """All of it in a file that can be sought, within the limits."""
    limits = copy.copy(limits)
    with open(path, "xb") as f:
        while chunk := source.read(unpack.CHUNK):
            limits.bytes += len(chunk)
            limits.check(what)
            f.write(chunk)
    return open(path, "rb")


def opened(path):
    if path == "-":
        return sys.stdin.buffer
    try:
        file = open(path, "rb")
    except OSError as e:
        raise Failed(f"{path}: {e.strerror}") from None
    return file


@contextlib.contextmanager
def file_of(path, work, limits):
    """The file, which can be sought: what comes through a pipe is kept in work."""
    if path != "-" and os.path.isdir(path):
        raise Failed(
            f"{path} is a directory: import a tar of it, tar -C {path} -cf FILE ."
        )
    with contextlib.ExitStack() as closes:
        file = closes.enter_context(opened(path))
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file = closes.enter_context(copied(file, work / "input", limits, "the input"))
        file.seek(0)
        yield file


def kind_of(file):
    """tar, docker or oci: by the names at its top."""
    file.seek(0)
    with unpack.reading():
        for _, member in unpack.members(stream.opened(file)):
            name = member.name.removeprefix("./").rstrip("/")
            if name == "oci-layout":
                return "oci"
            # Newer Dockers save an OCI layout that has a manifest.json, too.
            if name == "manifest.json" and member.isreg():
                return "docker"
            if name.split("/")[0] in ROOT_FOLDERS:
                return "tar"
    raise Failed(
        "neither a root filesystem (no etc, bin or usr in it), nor an archive"
        " of docker save, nor one of OCI"
    )


# --- what is in it --------------------------------------------------------------


def check_blob(archive, layer):
    with archive.open(layer.name) as f:
        found = "sha256:" + hashlib.file_digest(f, "sha256").hexdigest()
    if layer.digest not in ("", found):
        raise Failed(f"{layer.digest}: the content has another digest: {found}")


def unpack_layers(archive, image, rootfs, limits):
    fd = os.open(rootfs, unpack.FOLDER)
    try:
        unpacking = layers.Layer(fd, limits)
        for layer in image.layers:
            check_blob(archive, layer)
            with archive.open(layer.name) as f, unpack.reading():
                reader = layers.Hashed(stream.opened(f))
                unpack.unpack_all(unpacking, reader)
                found = "sha256:" + reader.digest(limits, layer.name)
            if unpacking.end > reader.count:
                raise Failed(f"{layer.name}: it ends in the middle")
            if found != layer.diff_id:
                raise Failed(f"a layer is damaged: {found} in place of {layer.diff_id}")
            unpacking.next()
        return unpacking.left_out
    finally:
        os.close(fd)


def unpack_image(file, kind, work, limits, wanted, platform):
    if stream.is_compressed(file):
        with unpack.reading():
            file = copied(stream.opened(file), work / "archive", limits, "the archive")
        limits.fit(work.parent)
    archive = saved.Archive(file, copy.copy(limits))
    image = choice.choose(saved.images(archive), wanted, platform)
    left_out = unpack_layers(archive, image, work / "rootfs", limits)
    config = image.config.get("config")
    return Unpacked(kind, left_out, config if isinstance(config, dict) else {}, image.id)


def unpack_any(file, work, limits, wanted=None, platform=None):
    """work/rootfs from a file, and what it was."""
    kind = kind_of(file)
    (work / "rootfs").mkdir(mode=0o755)
    file.seek(0)
    if kind != "tar":
        return unpack_image(file, kind, work, limits, wanted, platform)
    if wanted is not None:
        raise Failed("it is one root filesystem: --image is for archives of several")
    return Unpacked(kind, unpack.unpack(file, work / "rootfs", limits))
