"""'atoll terminals' of a sandbox whose init was taken over."""
import pytest

import gateway as g
from builds import change, compile_programs, copy_tree

pytestmark = pytest.mark.longer


@pytest.fixture(scope="module")
def flood(tmp_path_factory):
    """An init that says its rows for ever, with nonsense in them, and no end."""
    tree = tmp_path_factory.mktemp("flood") / "tree"
    copy_tree(tree)
    requests = tree / "sandbox/init/terminal_requests.c"
    change(requests, r"^(\tm\.terminal\.state = ).*$", r"\1 77;", 1)
    change(requests, r"^(\tm\.terminal\.since = ).*$", r"\1 UINT64_MAX;", 1)
    change(requests, r"for \(size_t i = 0; i < n; i\+\+\) \{\n\t\tif \(!tell_row\((.*)\)\)\n\t\t\treturn;",
           r"for (size_t i = 0; n > 0; i = 0) {\n\t\tif (!tell_row(\1))\n\t\t\tcontinue;", 1)
    return compile_programs(tree, "init")


def test_an_init_that_says_rows_for_ever_ends_its_sandbox_alone(start_gateway, flood, tmp_path_factory):
    gw = start_gateway(libexec_dir=g.replace(tmp_path_factory.mktemp("libexec") / "x", **flood),
                       accounts=["demo", "other"], labs={"box": {"linger": "5m", "reattach": True}})
    other = gw.shell("other+box")
    gw.shell("demo+box")
    done = gw.atoll("terminals", "--json", "demo+box")
    assert done.returncode == 1
    assert "the sandbox has ended" in done.stdout + done.stderr
    assert other.run("echo $((20 + 22))")[0] == "42\n"
    assert gw.status()["sandboxes"] == 1
