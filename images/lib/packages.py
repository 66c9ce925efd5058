"""packages.py - what an image's own package manager says is in it."""
from inside import release_of


class Package:
    def __init__(self, kind, name, version, architecture):
        self.kind, self.name, self.version = kind, name, version
        self.architecture = architecture


def paragraphs(text, separator):
    """Blocks of "Key: value" lines, as dicts; continuation lines are left out."""
    for block in text.split("\n\n"):
        fields = {}
        for line in block.splitlines():
            key, found, value = line.partition(separator)
            if found and not line.startswith((" ", "\t")):
                fields.setdefault(key, value.strip())
        if fields:
            yield fields


def dpkg(inside):
    for p in paragraphs(inside.text("var/lib/dpkg/status"), ":"):
        if p.get("Status", "").endswith(" installed"):
            yield Package("deb", p.get("Package"), p.get("Version"), p.get("Architecture"))


def apk(inside):
    for p in paragraphs(inside.text("lib/apk/db/installed"), ":"):
        if "P" in p:
            yield Package("apk", p["P"], p.get("V", ""), p.get("A", ""))


def of_tree(inside, told=()):
    """What the recipe told is all there is to know without a package manager."""
    found = [*dpkg(inside), *apk(inside)]
    found = found or [Package("generic", name, version, "") for name, version in told]
    return sorted((p for p in found if p.name), key=lambda p: p.name)


def suite(inside):
    release = release_of(inside)
    name = release.get("NAME", "").removesuffix(" GNU/Linux")
    return " ".join(filter(None, [name, release.get("VERSION_CODENAME")])) or "none"
