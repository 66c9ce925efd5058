"""saved.py - the images in an archive of docker save, or in one of OCI.

Both are tars of blobs.  Docker's manifest.json lists images by the names of
their files; OCI's index.json by digests, through indexes of indexes with an
image for each architecture.  Newer Dockers write both, and then OCI's is read:
it says more.
"""
import dataclasses
import hashlib
import io
import json
import posixpath
import tarfile

import machine
import unpack
from error import Failed

JSON_MAX = 4 << 20  # as registries have it
IMAGES_MAX = 1000
ENTRIES_MAX = 50_000  # of an archive, whose names are kept in memory
LINKS_MAX = 8
NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
REFERENCE_TYPE = "vnd.docker.reference.type"  # of what only says how one was built


@dataclasses.dataclass
class Layer:
    name: str  # of its file in the archive
    digest: str = ""  # of that file; "" where nobody says
    diff_id: str = ""  # of the tar in it


@dataclasses.dataclass
class Image:
    names: list
    id: str
    platform: str  # linux/arm64/v8
    config: dict
    layers: list
    group: object = None  # the entry that it came from: one image for people


class Part(io.RawIOBase):
    """Some bytes of a file, as a file."""

    def __init__(self, file, start, size):
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, to, whence=0):
        self._at = max(0, to + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, room):
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(room), self._size - self._at)))
        room[: len(data)] = data
        self._at += len(data)
        return len(data)


def clean_name(name):
    return posixpath.normpath("/" + name).lstrip("/")


class Archive:
    """A tar that is not compressed, by the names in it."""

    def __init__(self, file, limits):
        self._file, self._at = file, {}
        file.seek(0)
        with unpack.reading(), tarfile.open(
            fileobj=file, mode="r:", tarinfo=unpack.Member
        ) as tar:
            while (member := tar.next()) is not None:
                tar.members.clear()
                limits.count(member.name, member.size if member.isreg() else 0)
                self._note(member)
                if len(self._at) > ENTRIES_MAX:
                    raise Failed(f"more than {ENTRIES_MAX} files in the archive itself")

    def _note(self, member):
        """A layer that two images share is a link in the second."""
        if max(len(member.name), len(member.linkname)) > unpack.NAME_MAX:
            return  # nothing that is asked for
        name = clean_name(member.name)
        if member.issym():
            folder = posixpath.dirname(name)
            self._at[name] = clean_name(posixpath.join(folder, member.linkname))
        elif member.islnk():
            self._at[name] = clean_name(member.linkname)
        elif member.isreg() and not member.issparse():
            self._at[name] = (member.offset_data, member.size)

    def _find(self, name):
        found = clean_name(str(name))
        for _ in range(LINKS_MAX):
            found = self._at.get(found)
            if not isinstance(found, str):
                return found
        return None

    def has(self, name):
        return self._find(name) is not None

    def open(self, name):
        found = self._find(name)
        if found is None:
            raise Failed(f"{str(name)[:200]!r} is not in the archive")
        return io.BufferedReader(Part(self._file, *found))

    def bytes_of(self, name):
        with self.open(name) as f:
            data = f.read(JSON_MAX + 1)
        if len(data) > JSON_MAX:
            raise Failed(f"{str(name)[:200]!r}: more than {JSON_MAX >> 20} MB of JSON")
        return data

    def json(self, name):
        return json.loads(self.bytes_of(name))


def texts(value):
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def platform_of(config):
    """As one text; what is unknown is empty."""
    parts = [
        str(config.get("os") or "linux").lower(),
        machine.plain(config.get("architecture")),
        str(config.get("variant") or ""),
    ]
    return "/".join(parts).rstrip("/")


def layers_of(names, config, digests=None):
    ids = config["rootfs"]["diff_ids"]
    if len(ids) != len(names):
        raise Failed(f"{len(names)} layers, but its configuration has {len(ids)}")
    digests = digests or [""] * len(names)
    return [Layer(str(n), d, str(i)) for n, d, i in zip(names, digests, ids)]


# --- Docker's -------------------------------------------------------------------


def docker_images(archive):
    for entry in archive.json("manifest.json"):
        data = archive.bytes_of(entry["Config"])
        config = json.loads(data)
        id = "sha256:" + hashlib.sha256(data).hexdigest()
        layers = layers_of(entry["Layers"] or [], config)
        yield Image(texts(entry.get("RepoTags")), id, platform_of(config), config, layers, id)


# --- OCI's ----------------------------------------------------------------------


def blob(descriptor):
    """The file that a descriptor is of."""
    algorithm, _, digest = str(descriptor["digest"]).partition(":")
    if algorithm != "sha256" or len(digest) != 64 or not digest.isalnum():
        raise Failed(f"a blob is called {str(descriptor['digest'])[:200]!r}")
    return f"blobs/{algorithm}/{digest}"


def checked(archive, descriptor):
    """Its JSON, when it is what its digest says."""
    data = archive.bytes_of(blob(descriptor))
    if "sha256:" + hashlib.sha256(data).hexdigest() != descriptor["digest"]:
        raise Failed(f"{descriptor['digest']}: the content has another digest")
    return json.loads(data)


def names_of(descriptor):
    noted = descriptor.get("annotations") or {}
    return texts([noted.get(name) for name in NAMES])


def is_missing(archive, descriptor):
    """Of other machines often only the names are there."""
    return not archive.has(blob(descriptor))


def is_no_image(descriptor):
    noted = descriptor.get("annotations") or {}
    platform = descriptor.get("platform") or {}
    return REFERENCE_TYPE in noted or platform.get("os") == "unknown"


def oci_image(archive, descriptor, found, names, group):
    config = checked(archive, found["config"])
    if not isinstance(config, dict) or "rootfs" not in config:
        return  # a chart, a signature
    blobs = [blob(layer) for layer in found["layers"]]
    digests = [str(layer["digest"]) for layer in found["layers"]]
    platform = platform_of({**config, **(descriptor.get("platform") or {})})
    layers = layers_of(blobs, config, digests)
    yield Image(names, descriptor["digest"], platform, config, layers, group)


def oci_images(archive):
    yield from images_below(archive, archive.json("index.json"), (), None, set())


def images_below(archive, index, names, group, seen):
    """Of an index, and of those in it; none is read twice for one name."""
    for descriptor in index["manifests"]:
        if is_no_image(descriptor) or is_missing(archive, descriptor):
            continue
        asked = (str(descriptor["digest"]), *names_of(descriptor))
        if asked in seen:
            continue
        seen.add(asked)
        if len(seen) > IMAGES_MAX:
            raise Failed(f"more than {IMAGES_MAX} images in it")
        own = [*names, *names_of(descriptor)]
        mine = group or descriptor["digest"]
        found = checked(archive, descriptor)
        if "manifests" in found:
            yield from images_below(archive, found, own, mine, seen)
        elif not is_missing(archive, found["config"]):
            yield from oci_image(archive, descriptor, found, own, mine)


# --- both -----------------------------------------------------------------------


def images(archive):
    has_oci = archive.has("index.json") and archive.has("oci-layout")
    found = []
    try:
        for image in (oci_images if has_oci else docker_images)(archive):
            found.append(image)
            if len(found) > IMAGES_MAX:
                raise Failed(f"more than {IMAGES_MAX} images in it")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise Failed(f"not an image: {e}") from None
    if not found:
        raise Failed("there is no image in it")
    return found
