"""image_signers: labs run images that somebody vouches for, and no others."""
import os
import subprocess

import pytest

import gateway as g

pytestmark = pytest.mark.longer


def atoll_image(folder, *args):
    done = subprocess.run(
        [g.ATOLL_IMAGE, "-d", folder, *args],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "ATOLL_IMAGE_SYNC": "no",
            "PATH": f"{g.BUILD}:{os.environ['PATH']}",
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def signed(images, tmp_path, keys):
    """A directory of images with a signed busybox, and who may sign."""
    folder = tmp_path / "images"
    folder.mkdir()
    subprocess.run(["cp", "-a", images / "busybox", folder], check=True)
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(
        f"other@example.org {g.Keys.public(keys.stranger)}\n"
        f'teacher@example.org namespaces="atoll-image" {g.Keys.public(keys.student)}\n'
    )
    atoll_image(folder, "sign", "busybox", "-k", keys.student)
    return folder


@pytest.fixture
def gateway(new_gateway, signed):
    def make(**how):
        signers = signed.parent / "allowed_signers"
        return new_gateway(start=False, image_dir=signed, image_signers=signers, **how)

    return make


def assert_refused(gw, *texts):
    done = gw.check()
    assert done.returncode == 1
    for text in (f"{gw.labs_dir}/box.conf:1: image busybox", *texts):
        assert text in done.stderr, done.stderr


def test_a_signed_image_is_served(gateway):
    gw = gateway(labs={"box": {}, "other": {}})
    assert gw.check().returncode == 0
    gw.start()
    assert gw.ssh("demo+other", "echo in").stdout == "in\n"


def test_an_unsigned_image_is_refused_with_line_and_cure(gateway, signed):
    (signed / "busybox/manifest.conf.sig").unlink()
    assert_refused(gateway(), "it is not signed", "atoll-image sign it")


def test_a_signature_by_somebody_else_is_refused(gateway, signed, keys, tmp_path):
    stranger = g.Keys.make(tmp_path / "third")
    atoll_image(signed, "sign", "busybox", "-k", stranger)
    assert_refused(gateway(), f"not a good one by anybody in {tmp_path}/allowed_signers")


def test_a_signature_of_another_purpose_is_refused(gateway, signed, keys):
    """The first signer may sign anything, the second images only: files of
    theirs are no images."""
    manifest = (signed / "busybox/manifest.conf").read_bytes()
    made = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", keys.stranger, "-n", "file"],
        input=manifest,
        capture_output=True,
        check=True,
    )
    (signed / "busybox/manifest.conf.sig").write_bytes(made.stdout)
    assert_refused(gateway(), "not a good one")


@pytest.mark.parametrize(
    "change",
    [
        lambda image: (image / "manifest.conf").open("a").write("\n"),
        lambda image: (image / "manifest.conf.sig").write_text("rubbish"),
        lambda image: (image / "manifest.conf.sig").write_bytes(b""),
    ],
    ids="manifest signature empty".split(),
)
def test_what_was_changed_after_signing_is_refused(gateway, signed, change):
    change(signed / "busybox")
    assert_refused(gateway(), "not a good one")


def test_a_signature_is_of_one_name(gateway, signed):
    """Another image's good signature does not do."""
    os.rename(signed / "busybox", signed / "other")
    gw = gateway(labs={"box": {"image": "other"}})
    done = gw.check()
    assert done.returncode == 1 and 'lacks name = "other"' in done.stderr


def test_an_image_made_by_hand_is_refused(gateway, signed):
    for name in ("manifest.conf", "manifest.conf.sig"):
        (signed / "busybox" / name).unlink()
    assert_refused(gateway(), "no manifest.conf, so nobody can have signed it", "atoll-image")


def test_every_lab_is_told(gateway, signed):
    (signed / "busybox/manifest.conf.sig").unlink()
    done = gateway(labs={"box": {}, "other": {}}).check()
    assert done.stderr.count("it is not signed") == 2


def test_a_file_of_signers_that_is_missing_is_told_where_it_stands(gateway, signed):
    signers = signed.parent / "allowed_signers"
    signers.unlink()
    done = gateway().check()
    assert done.returncode == 1
    assert f"image_signers {signers}: No such file" in done.stderr
    assert "atoll.conf:" in done.stderr


def test_a_version_is_signed_before_it_takes_its_place(gateway, signed, keys):
    gw = gateway().start()
    how = ["-f", "-k", keys.student, "-s", gw.run_dir / "admin.sock"]
    said = atoll_image(signed, "build", *how, "busybox")
    assert "reloaded: new sandboxes get this version" in said
    assert gw.ssh("demo", "echo on").stdout == "on\n"
    done = subprocess.run(
        [g.ATOLL_IMAGE, "-d", signed, "build", "-f", "-k", signed / "no-key", "busybox"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "not signed with" in done.stderr
    assert gw.check().returncode == 0


def test_a_reload_with_an_unsigned_image_changes_nothing(gateway, signed):
    gw = gateway().start()
    (signed / "busybox/manifest.conf.sig").unlink()
    refused = gw.atoll("reload")
    assert refused.returncode == 1 and "it is not signed" in refused.stderr
    assert gw.ssh("demo", "echo on").stdout == "on\n"
