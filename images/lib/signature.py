"""signature.py - who vouches for an image: ssh-keygen -Y over its manifest.

The manifest holds the digest of the tree, so a signature of the one is a
signature of the other once verify has compared them."""
import os
import subprocess

from error import Failed

NAMESPACE = "atoll-image"  # gateway/loader/signature.c has it, too


def keygen(args, data):
    try:
        return subprocess.run(["ssh-keygen", *map(str, args)], input=data, capture_output=True)
    except FileNotFoundError:
        raise Failed("no ssh-keygen: apt install openssh-client") from None


def why(done):
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"ssh-keygen ended with status {done.returncode}"


def sign(version, key):
    done = keygen(
        ["-q", "-Y", "sign", "-f", key, "-n", NAMESPACE],
        (version / "manifest.conf").read_bytes(),
    )
    if done.returncode != 0 or not done.stdout:
        raise Failed(f"not signed: {why(done)}")
    new = version / ".manifest.conf.sig"
    new.write_bytes(done.stdout)
    os.replace(new, version / "manifest.conf.sig")


def signer_of(version, allowed):
    """The principal in the allowed_signers file whose good signature it has."""
    signature = version / "manifest.conf.sig"
    if not os.access(allowed, os.R_OK):
        raise Failed(f"{allowed}: cannot be read")
    if not signature.exists():
        raise Failed(
            f"image {version.name} is not signed: atoll-image sign {version.name} -k KEY"
        )
    found = keygen(["-Y", "find-principals", "-s", signature, "-f", allowed], b"")
    for principal in found.stdout.decode(errors="replace").splitlines():
        done = keygen(
            ["-Y", "verify", "-f", allowed, "-I", principal]
            + ["-n", NAMESPACE, "-s", signature],
            (version / "manifest.conf").read_bytes(),
        )
        if done.returncode == 0:
            return principal
        bad = why(done)
    if found.stdout:
        raise Failed(f"image {version.name}: the signature is not good: {bad}")
    raise Failed(
        f"image {version.name}: nobody in {allowed} made its signature, see ssh-keygen(1),"
        " ALLOWED SIGNERS"
    )
