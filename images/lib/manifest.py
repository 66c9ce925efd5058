"""manifest.py - manifest.conf of an image: what it is and where it came from.

What is written here is read back here; README.md describes the format."""
import gzip
import hashlib
import os
import re
import subprocess
import time
from pathlib import Path

from error import Failed

DIGEST = Path(__file__).resolve().parent.parent / "digest"
VALUE = re.compile(r'^\s*([a-z0-9_]+) = (?:"((?:[^"\\]|\\.)*)"|(\d+)L?);$')
PACKAGE = re.compile(r'^\t"([^" ]+) ([^"]*)",?$')
GROUP = re.compile(r"^([a-z]+) = [{(]$")


def read(version):
    """Its keys, source's among them, and packages; None without a manifest."""
    try:
        text = (version / "manifest.conf").read_text()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as e:
        raise Failed(f"{version}/manifest.conf: {e}") from None
    found, within = {"packages": []}, ""
    for line in text.splitlines():
        if m := GROUP.match(line):
            within = m[1]
        elif line in ("};", ");"):
            within = ""
        elif within in ("config", "lab"):
            continue  # for the gateway
        elif m := VALUE.match(line):
            found[m[1]] = int(m[3]) if m[3] else m[2]
        elif m := PACKAGE.match(line):
            found["packages"].append((m[1], m[2]))
    if not re.fullmatch("[0-9a-f]{64}", str(found.get("sha256", ""))):
        raise Failed(f"{version}/manifest.conf has no sha256 of 64 hex digits: make it anew")
    return found


def must_read(version):
    found = read(version)
    if found is None:
        raise Failed(
            f"{version} has no manifest.conf, so nothing can be said about what is"
            f" in it: import a tar of its rootfs"
        )
    return found


def listing_of(rootfs):
    """The lines that the digest is of."""
    done = subprocess.run([DIGEST, "-l", rootfs], capture_output=True)
    if done.returncode != 0:
        raise Failed(done.stderr.decode(errors="replace").strip())
    return done.stdout


def digest_of(listing):
    return hashlib.sha256(listing).hexdigest()


def letter(c):
    if c in '"\\':
        return "\\" + c
    if c.isprintable():
        return c
    return f"\\x{ord(c):02x}" if 0 < ord(c) < 0x20 or ord(c) == 0x7F else "?"


def text(value):
    """A string as libconfig writes it."""
    return '"' + "".join(map(letter, value)) + '"'


def member(key, value):
    """A line of a group: a string, or an array of them."""
    if isinstance(value, str):
        return f"\t{key} = {text(value)};"
    return f"\t{key} = [ {', '.join(map(text, value))} ];" if value else f"\t{key} = [ ];"


def group(name, members):
    return [f"{name} = {{", *(member(k, v) for k, v in members.items()), "};"]


def created():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch) if epoch else None))


def write(version, name, source, packages, groups=None):
    """Manifest and listing of a version whose rootfs is complete; the groups are
    what else is known, such as what its programs expect."""
    listing = listing_of(version / "rootfs")
    lines = listing.splitlines()
    parts = [
        f"name = {text(name)};",
        f"created = {text(created())};",
        *group("source", source),
        *(line for key, members in (groups or {}).items() for line in group(key, members)),
        f"sha256 = {text(digest_of(listing))};",
        f"files = {len(lines)};",
        f"bytes = {sum(int(line.split()[4]) for line in lines)}L;",
        "packages = (",
        ",\n".join("\t" + text(f"{p} {v}") for p, v in packages),
        ");",
    ]
    (version / "manifest.conf").write_text("\n".join(parts) + "\n")
    (version / "listing.gz").write_bytes(gzip.compress(listing, mtime=0))


def changes(version, wanted, listing):
    """What differs from the listing that was made with the manifest; None when
    that is not there any more."""
    try:
        kept = gzip.decompress((version / "listing.gz").read_bytes())
    except (OSError, EOFError):
        return None
    if digest_of(kept) != wanted:
        return None
    before = {line.split()[7]: line for line in kept.decode().splitlines()}
    now = {line.split()[7]: line for line in listing.decode().splitlines()}
    told = [f"removed: {p}" for p in before.keys() - now.keys()]
    told += [f"added: {p}" for p in now.keys() - before.keys()]
    told += [f"changed: {p}" for p in before.keys() & now.keys() if before[p] != now[p]]
    return sorted(told)
