"""atoll-image import of what docker save, podman, buildx, skopeo, kaniko and bazel
write: compressed, through pipes, with several images and architectures in it."""
import bz2
import functools
import gzip
import importlib
import json
import lzma
import os
import random
import re
import shutil
import stat
import struct
import subprocess
import tarfile

import pytest

import gateway as g
from archives import (BASE, FOREIGN, HOST, Blobs, Saved, docker_entries, docker_save, entry,
                      folder, gzip_with_extra, in_parts, link, mutate, oci_archive, oci_entries,
                      tar_bytes, write_tar)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an import needs root")


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


def padded(data):
    """As it comes from a device with blocks."""
    return gzip.compress(data) + bytes(4096)


COMPRESSED = {
    "gzip": gzip.compress,
    "several members of gzip": in_parts(gzip.compress),
    "gzip with FEXTRA": gzip_with_extra,
    "gzip with zeros behind it": padded,
    "bzip2": bz2.compress,
    "several streams of bzip2": in_parts(bz2.compress),
    "xz": lzma.compress,
    "several streams of xz": in_parts(lzma.compress),
    "zstd": zstd,
    "several frames of zstd": in_parts(zstd),
    "zstd with a frame to skip": lambda data: b"\x50\x2a\x4d\x18\x04\0\0\0pzst" + zstd(data),
}
LAYERS = [
    [*BASE, entry("etc/old", content=b"1"), entry("etc/kept", content=b"1"),
     entry("var/d/sub/older", content=b"1"), entry("var/d/gone", content=b"1"),
     entry("usr/lib/x", content=b"1"), link("lib", "usr/lib"), folder("opt/was/full"),
     entry("opt/was/full/f", content=b"1"), link("bin/l", "sh")],
    [entry("etc/.wh.old"), entry("etc/kept", content=b"2"), entry("new", content=b"2"),
     folder("var/d"), entry("var/d/sub/newer", content=b"2"), entry("var/d/.wh..wh..opq"),
     entry("lib/y", content=b"2"), entry("opt/was", content=b"2"), folder("bin/l"),
     link("home/student/second", "new", tarfile.LNKTYPE), entry("etc/.wh.never-there")],
]


def assert_layers(root):
    assert not (root / "etc/old").exists()
    assert (root / "etc/kept").read_text() == "2" == (root / "new").read_text()
    assert (root / "home/student").stat().st_uid == 1000
    assert sorted(p.name for p in (root / "var/d/sub").iterdir()) == ["newer"]
    assert os.listdir(root / "var/d") == ["sub"]
    assert (root / "lib").is_symlink() and (root / "usr/lib/y").read_text() == "2"
    assert (root / "opt/was").read_text() == "2" and (root / "bin/l").is_dir()
    assert (root / "new").stat().st_nlink == 2
    assert not [p for p in root.rglob(".wh.*")]


def rows_of(atoll_image):
    return {r["name"]: r for r in json.loads(atoll_image("list", "--json").stdout)}


def piped(atoll_image, out, path, *args):
    """Through a pipe, as `docker save | atoll-image import NAME -`."""
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
        return subprocess.run([g.ATOLL_IMAGE, "-d", out, "import", *args],
                              stdin=cat.stdout, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "ATOLL_IMAGE_SYNC": "no"})


# --- compressed, and through pipes ------------------------------------------------


@pytest.mark.parametrize("how", COMPRESSED)
def test_docker_save_may_be_compressed(atoll_image, out, tmp_path, how):
    plain = docker_save(tmp_path / "plain.tar", LAYERS)
    packed = tmp_path / "packed"
    packed.write_bytes(COMPRESSED[how](plain.read_bytes()))
    done = atoll_image("import", "one", packed)
    assert done.returncode == 0, done.stderr
    assert_layers(out / "one/rootfs")
    assert rows_of(atoll_image)["one"]["file"] == "packed"
    assert atoll_image("verify", "one").returncode == 0


@pytest.mark.parametrize("how", COMPRESSED)
def test_a_tar_of_a_root_may_be_compressed(atoll_image, out, tmp_path, how):
    # The second stream begins within a file, so all of it is read or none.
    big = entry("opt/big", content=os.urandom(200_000) + bytes(100_000))
    (tmp_path / "t").write_bytes(COMPRESSED[how](tar_bytes([*BASE, big])))
    done = atoll_image("import", "one", tmp_path / "t")
    assert done.returncode == 0, done.stderr
    assert (out / "one/rootfs/opt/big").read_bytes() == big[1]


@pytest.mark.parametrize("compress, media", [(gzip.compress, "tar+gzip"), (zstd, "tar+zstd"),
                                             (in_parts(gzip.compress), "tar+gzip")])
def test_layers_may_be_compressed(atoll_image, out, tmp_path, compress, media):
    image = Saved(LAYERS, compress=compress, media=f"application/vnd.oci.image.layer.v1.{media}")
    done = atoll_image("import", "one", oci_archive(tmp_path / "oci.tar", image))
    assert done.returncode == 0, done.stderr
    assert_layers(out / "one/rootfs")
    done = atoll_image("import", "two", docker_save(tmp_path / "t.tar", [image]))  # as jib has it
    assert done.returncode == 0, done.stderr
    assert_layers(out / "two/rootfs")


@pytest.mark.parametrize("how", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
@pytest.mark.parametrize("what", ["docker", "tar"])
def test_it_may_come_through_a_pipe(atoll_image, out, tmp_path, how, what):
    if what == "docker":
        packed = docker_save(tmp_path / "t.tar.gz", LAYERS, "w:gz")
    else:
        packed = write_tar(tmp_path / "t.tar.gz", BASE, "w:gz")
    done = piped(atoll_image, out, packed, "one", how)
    assert done.returncode == 0, done.stderr
    row = rows_of(atoll_image)["one"]
    assert row["sha256"] and (out / "one/rootfs/etc/passwd").exists()
    manifest = (out / "one/manifest.conf").read_text()
    digest = subprocess.run(["sha256sum", packed], capture_output=True, text=True).stdout[:64]
    assert f'file_sha256 = "{digest}"' in manifest
    assert [p.name for p in out.iterdir() if p.name != ".lock"] == ["one"]


def test_a_pipe_may_be_any_number(atoll_image, out, tmp_path):
    """As bash's <(docker save X) makes them."""
    packed = docker_save(tmp_path / "t.tar", LAYERS)
    done = subprocess.run(["bash", "-c", f"{g.ATOLL_IMAGE} -d {out} import one <(cat {packed})"],
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ, "ATOLL_IMAGE_SYNC": "no"})
    assert done.returncode == 0, done.stderr
    assert_layers(out / "one/rootfs")


@pytest.mark.parametrize("damage", ["cut", "junk behind", "changed"])
@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zstd"])
def test_what_is_damaged_is_refused(atoll_image, out, tmp_path, how, damage):
    data = COMPRESSED[how](docker_save(tmp_path / "t.tar", LAYERS).read_bytes())
    middle = len(data) // 2
    data = {"cut": data[:-20], "junk behind": data + b"junk",
            "changed": data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1:]}[damage]
    (tmp_path / "bad").write_bytes(data)
    done = atoll_image("import", "one", tmp_path / "bad")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert f"{tmp_path}/bad: damaged" in done.stderr
    assert not (out / "one").exists()


@pytest.mark.parametrize("what", ["docker", "tar"])
@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zstd"])
def test_a_bomb_is_refused_within_its_limit(atoll_image, out, tmp_path, how, what):
    layer = [*BASE, entry("zeros", content=bytes(40 << 20))]
    tar = tar_bytes(docker_entries([Saved([layer])]) if what == "docker" else layer)
    (tmp_path / "bomb").write_bytes(COMPRESSED[how](tar))
    done = atoll_image("import", "--max-size", "10M", "one", tmp_path / "bomb")
    assert done.returncode == 1 and "more than 10 MB in all" in done.stderr
    done = piped(atoll_image, out, tmp_path / "bomb", "--max-size", "10M", "one", "-")
    assert done.returncode == 1 and "stdin: " in done.stderr
    assert os.listdir(out) == [".lock"]


def test_a_bomb_in_a_layer_is_refused_within_its_limit(atoll_image, out, tmp_path):
    """Behind the end of its tar, too."""
    inside = tar_bytes([*BASE, entry("zeros", content=bytes(40 << 20))])
    behind = tar_bytes(BASE) + bytes(40 << 20)
    for layer in (inside, behind):
        saved = Saved([layer], compress=gzip.compress)
        done = atoll_image("import", "--max-size", "10M", "one",
                           docker_save(tmp_path / "t.tar", [saved]))
        assert done.returncode == 1 and "more than 10 MB in all" in done.stderr, done.stderr
    assert os.listdir(out) == [".lock"]


def test_a_pipe_without_end_is_left_at_the_limit(atoll_image, out, tmp_path):
    done = piped(atoll_image, out, "/dev/zero", "--max-size", "10M", "one", "-")
    assert done.returncode == 1 and "the input: more than 10 MB in all" in done.stderr
    assert os.listdir(out) == [".lock"]


def test_a_frame_that_wants_gigabytes_of_memory_is_refused(atoll_image, out, tmp_path):
    tar = write_tar(tmp_path / "t.tar", [*BASE, entry("z", content=bytes(1 << 20))])
    (tmp_path / "zst").write_bytes(subprocess.run(
        ["zstd", "--ultra", "--long=31", "-qc"], stdin=open(tar, "rb"), capture_output=True,
        check=True).stdout)
    (tmp_path / "xz").write_bytes(lzma.compress(tar.read_bytes(), filters=[
        {"id": lzma.FILTER_LZMA2, "dict_size": 300 << 20, "mf": lzma.MF_HC3}]))
    for name in ("zst", "xz"):
        done = atoll_image("import", "one", tmp_path / name)
        assert done.returncode == 1 and "emory" in done.stderr, done.stderr


def test_a_folder_is_told_how_it_can_be_imported(atoll_image, out, tmp_path):
    done = atoll_image("import", "one", tmp_path)
    assert done.returncode == 1 and "is a directory" in done.stderr and "tar -C" in done.stderr


# --- several in one ---------------------------------------------------------------


def with_word(word, **fields):
    return Saved([BASE, [entry("word", content=word.encode())]], **fields)


SEVERAL = [with_word("first", names=["docker.io/library/first:1", "first:latest"]),
           with_word("second", names=["registry.example:5000/team/second:v2"])]


def save_several(path, kind, images):
    if kind == "docker":
        return write_tar(path, docker_entries(images))
    blobs, rows = Blobs(), []
    for image in images:
        row = blobs.image(image)
        del row["platform"]
        for name in image.names:
            noted = {"io.containerd.image.name": name,
                     "org.opencontainers.image.ref.name": name.split(":")[-1]}
            rows.append({**row, "annotations": noted})
    files = oci_entries(blobs, rows)
    return write_tar(path, files if kind == "oci" else docker_entries(images)[-1:] + files)


@pytest.mark.parametrize("kind", ["docker", "oci"])
def test_one_of_several_images_is_chosen(atoll_image, out, tmp_path, kind):
    saved = save_several(tmp_path / "t.tar", kind, SEVERAL)
    done = atoll_image("import", "one", saved)
    assert done.returncode == 1 and "several images" in done.stderr and "--image" in done.stderr
    assert "docker.io/library/first:1" in done.stderr and "team/second:v2" in done.stderr
    for wanted, word in [("first:1", "first"), ("first", "first"), ("second:v2", "second"),
                         ("registry.example:5000/team/second:v2", "second"), ("v2", "second")]:
        done = atoll_image("import", "--image", wanted, "one", saved)
        assert done.returncode == 0, done.stderr
        assert (out / "one/rootfs/word").read_text() == word
    found = re.search(r'image_id = "(sha256:\w+)"', (out / "one/manifest.conf").read_text())[1]
    for wanted in (found, found[7:19]):
        assert atoll_image("import", "--image", wanted, "one", saved).returncode == 0
    done = atoll_image("import", "--image", "third", "one", saved)
    assert done.returncode == 1 and "no image third" in done.stderr and "first:1" in done.stderr


def save_platforms(path, architectures, absent=()):
    """As buildx and skopeo copy --all write it: an index in the index."""
    blobs = Blobs()
    rows = [blobs.image(with_word(a, architecture=a)) for a in architectures]
    attestation = {**rows[0], "platform": {"os": "unknown", "architecture": "unknown"},
                   "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    top = blobs.index([*rows, attestation],
                      annotations={"org.opencontainers.image.ref.name": "latest"})
    for row in rows:
        if row["platform"]["architecture"] in absent:
            del blobs.files["blobs/sha256/" + row["digest"][7:]]
    return write_tar(path, oci_entries(blobs, [top]))


def test_of_several_architectures_it_takes_this_machines(atoll_image, out, tmp_path):
    saved = save_platforms(tmp_path / "t.tar", ["s390x", HOST, FOREIGN])
    done = atoll_image("import", "one", saved)
    assert done.returncode == 0, done.stderr
    assert (out / "one/rootfs/word").read_text() == HOST
    for wanted in (f"linux/{FOREIGN}", FOREIGN):
        done = atoll_image("import", "--platform", wanted, "one", saved)
        assert done.returncode == 0, done.stderr
        assert (out / "one/rootfs/word").read_text() == FOREIGN
    done = atoll_image("import", "--platform", "linux/mips", "one", saved)
    assert done.returncode == 1 and "architecture linux/mips" in done.stderr
    assert f"there are: linux/s390x, linux/{HOST}, linux/{FOREIGN}" in done.stderr
    done = atoll_image("import", "--platform", "a/b/c/d", "one", saved)
    assert done.returncode == 2 and "is no platform" in done.stderr


def test_architectures_that_only_have_a_name_are_no_choice(atoll_image, out, tmp_path):
    """As docker save of one with containerd's store has the index, and one image."""
    saved = save_platforms(tmp_path / "t.tar", ["s390x", HOST, FOREIGN], absent=["s390x", FOREIGN])
    done = atoll_image("import", "one", saved)
    assert done.returncode == 0, done.stderr
    assert (out / "one/rootfs/word").read_text() == HOST


def test_variants_are_chosen_by_platform(atoll_image, out, tmp_path):
    blobs = Blobs()
    rows = [blobs.image(with_word(v, architecture="arm", variant=v)) for v in ("v6", "v7")]
    saved = write_tar(tmp_path / "t.tar", oci_entries(blobs, [blobs.index(rows)]))
    for wanted, word in [("linux/arm/v7", "v7"), ("linux/arm", "v6")]:
        done = atoll_image("import", "--platform", wanted, "one", saved)
        assert done.returncode == 0, done.stderr
        assert (out / "one/rootfs/word").read_text() == word


@pytest.mark.parametrize("kind", ["docker", "oci", "both"])
def test_an_image_for_another_architecture_is_refused(atoll_image, out, tmp_path, kind):
    image = with_word("foreign", architecture=FOREIGN)
    saved = save_several(tmp_path / "t.tar", kind, [image])
    done = atoll_image("import", "one", saved)
    assert done.returncode == 1 and "another architecture: linux/riscv64" in done.stderr
    assert f"this machine is linux/{HOST}" in done.stderr and "--platform" in done.stderr
    assert not (out / "one").exists()
    done = atoll_image("import", "--platform", f"linux/{FOREIGN}", "one", saved)
    assert done.returncode == 0, done.stderr


def elf(machine):
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, machine) + bytes(44)


def test_a_tar_for_another_architecture_is_refused(atoll_image, out, tmp_path):
    """It does not say so, but its programs do."""
    entries = [*BASE[:3], entry("bin/sh", content=elf(243), mode=0o755)]
    tar = write_tar(tmp_path / "t.tar", entries)
    done = atoll_image("import", "one", tar)
    assert done.returncode == 1 and "another architecture, riscv64" in done.stderr
    assert not (out / "one").exists()
    done = atoll_image("import", "--platform", "riscv64", "one", tar)
    assert done.returncode == 0 and "for riscv64: its programs do not start" in done.stdout
    assert "architecture riscv64" in atoll_image("audit", "one").stdout


# --- what builders write ----------------------------------------------------------


def kinds_of(tmp_path, entries):
    """The same files as a tar, and as a layer of docker's and of OCI's."""
    image = Saved([[*BASE, *entries]])
    return {"tar": write_tar(tmp_path / "tar", [*BASE, *entries]),
            "docker": docker_save(tmp_path / "docker", [image]),
            "oci": oci_archive(tmp_path / "oci", image)}


def assert_same(atoll_image, out, files, *args):
    """Each is imported, with the same digest; what was left out."""
    told = set()
    for kind, file in files.items():
        done = atoll_image("import", *args, kind, file)
        assert done.returncode == 0, done.stderr
        told.add("\n".join(x for x in done.stdout.splitlines() if x.startswith("left out")))
    assert len({r["sha256"] for r in rows_of(atoll_image).values()}) == 1
    [told] = told
    return told


def test_hard_links_are_as_their_builders_mean_them(atoll_image, out, tmp_path):
    """kaniko begins their targets with a slash; some are of links, some of nodes."""
    files = kinds_of(tmp_path, [
        entry("usr/bin/perl", content=b"perl"),
        link("usr/bin/perl5.36", "/usr/bin/perl", tarfile.LNKTYPE),
        link("usr/bin/l", "perl"),
        link("usr/bin/l2", "usr/bin/l", tarfile.LNKTYPE),
        entry("dev/null", tarfile.CHRTYPE, devmajor=1, devminor=3),
        link("dev/null2", "dev/null", tarfile.LNKTYPE),
    ])
    told = assert_same(atoll_image, out, files)
    assert told == "left out: dev/null: device node\nleft out: dev/null2: device node"
    for kind in files:
        found = out / kind / "rootfs/usr/bin"
        assert (found / "perl5.36").stat().st_ino == (found / "perl").stat().st_ino
        assert os.readlink(found / "l2") == "perl"
        assert (found / "l2").lstat().st_ino == (found / "l").lstat().st_ino


def test_a_hard_link_may_be_of_another_layer(atoll_image, out, tmp_path):
    layers = [[*BASE, entry("usr/a", content=b"x")], [link("usr/b", "/usr/a", tarfile.LNKTYPE)]]
    done = atoll_image("import", "one", docker_save(tmp_path / "t.tar", layers))
    assert done.returncode == 0, done.stderr
    root = out / "one/rootfs/usr"
    assert (root / "a").stat().st_ino == (root / "b").stat().st_ino


V2 = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)
CAPABILITIES = {
    "second": V2,
    "third": struct.pack("<6I", 0x03000001, 1 << 13, 0, 0, 0, 1000),
    "third, of root": struct.pack("<6I", 0x03000001, 1 << 13, 0, 0, 0, 0),
    "first": struct.pack("<3I", 0x01000001, 1 << 13, 0),
}


def with_capability(data):
    headers = {"SCHILY.xattr.security.capability": data.decode("utf-8", "surrogateescape")}
    return entry("bin/ping", content=b"x", mode=0o755, pax_headers=headers)


@pytest.mark.parametrize("version", CAPABILITIES)
def test_capabilities_are_those_of_the_sandboxs_root(atoll_image, out, tmp_path, version):
    """The third version, which builders without root write, names another root."""
    files = kinds_of(tmp_path, [with_capability(CAPABILITIES[version])])
    assert assert_same(atoll_image, out, files) == ""
    for kind in files:
        assert os.getxattr(out / kind / "rootfs/bin/ping", "security.capability") == V2


@pytest.mark.parametrize("data", [b"", b"\1\2\3", V2[:-4], b"\0\0\0\x05" + bytes(16)])
def test_what_is_no_capability_is_left_out(atoll_image, out, tmp_path, data):
    files = kinds_of(tmp_path, [with_capability(data)]) if data else {}
    for kind, file in files.items():
        done = atoll_image("import", kind, file)
        assert done.returncode == 0, done.stderr
        assert "left out: bin/ping: attribute security.capability" in done.stdout


def test_owners_that_no_sandbox_has_are_the_same_in_all(atoll_image, out, tmp_path):
    files = kinds_of(tmp_path, [
        entry("opt/npm", content=b"x", uid=1516583083, gid=20),
        entry("opt/su", content=b"x", uid=0, gid=100000, mode=0o6755),
    ])
    for kind, file in files.items():
        done = atoll_image("import", kind, file)
        assert done.returncode == 1 and "'opt/npm': owner 1516583083:20" in done.stderr
        assert "a sandbox has 0 to 65535 only; --map-owners" in done.stderr
    told = assert_same(atoll_image, out, files, "--map-owners")
    assert "opt/npm: owner 1516583083:20, it is 65534:20 now" in told
    for kind in files:
        npm, su = ((out / kind / "rootfs/opt" / n).stat() for n in ("npm", "su"))
        assert (npm.st_uid, npm.st_gid) == (65534, 20)
        assert (su.st_uid, su.st_gid, stat.S_IMODE(su.st_mode)) == (0, 65534, 0o755)


# --- what is hostile --------------------------------------------------------------

HOSTILE = {
    "a whiteout of what is above": [[*BASE], [entry("etc/.wh..")]],
    "a whiteout of what is further above": [[*BASE], [entry("etc/.wh...")]],
    "a whiteout of nothing": [[*BASE], [entry("etc/.wh.")]],
    "a hard link to the host": [[*BASE, link("out", "{outside}")],
                                [link("x", "out/secret", tarfile.LNKTYPE)]],
    "through a link that leads nowhere": [[*BASE, link("out", "/none")],
                                          [entry("out/x", content=b"x")]],
    "through a file": [[*BASE], [entry("etc/passwd/x", content=b"x")]],
    "through a loop": [[*BASE, link("a", "b"), link("b", "a")], [entry("a/x", content=b"x")]],
    "deeper than any path": [[*BASE, folder("n/" * 300), link("l", "n/" * 300)],
                             [folder("l/" + "m/" * 300)]],
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_layer_is_refused(atoll_image, out, tmp_path, attack):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("host's")
    for layer in HOSTILE[attack]:
        for member, _ in layer:
            member.linkname = member.linkname.replace("{outside}", str(outside))
    done = atoll_image("import", "one", docker_save(tmp_path / "t.tar", HOSTILE[attack]))
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert [p.name for p in outside.iterdir()] == ["secret"]
    assert (outside / "secret").stat().st_nlink == 1
    assert os.listdir(out) == [".lock"]


@pytest.mark.parametrize("target", ["{outside}", "../../../../../../../../{outside}"])
def test_links_of_layers_end_in_the_image(atoll_image, out, tmp_path, target):
    """What they lead to is removed and written there, if at all."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("host's")
    (outside / "folder").mkdir()
    inside = str(outside).lstrip("/")
    layers = [[*BASE, folder(inside), entry(f"{inside}/secret", content=b"image's"),
               link("out", target.replace("{outside}", str(outside)))],
              [entry("out/.wh.secret"), entry("out/new", content=b"x"), entry("out/.wh.folder")]]
    done = atoll_image("import", "one", docker_save(tmp_path / "t.tar", layers))
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(outside)) == ["folder", "secret"]
    assert os.listdir(out / "one/rootfs" / inside) == ["new"]


def changed(image, **fields):
    config = json.loads(image.configuration)
    config.update(fields)
    image.configuration = json.dumps(config).encode()
    return image


BROKEN = {
    "another layer": lambda: changed(Saved([BASE]), rootfs={"diff_ids": ["sha256:" + "0" * 64]}),
    "a layer too few": lambda: changed(Saved([BASE]), rootfs={"diff_ids": []}),
    "no layers": lambda: changed(Saved([BASE]), rootfs=None),
    "no configuration": lambda: changed(Saved([BASE]), rootfs=[1, 2]),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("write", [docker_save, oci_archive])
def test_what_contradicts_itself_is_refused(atoll_image, out, tmp_path, write, what):
    image = BROKEN[what]()
    saved = write(tmp_path / "t.tar", [image] if write is docker_save else image)
    done = atoll_image("import", "one", saved)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert not (out / "one").exists()


INDEXES = {
    "no JSON": b"{",
    "deep JSON": b'{"manifests":' + b"[" * 100000,
    "no manifests": b"{}",
    "a name that is a path": b'{"manifests":[{"digest":"sha256:../../../../etc/passwd"}]}',
    "nothing in it": b'{"manifests":[]}',
    "numbers": b'{"manifests":[1,2]}',
    "too long": b" " * (5 << 20),
}


@pytest.mark.parametrize("what", INDEXES)
@pytest.mark.parametrize("name", ["index.json", "manifest.json"])
def test_an_index_that_is_none_is_refused(atoll_image, out, tmp_path, name, what):
    files = [entry(name, content=INDEXES[what])]
    if name == "index.json":
        files.append(entry("oci-layout", content=b"{}"))
    done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", files))
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def test_a_blob_must_have_its_digest(atoll_image, out, tmp_path):
    blobs = Blobs()
    row = blobs.image(Saved([BASE]))
    for name in list(blobs.files):
        spoilt = {**blobs.files, name: blobs.files[name] + b" "}
        files = [entry(n, content=data) for n, data in spoilt.items()]
        index = json.dumps({"manifests": [row]}).encode()
        files += [entry("index.json", content=index), entry("oci-layout", content=b"{}")]
        done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", files))
        assert done.returncode == 1 and "has another digest" in done.stderr, done.stderr


def test_indexes_in_each_other_come_to_an_end(atoll_image, out, tmp_path):
    """Each names the next a thousand times: a thousand times a thousand ..."""
    blobs = Blobs()
    row = blobs.image(Saved([BASE], architecture=FOREIGN))
    for level in range(6):
        row = blobs.index([{**row, "annotations": {"org.opencontainers.image.ref.name": f"{i}"}}
                           for i in range(1000)])
    done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", oci_entries(blobs, [row])))
    assert done.returncode == 1 and "more than 1000 images" in done.stderr


@pytest.fixture
def read(tmp_path, monkeypatch):
    """An archive's bytes as atoll-image reads them; whether they were taken."""
    monkeypatch.syspath_prepend(str(g.ROOT / "images/lib"))
    archive, unpack = (importlib.import_module(name) for name in ("archive", "unpack"))
    failed = importlib.import_module("error").Failed

    def run(data):
        work, file = tmp_path / "work", tmp_path / "in"
        work.mkdir()
        file.write_bytes(data)
        limits = unpack.Limits(1 << 24, 1000)
        try:
            with archive.file_of(str(file), work, limits) as f:
                archive.unpack_any(f, work, limits)
            return True
        except failed:
            return False
        finally:
            shutil.rmtree(work)
            assert list(tmp_path.iterdir()) == [file]

    return run


def test_whatever_a_layer_is_it_is_unpacked_there_or_refused(read):
    """Its digests are right: a stranger's are."""
    chance, came = random.Random(1), {True: 0, False: 0}
    links = [link("a", "/usr"), link("b", "../../.."), link("etc/c", "/etc/passwd")]
    lower, upper = tar_bytes([*LAYERS[0], *links]), tar_bytes([
        entry("a/x", content=b"1"), entry("b/y", content=b"1"), entry("etc/.wh.c"),
        entry("a/.wh.lib"), entry("b/.wh..wh..opq"), *LAYERS[1]])
    for _ in range(150):
        image = Saved([lower, mutate(chance, upper)])
        came[read(tar_bytes(docker_entries([image])))] += 1
    assert min(came.values()) > 15, came


def test_whatever_an_index_is_it_is_read_or_refused(read, tmp_path):
    blobs = Blobs()
    rows = [blobs.image(with_word(a, architecture=a)) for a in ("s390x", HOST)]
    oci = tar_bytes(oci_entries(blobs, [blobs.index(rows)]))
    chance, came = random.Random(2), {True: 0, False: 0}
    seeds = [oci, tar_bytes(docker_entries(SEVERAL[:1]))]
    for _ in range(200):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 3)):
            at = data.find(b'{"', chance.randrange(len(data))) + chance.randrange(300)
            data[at % len(data)] = chance.choice(b'\0./0"[]{},:-9')
        came[read(bytes(data))] += 1
    assert came[True] > 3 and came[False] > 50, came


# --- the tools of others ----------------------------------------------------------


@functools.lru_cache
def has(*tools):
    return all(shutil.which(tool) for tool in tools)


@pytest.mark.skipif(not has("skopeo", "umoci"), reason="no skopeo and umoci")
def test_it_is_what_umoci_makes_of_it(atoll_image, out, tmp_path):
    saved = docker_save(tmp_path / "t.tar", LAYERS)
    skopeo = ["skopeo", "--insecure-policy", "copy", "-q", f"docker-archive:{saved}"]
    subprocess.run([*skopeo, f"oci:{tmp_path}/layout:x"], check=True)
    subprocess.run(["umoci", "unpack", "--image", f"{tmp_path}/layout:x", tmp_path / "bundle"],
                   check=True, capture_output=True)
    subprocess.run(["tar", "-C", tmp_path / "layout", "-cf", tmp_path / "oci.tar", "."], check=True)
    theirs = subprocess.run([g.ROOT / "images/digest", tmp_path / "bundle/rootfs"],
                            capture_output=True, text=True, check=True).stdout.strip()
    for name, file in (("one", saved), ("two", tmp_path / "oci.tar")):
        done = atoll_image("import", name, file)
        assert done.returncode == 0, done.stderr
        assert rows_of(atoll_image)[name]["sha256"] == theirs


@pytest.mark.skipif(not has("skopeo", "umoci"), reason="no skopeo and umoci")
@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_what_umoci_builds_is_read(atoll_image, out, tmp_path, form):
    """Its layers lack the blocks that end a tar."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    for words in (["init", "--layout", "l"], ["new", "--image", "l:x"],
                  ["insert", "--image", "l:x", root, "/"],
                  ["config", "--image", "l:x", "--config.env", "A=b", "--config.cmd", "id"]):
        subprocess.run(["umoci", *words], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "oci:l:x",
                    f"{form}:{tmp_path}/t.tar:lab:1"], cwd=tmp_path, check=True)
    done = atoll_image("import", "one", tmp_path / "t.tar")
    assert done.returncode == 0, done.stderr
    assert (out / "one/rootfs/etc/passwd").exists() and 'A = "b";' in done.stdout


@pytest.mark.parametrize("cut, taken", [(0, True), (512, False), (100, False)])
def test_a_layer_may_lack_its_end_but_not_more(atoll_image, out, tmp_path, cut, taken):
    last = tar_bytes([entry("last", content=b"x" * 1024)])[:512 + 1024]
    layer = tar_bytes(BASE)
    whole = layer[:layer.rindex(b"home/student") + 512] + last
    saved = docker_save(tmp_path / "t.tar", [Saved([whole[:len(whole) - cut]])])
    done = atoll_image("import", "one", saved)
    assert (done.returncode == 0) is taken, done.stderr
    assert taken or "in the middle" in done.stderr or "unexpected end" in done.stderr


@pytest.mark.skipif(not has("skopeo"), reason="no skopeo")
@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_what_skopeo_writes_is_read(atoll_image, out, tmp_path, form):
    saved = docker_save(tmp_path / "t.tar", LAYERS)
    subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", f"docker-archive:{saved}",
                    f"{form}:{tmp_path}/out.tar:lab:tag"], check=True)
    subprocess.run(["gzip", tmp_path / "out.tar"], check=True)
    done = atoll_image("import", "one", tmp_path / "out.tar.gz")
    assert done.returncode == 0, done.stderr
    assert_layers(out / "one/rootfs")
