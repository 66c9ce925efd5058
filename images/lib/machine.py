"""machine.py - for which machines an image is, in the words of OCI."""
import struct

from inside import Inside

# By e_machine of elf(5).
OF_ELF = {
    3: "386",
    8: "mips",
    20: "ppc",
    21: "ppc64le",
    22: "s390x",
    40: "arm",
    62: "amd64",
    183: "arm64",
    243: "riscv64",
    258: "loong64",
}
ALSO_CALLED = {"x86_64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm"}
# Any image has one of these, if it can be a lab's at all.
PROGRAMS = ("bin/sh", "bin/bash", "bin/busybox", "usr/bin/env", "usr/bin/dpkg", "sbin/init")


def of_program(path):
    """None: it is no ELF."""
    try:
        with open(path, "rb") as f:
            head = f.read(20)
    except OSError:
        return None
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return None
    (number,) = struct.unpack_from("<H" if head[5] == 1 else ">H", head, 18)
    return OF_ELF.get(number, f"ELF machine {number}")


def of_tree(inside: Inside):
    """What its programs are for; None: they do not say."""
    for program in PROGRAMS:
        if inside.is_program(program):
            if found := of_program(inside.find(program)):
                return found
    return None


def ours():
    return of_program("/proc/self/exe")


def plain(architecture):
    """One name for each, whoever wrote it."""
    name = str(architecture or "").lower()
    return ALSO_CALLED.get(name, name)
