"""Set-id bits and file capabilities on files that students can leave for others."""
import os
import shutil
import subprocess

import pytest

import gateway as g
from privileged import KINDS, compile_show, place_inside, reads


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    return compile_show(tmp_path_factory.mktemp("program"))


def place(show, path, kind):
    """A copy that may do more than who runs it, where that counts."""
    shutil.copy(show, path)
    os.chown(path, 0, 0)
    if kind == "set-uid":
        os.chmod(path, 0o4755)
    else:
        subprocess.run([show, path, kind], check=True)


def on_the_host(program):
    """As nobody."""
    done = subprocess.run([program], capture_output=True, text=True, user=65534, group=65534,
                          extra_groups=[], cwd="/")
    assert done.returncode == 0, done
    return reads(done.stdout)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handin")
    folder.chmod(0o1777)
    for parent in folder.parents:  # nobody must be able to run what is in it
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    with g.nosuid(folder):
        yield folder


@pytest.fixture(scope="module")
def gw(start_gateway, shared):
    mounts = [{"source": shared, "target": "/srv/in", "writable": True}]
    kept = {"home": "persistent", "home_disk": "24M", "home_inodes": 500}
    return start_gateway(accounts=["demo", "eve"], labs={
        "box": {"mounts": mounts},
        "root": {"user": "root", "mounts": mounts},
        "home": kept,
        "roots": {**kept, "user": "root"},
    })


@pytest.mark.parametrize("kind", KINDS)
def test_where_bits_count_such_a_program_gets_more(show, kind, tmp_path_factory):
    """Else the tests below would prove nothing."""
    folder = tmp_path_factory.mktemp("counts")
    for parent in (folder, *folder.parents):
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    place(show, folder / "show", kind)
    uid, capabilities = on_the_host(folder / "show")
    assert uid == "0" or capabilities != 0


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_writable_mount_it_gets_nothing_from_them(gw, shared, show, kind):
    place(show, shared / "show", kind)
    try:
        assert on_the_host(shared / "show") == ("65534", 0)
        assert reads(gw.out("eve+box", "/srv/in/show")) == ("1000", 0)
    finally:
        (shared / "show").unlink()


@pytest.mark.parametrize("kind", KINDS)
def test_what_root_of_a_sandbox_leaves_gives_the_next_student_nothing(gw, shared, show, kind):
    shutil.copy(show, shared / "plain")
    gw.out("demo+root", f"cd /srv/in && cp plain show && {place_inside(kind)}")
    try:
        if kind == "set-uid":
            assert os.stat(shared / "show").st_mode & 0o7777 == 0o6755
        else:
            assert "security.capability" in os.listxattr(shared / "show")
        assert reads(gw.out("eve+box", "/srv/in/show")) == ("1000", 0)
        assert on_the_host(shared / "show") == ("65534", 0)
    finally:
        (shared / "show").unlink()
        (shared / "plain").unlink()


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_home_that_is_kept_it_gets_nothing_from_them(gw, show, kind):
    """The account's labs share it: root of one leaves what the user of another
    runs."""
    gw.out("demo+home", "rm -f show && cat >show && chmod 755 show", stdin=show.read_bytes(),
           text=False)
    gw.wait_no_sandbox()
    gw.out("demo+roots", place_inside(kind))
    if kind == "set-uid":
        assert gw.out("demo+home", "stat -c %u:%a show") == "0:6755\n"
    assert reads(gw.out("demo+home", "./show")) == ("1000", 0)
