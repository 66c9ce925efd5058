"""choice.py - which of the images in an archive is meant."""
import machine
from error import Failed

SHOWN_MAX = 20


def is_called(image, wanted):
    """By its whole name, the end of one that is at a border, or its id."""
    if wanted.removeprefix("sha256:") and image.id.startswith(
        ("sha256:" + wanted.removeprefix("sha256:"))
    ):
        return len(wanted.removeprefix("sha256:")) >= 6
    for name in image.names:
        for border in ("", "/", ":"):
            if name == wanted or (border and name.endswith(border + wanted)):
                return True
        if name in (wanted + ":latest",) or name.endswith("/" + wanted + ":latest"):
            return True
    return False


def title(image):
    return image.names[0] if image.names else image.id[:19]


def listed(words):
    words = list(dict.fromkeys(words))
    more = f" and {len(words) - SHOWN_MAX} more" if len(words) > SHOWN_MAX else ""
    return ", ".join(words[:SHOWN_MAX]) + more


def fits(image, platform):
    """linux/arm64 is also linux/arm64/v8."""
    return image.platform == platform or image.platform.startswith(platform + "/")


def named(images, wanted):
    if wanted is None:
        return images
    found = [i for i in images if is_called(i, wanted)]
    if not found:
        raise Failed(
            f"no image {wanted} in it; there are: {listed(title(i) for i in images)}"
        )
    return found


def for_platform(images, platform):
    ours = f"linux/{machine.ours()}"
    found = [i for i in images if fits(i, platform or ours)]
    if platform is None:
        # Whose configuration does not say is looked at when it is unpacked.
        found = found or [i for i in images if "/" not in i.platform]
    if found:
        return found
    there = listed(i.platform for i in images)
    if platform is not None:
        raise Failed(f"no image for the architecture {platform} in it; there are: {there}")
    raise Failed(
        f"it is for another architecture: {there}; this machine is {ours}."
        f"  Save or build the one for {ours}, or take it all the same, for other"
        " machines, with --platform"
    )


def choose(images, wanted, platform):
    """One of them, or what to say to have one."""
    found = for_platform(named(images, wanted), platform)
    names = set(found[0].names)
    others = [
        i for i in found if i.group != found[0].group and not names & set(i.names)
    ]
    if others:
        there = listed(title(i) for i in found)
        raise Failed(f"several images are in it: {there}: --image chooses one")
    return found[0]
