"""capability.py - the attribute that gives a program capabilities.

Of the kernel's versions the third names whose root they are for, as builders
without root write it: a root that no sandbox has.  The second is for the root of
where the file is, which is what both mean here.
"""
import struct

NAME = "security.capability"
EFFECTIVE = 1
VERSIONS = {1 << 24: "<3I", 2 << 24: "<5I", 3 << 24: "<6I"}  # with their length


def for_sandboxes(data):
    """The attribute as a sandbox can have it; None for what is none."""
    if len(data) < 4:
        return None
    (magic,) = struct.unpack_from("<I", data)
    form = VERSIONS.get(magic & ~EFFECTIVE)
    if form is None or len(data) != struct.calcsize(form):
        return None
    sets = struct.unpack(form, data)[1:5]
    sets += (0,) * (4 - len(sets))  # the first had no upper halves
    return struct.pack("<5I", 2 << 24 | magic & EFFECTIVE, *sets)
