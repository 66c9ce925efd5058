"""Labs of steps: lab, next, back, hint, check; a check that nobody asked for; what survives."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from gateway import BUILD, ROOT, wait_until

TEXT_1 = """# Make a file

Make the file **one** in your home, as in this line, which is long enough to be wrapped at eighty columns:

```sh
touch ~/one   # a line of code that is never wrapped, however wide or narrow the terminal of a student may be
```
"""
HINTS = """`touch` makes files.
---
```
touch one
---
```
---
The last hint.
"""
CHECK = """#!/bin/sh
echo "looked for {name} in step $ATOLL_STEP"
test -e "$ATOLL_HOME/{name}"
"""


def write_files(gw):
    gw.labs_dir.joinpath("one.md").write_text(TEXT_1)
    gw.labs_dir.joinpath("read.md").write_text("Just *read* this.\x1b[2J\n")
    gw.labs_dir.joinpath("three.md").write_text("Make the file three.\n")
    gw.labs_dir.joinpath("one.hints").write_text(HINTS)
    for name in "one", "three":
        gw.labs_dir.joinpath(f"{name}.check").write_text(CHECK.format(name=name))
    gw.labs_dir.joinpath("walk.setup").write_text(
        "#!/bin/sh\necho \"step $ATOLL_STEP\" >/etc/began\n")


STEPS = ({"title": "Make a file", "text_file": "one.md", "check": "one.check",
          "hint_file": "one.hints"},
         {"title": "Read", "text_file": "read.md"},
         {"title": "Make another", "text_file": "three.md", "check": "three.check"})
WALK = {"steps": STEPS, "setup": "walk.setup", "linger": "5m"}


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(
        start=False, labs={"walk": WALK, "plain": {}},
        accounts=["ann", "bob", "cid", "dan", "eve", "fay", "gil"], connections_per_account=30)
    write_files(gw)
    gw.start()
    return gw


def lab(gw, who, words="", status=0):
    done = gw.ssh(f"{who}+walk", f"lab {words}")
    assert done.returncode == status, done
    return done.stdout


FIRST = """\
Step 1 of 3: Make a file
========================

Make a file
===========

Make the file **one** in your home, as in this line, which is long enough to be
wrapped at eighty columns:

```
touch ~/one   # a line of code that is never wrapped, however wide or narrow the terminal of a student may be
```

'lab check' says whether it is done. 'lab hint' shows hint 1 of 3.
"""


def test_a_walk(gw):
    assert lab(gw, "ann") == FIRST
    assert lab(gw, "ann", "next", 1) == (
        "looked for one in step 1\n"
        "Step 1 is not done yet, and the next is closed until it is."
        " 'lab hint' shows hint 1 of 3.\n")
    assert lab(gw, "ann", "back", 1) == "This is the first step: there is none before.\n"
    assert lab(gw, "ann", "check", 1) == (
        "looked for one in step 1\nStep 1 is not done yet. 'lab hint' shows hint 1 of 3.\n")
    gw.out("ann+walk", "touch one")
    assert lab(gw, "ann", "check") == "looked for one in step 1\nDone: 'lab next' goes on.\n"
    # Without a check one goes on; its control characters do no harm.
    assert lab(gw, "ann", "next") == (
        "Step 2 of 3: Read\n=================\n\nJust *read* this.\\x1b[2J\n\n"
        "'lab next' goes on.\n")
    assert lab(gw, "ann", "check", 1) == (
        "There is nothing to check in this step: 'lab next' goes on.\n")
    assert lab(gw, "ann", "hint", 1) == "This step has no hint.\n"
    assert lab(gw, "ann", "next").startswith("Step 3 of 3: Make another\n")
    # Back, and forward to what was reached; what is done stays so.
    assert lab(gw, "ann", "back").startswith("Step 2 of 3")
    gw.out("ann+walk", "rm one")
    assert lab(gw, "ann", "back").endswith("\nDone: 'lab next' goes on.\n")
    assert lab(gw, "ann", "next").startswith("Step 2 of 3")
    assert lab(gw, "ann", "next").startswith("Step 3 of 3")
    # Who has done it need not ask for the check.
    gw.out("ann+walk", "touch three")
    assert lab(gw, "ann", "next", 1) == "This is the last step: 2 of 2 are done.\n"
    assert lab(gw, "ann").endswith("\nThis is the last step: 2 of 2 are done.\n")
    out = gw.atoll("--csv", "results", "walk").stdout
    assert re.search(r'^"ann","walk",2,2,', out, re.M), out


def test_hints_come_one_at_a_time(gw):
    assert lab(gw, "bob", "hint 2", 1) == "Hint 2 comes after hint 1: 'lab hint' shows that.\n"
    assert lab(gw, "bob", "hint") == (
        "Hint 1 of 3\n===========\n\n`touch` makes files.\n\n")
    assert lab(gw, "bob", "hint") == (
        "Hint 2 of 3\n===========\n\n```\ntouch one\n---\n```\n\n")
    assert lab(gw, "bob", "hint 1").startswith("Hint 1 of 3\n")
    assert lab(gw, "bob", "hint").startswith("Hint 3 of 3\n")
    assert lab(gw, "bob", "hint", 1) == (
        "There are 3 hints in this step, and you have seen all:"
        " 'lab hint 1' shows the first again.\n")
    assert "There are 3 hints in this step: " in lab(gw, "bob", "hint 9", 1)
    assert lab(gw, "bob", "hint x", 2) == ""


def test_results_are_by_step_with_the_hints_that_were_seen(gw):
    gw.out("gil+walk", "lab hint; lab hint; touch one; lab check")
    wait_until(lambda: '"gil"' in gw.atoll("--csv", "results", "--steps", "walk").stdout, "kept")

    def hints():
        rows = json.loads(gw.atoll("--json", "results", "--steps", "walk").stdout)
        return [[(s["name"], s["points"], s["hints"]) for s in r["steps"]]
                for r in rows if r["account"] == "gil"][0]

    wait_until(lambda: hints() == [("Make a file", 1, 2), ("Make another", 0, 0)], "kept",
               details=lambda: str(hints()))
    out = gw.atoll("--csv", "results", "--steps", "walk").stdout
    assert out.startswith("account,lab,best_points,best_most,hints,")
    assert '"gil","walk",1,2,2,1,0\n' in out, out


def test_a_lab_without_steps_has_none(gw):
    done = gw.ssh("ann+plain", "lab")
    assert done.returncode == 2 and done.stderr.startswith("usage: lab COMMAND\n")
    for word in "next", "back", "hint":
        done = gw.ssh("ann+plain", f"lab {word}")
        assert (done.returncode, done.stdout) == (1, "This lab has no steps.\n")


def test_it_says_by_itself_that_a_step_is_done(gw):
    t = gw.shell("cid+walk")
    t.run("touch one")
    t.expect(r"atoll: step 1 of 3 is done: Make a file \('lab next' goes on\)")
    assert lab(gw, "cid").endswith("\nDone: 'lab next' goes on.\n")
    out = gw.atoll("--csv", "results", "walk").stdout
    assert re.search(r'^"cid","walk",1,2,', out, re.M), out


def test_where_one_is_survives_reset_crash_and_upgrade(gw):
    gw.out("dan+walk", "touch one; lab next; lab hint; lab next")
    assert lab(gw, "dan").startswith("Step 3 of 3")
    # A fresh sandbox has nothing of the files; setup is told the step.
    old = gw.out("dan+walk", "cat /etc/began")
    assert old == "step 1\n"
    gw.wait_log("account=dan .*checked points=1 most=2")
    time.sleep(0.2)
    assert gw.ssh("dan+walk", "lab reset -y").returncode != 0
    assert lab(gw, "dan").startswith("Step 3 of 3")
    assert gw.out("dan+walk", "cat /etc/began; ls") == "step 3\n"
    assert lab(gw, "dan", "back").startswith("Step 2 of 3")
    assert gw.atoll("upgrade").returncode == 0
    assert lab(gw, "dan").startswith("Step 2 of 3")
    os.kill(gw.monitor, signal.SIGKILL)
    wait_until(lambda: gw.ssh("dan+walk", "true").returncode == 0, "the gateway serves again")
    assert lab(gw, "dan", "next").startswith("Step 3 of 3")


def test_colours_are_for_terminals(gw):
    def shown(environment, columns=80):
        t = gw.terminal("eve+walk", f"export {environment}; lab", cols=columns)
        return t.end()[0].replace("\r\n", "\n")

    coloured = shown("TERM=xterm")
    assert "\033[1mMake a file\033[0m\n" in coloured
    assert "\033[36mtouch ~/one   # a line of code" in coloured and "```" not in coloured
    for plain in "TERM=dumb", "TERM=xterm NO_COLOR=1":
        out = shown(plain)
        assert out == FIRST
    narrow = shown("TERM=xterm", 30)
    words = narrow.split("\n\n")[2].splitlines()
    assert len(words) == 4 and all(len(w) <= 30 + len("\033[1m\033[0m") for w in words), narrow
    assert "however wide or narrow the terminal of a student may be" in narrow


# --- what a lab file may say ------------------------------------------------------


@pytest.mark.parametrize("change, errors", [
    ({0: {"title": " "}}, ["step 1: title is empty: say in a few words what to do"]),
    ({0: {"title": None}}, ["title"]),
    ({0: {"title": "a\tb"}}, ['step 1: title = "a\\\\x09b" has control characters']),
    ({2: {"title": "Read"}}, ['step 3: title = "Read" is that of step 2, too']),
    ({0: {"text_file": "none.md"}}, ['step 1: text_file = ".*none.md": No such file']),
    ({1: {"text_file": "big.md"}}, ['step 2: text_file = ".*big.md" is longer than 32K']),
    ({1: {"text_file": "latin.md"}}, ['step 2: text_file = ".*latin.md" is no text in UTF-8']),
    ({0: {"hint_file": "blank.md"}}, ['step 1: hint_file = ".*blank.md" is empty']),
    ({0: {"check": "one.md"}}, ['check = ".*one.md" is no program']),
    ({0: {"check": "none.check"}}, ['check = ".*none.check": No such file']),
    ({1: {"solve": "one.check"}}, ["step 2: solve without check"]),
    ({0: {"colour": "red"}}, ["unknown option colour"]),
])
def test_an_error_has_its_line(gw, change, errors):
    steps = [{k: v for k, v in dict(s, **change.get(i, {})).items() if v is not None}
             for i, s in enumerate(STEPS)]
    for name, text in {"big.md": "x" * 33000, "latin.md": "\xe4", "blank.md": " \n"}.items():
        gw.labs_dir.joinpath(name).write_bytes(text.encode("latin-1"))
    check_lab(gw, {"steps": steps}, errors)


def check_lab(gw, lab, errors):
    gw.write_lab("wrong", lab)
    try:
        done = gw.check()
    finally:
        gw.labs_dir.joinpath("wrong.conf").unlink()
    assert done.returncode == 1
    for error in errors:
        assert re.search(rf"wrong\.conf:\d+: {error}", done.stderr), done.stderr


def test_an_error_of_all_steps(gw):
    check_lab(gw, {"steps": STEPS, "check": "one.check"}, ["check and steps are both given"])
    many = [{"title": f"step {i}", "text_file": "one.md"} for i in range(33)]
    check_lab(gw, {"steps": many}, ["steps has 33 steps; at most 32"])
    gw.labs_dir.joinpath("large").write_bytes(b"#!/bin/sh\n" + b"#" * (3 << 20))
    two = [{"title": f"step {i}", "text_file": "one.md", "check": "large"} for i in range(2)]
    check_lab(gw, {"steps": two}, ["steps: their files are 614.K together; at most 4096K"])


# --- atoll lab check --------------------------------------------------------------

SOLVE = "#!/bin/sh\ntouch ~/{name}\n"


def lab_check(gw, steps):
    gw.write_lab("tried", {"steps": steps})
    try:
        return subprocess.run([BUILD / "atoll", "-c", gw.config_file, "lab", "check",
                               gw.labs_dir / "tried.conf"], capture_output=True, text=True)
    finally:
        gw.labs_dir.joinpath("tried.conf").unlink()


def test_lab_check_solves_step_by_step(gw):
    for name in "one", "three":
        gw.labs_dir.joinpath(f"{name}.solve").write_text(SOLVE.format(name=name))
    one, read, three = STEPS
    solved = ({**one, "solve": "one.solve"}, read, {**three, "solve": "three.solve"})
    done = lab_check(gw, solved)
    assert done.returncode == 0, done
    assert "; 2 of its 3 steps have a solve, and check sees it\n" in done.stdout
    # The solve of another step; a check that is blind; none at all.
    done = lab_check(gw, (solved[0], read, {**three, "solve": "one.solve"}))
    assert done.returncode == 1
    assert "step 3: its check does not pass after solve" in done.stderr, done
    done = lab_check(gw, (solved[0], {**solved[0], "title": "Twice"}))
    assert done.returncode == 1
    assert "step 2: its check passes before solve has run" in done.stderr, done
    done = lab_check(gw, STEPS)
    assert done.returncode == 0
    assert "note: step 1 has no solve: nothing has tested it" in done.stdout, done
    # Nobody finds it in a sandbox.
    assert "solve" not in gw.out("fay+walk", "ls -R /.atoll-lab 2>&1; ls /dev/shm")


def test_the_ported_scenario_of_the_page(gw):
    """atoll-steps(7): its lab file, with files made as it says."""
    page = (ROOT / "configs/atoll-steps.7").read_text()
    text = re.search(r"(?s)So the lab file is\n\.Bd -literal\n(.*?)\.Ed", page).group(1)
    check = re.search(r"(?s)a sentence takes its place:\n\.Bd -literal\n(.*?)\.Ed", page).group(1)
    files = gw.labs_dir / "files"
    files.mkdir()
    (files / "setup").write_text("#!/bin/sh\ntouch /var/dont-need-this.png\n")
    for name in "intro", "1", "2", "3", "finish":
        (files / f"{name}.md").write_text("Text.\n")
    for number, (condition, solution) in enumerate((
            (None, "touch /root/my-new-file"),
            ("grep -q amazing /etc/my-second-file", "echo amazing >/etc/my-second-file"),
            ("! stat /var/dont-need-this.png >/dev/null 2>&1", "rm /var/dont-need-this.png")), 1):
        (files / f"{number}.check").write_text(check if condition is None
                                               else f"#!/bin/sh\n{condition}\n")
        (files / f"{number}.solve").write_text(f"#!/bin/sh -e\n{solution}\n")
        (files / f"{number}.hints").write_text(f"```\n{solution}\n```\n")
    lab = gw.labs_dir / "files.conf"
    lab.write_text(text.replace("debian-dev", "busybox"))
    try:
        done = subprocess.run([BUILD / "atoll", "-c", gw.config_file, "lab", "check", lab],
                              capture_output=True, text=True)
    finally:
        lab.unlink()
    assert done.returncode == 0, done
    assert "; 3 of its 5 steps have a solve, and check sees it\n" in done.stdout
