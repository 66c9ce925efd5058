"""solve: a program that solves the lab, with which lab check tests the lab's check."""
import os
import re
import shutil
import subprocess

import pytest

import gateway as g

pytestmark = [
    pytest.mark.quick,
    pytest.mark.skipif(os.geteuid() != 0, reason="sandboxes are root's to start"),
]

# It also finds what lab check would leave of solve.
CHECK = """#!/bin/sh
[ ! -e /dev/shm/solve ] || echo points 0/1 left over
[ -e "$ATOLL_HOME/one" ] && echo points 1/1 one || echo points 0/1 one
[ -e "$ATOLL_HOME/two" ] && echo points 1/1 two || echo points 0/1 two
"""


@pytest.fixture
def lab(tmp_path, images):
    """Make a lab with these programs, and check it."""
    tmp_path.chmod(0o755)
    (tmp_path / "site.conf").write_text(f'image_dir = "{images}";\n')

    def make(program, check=CHECK, **options):
        for name, text in ("s.check", check), ("s.solve", program):
            if text is not None:
                (tmp_path / name).write_text(text)
                (tmp_path / name).chmod(0o755)
                options.setdefault(name[2:], name)
        (tmp_path / "s.conf").write_text(g.settings({"image": "busybox", "open": True, **options}))
        return subprocess.run([g.BUILD / "atoll", "-c", "site.conf", "lab", "check", "s.conf"],
                              cwd=tmp_path, capture_output=True, text=True, timeout=120)

    return make


def test_it_is_run_as_the_student_between_two_checks(lab):
    done = lab("#!/bin/sh -e\nid -un >one\n[ -z \"$ATOLL_SECRET\" ]; [ \"$(pwd)\" = ~ ]; ! read x\n"
               "cat one >two; [ \"$(cat two)\" = student ]; [ \"$(umask)\" = 0022 ]\n")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert re.search(r"s.conf: ok: a sandbox starts in \d+ ms; check gives 0 of 2 points, and"
                     " 2 of 2 after solve\n", done.stdout)


def test_a_lab_without_one_is_told_what_nobody_tested(lab):
    done = lab(None)
    assert done.returncode == 0
    assert "and check runs; without solve nothing has tested whether it sees" in done.stdout


LARGE = "#!/bin/sh\ntouch one two\nexit\n" + "# as large as it may be\n" * 170000


@pytest.mark.parametrize(
    "solve",
    [
        pytest.param("#!/bin/sh\ntouch one two; sleep 1000 &\n", id="background"),
        pytest.param("#!/bin/sh\ntouch one two; yes | head -c 300000 >&2\n", id="loud"),
        pytest.param(LARGE, id="large"),
    ],
)
def test_what_must_not_hold_it_up(lab, solve):
    done = lab(solve)
    assert done.returncode == 0 and "2 of 2 after solve" in done.stdout, done


@pytest.mark.parametrize(
    "solve, options, said",
    [
        pytest.param("touch one", {}, ["s.conf: check after solve: 1/1 one\n",
                     "s.conf: check after solve: 0/1 two\n",
                     "s.conf: after solve check gives 1 of 2 points, and must give all: what it says"
                     " is above"], id="half"),
        pytest.param("echo no way >&2; exit 3", {}, ["s.conf: solve: no way\n",
                     "s.conf: solve ended with status 3, and must end with 0: what it printed"],
                     id="status"),
        pytest.param("kill -9 $$", {}, ["s.conf: solve ended with status 137"], id="signal"),
        pytest.param("echo thinking; sleep 100", {"solve_time": "1s"}, ["s.conf: solve: thinking\n",
                     "s.conf: solve is not over within solve_time, 1 s: "], id="time"),
        pytest.param("", {"check": "#!/bin/sh\n"}, ["s.conf: check gives all points, 1 of 1, before"
                     " solve has run: it must look at what students do"], id="all points"),
        pytest.param("touch one; echo x >two; kill -9 -1", {}, ["s.conf: solve"], id="all killed"),
    ],
)
def test_what_is_wrong_is_told_with_what_was_printed(lab, solve, options, said):
    done = lab(f"#!/bin/sh\n{solve}\n", **options)
    assert done.returncode == 1 and "s.conf: ok" not in done.stdout, done
    for line in said:
        assert line in done.stderr


@pytest.mark.parametrize(
    "solve, options, said",
    [
        ("no program", {}, r's.conf:4: solve = ".*/s.solve" is no program: it must be'),
        ("#!/bin/none\n", {}, r's.conf:4: solve = ".*": image busybox has no /bin/none'),
        (None, {"solve": "gone"}, r's.conf:3: solve = ".*/gone": No such file'),
        ("#!/bin/sh\n", {"check": None}, r"s.conf:3: solve without check: nothing would say"),
        ("#!/bin/sh\n", {"solve_time": "2h"}, r"s.conf:3: solve_time = .*outside 1s..1h"),
    ],
    ids=["text", "interpreter", "missing", "no check", "time"],
)
def test_what_is_no_solve_is_refused_with_its_line(lab, solve, options, said):
    done = lab(solve, **options)
    assert done.returncode == 1 and done.stdout == "", done
    assert re.search(said, done.stderr), done.stderr


def test_a_mount_does_not_show_it(lab, tmp_path):
    (tmp_path / "shown").mkdir()
    shutil.copy("/bin/true", tmp_path / "shown/s.solve")
    done = lab(None, solve="shown/s.solve", user="student",
               mounts=[{"source": str(tmp_path / "shown"), "target": "/shown"}])
    assert done.returncode == 1
    assert re.search(r"s.conf:\d+: mount source .*/shown holds .*/s.solve \(solve\), which no"
                     " sandbox may see", done.stderr), done.stderr


def test_a_student_never_has_it(new_gateway):
    """The builder does not know of it: root of the sandbox has setup and check alone."""
    gw = new_gateway(start=False, labs={"box": {"check": "box.check", "solve": "box.solve"}})
    for name in "box.check", "box.solve":
        (gw.labs_dir / name).write_text("#!/bin/sh\n")
        (gw.labs_dir / name).chmod(0o755)
    gw.start()
    gw.shell()
    [init] = gw.inits()
    assert os.listdir(f"/proc/{init}/root/.atoll-lab") == ["check"]
