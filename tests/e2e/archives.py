"""archives.py - tars, and archives as docker save, buildx and others write them."""
import dataclasses
import gzip
import hashlib
import io
import json
import os
import tarfile

HOST = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
FOREIGN = "riscv64"


def entry(name, kind=tarfile.REGTYPE, content=b"", **fields):
    member = tarfile.TarInfo(name)
    member.type = kind
    member.size = len(content)
    member.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    for key, value in fields.items():
        setattr(member, key, value)
    return member, content


def folder(name, **fields):
    return entry(name, tarfile.DIRTYPE, **fields)


def link(name, target, kind=tarfile.SYMTYPE):
    return entry(name, kind, linkname=target)


PASSWD = b"root:x:0:0::/root:/bin/sh\nstudent:x:1000:1000::/home/student:/bin/sh\n"
BASE = [
    folder("etc"),
    entry("etc/passwd", content=PASSWD),
    folder("bin"),
    entry("bin/sh", content=b"#!", mode=0o4755),
    folder("home/student", uid=1000, gid=1000),
]


def tar_bytes(entries, mode="w"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.PAX_FORMAT) as tar:
        for member, content in entries:
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def write_tar(path, entries, mode="w"):
    path.write_bytes(tar_bytes(entries, mode))
    return path


# --- images in layers -------------------------------------------------------------


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclasses.dataclass
class Saved:
    """An image: its layers as tars, and what its configuration says."""

    layers: list
    names: list = dataclasses.field(default_factory=lambda: ["lab:latest"])
    config: dict = dataclasses.field(default_factory=dict)
    architecture: str = HOST
    variant: str = ""
    compress: object = None  # each layer
    media: str = "application/vnd.oci.image.layer.v1.tar"

    def __post_init__(self):
        tars = [t if isinstance(t, bytes) else tar_bytes(t) for t in self.layers]
        self.blobs = [self.compress(t) for t in tars] if self.compress else tars
        config = {
            "architecture": self.architecture,
            "os": "linux",
            "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": [sha256(t) for t in tars]},
        }
        if self.variant:
            config["variant"] = self.variant
        self.configuration = json.dumps(config).encode()


def as_json(name, value):
    return entry(name, content=json.dumps(value).encode())


def docker_entries(images):
    """As docker save wrote them until 24: a layer that was there is a link."""
    files, index, there = [], [], {}
    for n, image in enumerate(images):
        names = []
        for i, blob in enumerate(image.blobs):
            name = f"{n}-{i}/layer.tar"
            if blob in there:
                files.append(link(name, f"../{there[blob]}"))
            else:
                files.append(entry(name, content=blob))
                there[blob] = name
            names.append(name)
        files.append(entry(f"{n}.json", content=image.configuration))
        index.append({"Config": f"{n}.json", "RepoTags": image.names, "Layers": names})
    return [*files, as_json("manifest.json", index)]


def docker_save(path, layers, mode="w", **fields):
    images = [Saved(layers, **fields)] if isinstance(layers[0], list) else layers
    return write_tar(path, docker_entries(images), mode)


class Blobs:
    def __init__(self):
        self.files = {}

    def add(self, data, **fields):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.files[f"blobs/sha256/{sha256(data)[7:]}"] = data
        return {"digest": sha256(data), "size": len(data), **fields}

    def image(self, image):
        oci = "application/vnd.oci.image"
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{oci}.manifest.v1+json",
            "config": self.add(image.configuration, mediaType=f"{oci}.config.v1+json"),
            "layers": [self.add(b, mediaType=image.media) for b in image.blobs],
        }
        platform = {"os": "linux", "architecture": image.architecture}
        if image.variant:
            platform["variant"] = image.variant
        return self.add(manifest, mediaType=f"{oci}.manifest.v1+json", platform=platform)

    def index(self, manifests, **fields):
        index = {"schemaVersion": 2, "manifests": manifests}
        return self.add(index, mediaType="application/vnd.oci.image.index.v1+json", **fields)


def oci_entries(blobs, manifests):
    files = [entry(name, content=data) for name, data in blobs.files.items()]
    files.append(as_json("index.json", {"schemaVersion": 2, "manifests": manifests}))
    return [*files, as_json("oci-layout", {"imageLayoutVersion": "1.0.0"})]


def oci_archive(path, image, mode="w"):
    blobs = Blobs()
    return write_tar(path, oci_entries(blobs, [blobs.image(image)]), mode)


# --- compressed -------------------------------------------------------------------


def gzip_with_extra(data):
    """As bgzip and others write it: FEXTRA in the header."""
    whole = gzip.compress(data, mtime=0)
    flags = bytes([whole[3] | 4])
    return whole[:3] + flags + whole[4:10] + b"\x06\0BC\x02\0ab" + whole[10:]


def in_parts(compress):
    """Several streams one after another, as pigz -i, pbzip2 and cat make them."""
    def parts(data):
        half = len(data) // 2
        return compress(data[:half]) + compress(data[half:])
    return parts


# --- damaged ----------------------------------------------------------------------


def mutate(random, data):
    """Some bytes of headers changed, whose checksums are right again."""
    data = bytearray(data)
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(min(len(data), 6000))
        data[at] = random.choice([0, 0x2E, 0x2F, 0x30, 0x37, 0x80, 0xFF, random.randrange(256)])
        header = at // 512 * 512
        if data[header + 257 : header + 262] == b"ustar" and random.random() < 0.9:
            data[header + 148 : header + 156] = b" " * 8
            data[header + 148 : header + 156] = b"%06o\0 " % sum(data[header : header + 512])
    return bytes(data)
