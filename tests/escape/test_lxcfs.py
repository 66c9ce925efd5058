"""Files of lxcfs in a sandbox are no way out: the same attempts, with the same answers."""
import pytest

import lxcfs
import probe

pytestmark = pytest.mark.skipif(lxcfs.missing() is not None, reason=str(lxcfs.missing()))
# It is the sandbox's, and without a path of the host.
SHOWN = {"files: read /proc/swaps": "works"}


@pytest.mark.parametrize("profile, lab", [("user", {}), ("root", {"user": "root"})])
def test_every_attempt_is_answered_as_without_it(new_gateway, tmp_path, profile, lab):
    served = lxcfs.Lxcfs(tmp_path / "served").start()
    try:
        gw = new_gateway(labs={"box": {"procfs": "sandbox", **lab}}, lxcfs=served.at)
        answers = probe.run(gw, "demo+box")
        gw.stop()
    finally:
        served.end()
    table = probe.table()
    assert answers["files: read /proc/swaps"] == SHOWN["files: read /proc/swaps"]
    differ = {name: (got, table[name][0][profile]) for name, got in answers.items()
              if got not in (table[name][0][profile], "untried", SHOWN.get(name))
              and not (got == "ENOENT" and name.startswith("files: "))}
    assert not differ and len(answers) == len(table)
