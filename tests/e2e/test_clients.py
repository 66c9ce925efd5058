"""Every client logs in, runs a command, has a terminal and moves a file."""
import os
import re
import subprocess
import warnings

import pytest

import gateway as g

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of ciphers that we do not use
    import clients

pytestmark = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)

results = {}


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        connections_per_account=20,
        labs={"dev": {"image": "debian-dev", "memory": "512M", "disk": "256M", "pids": 200,
                      "command": ["/bin/bash", "-l"], "linger": "1m"}},
    )


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    made = {}

    def folder(client):
        if client not in made:
            made[client] = tmp_path_factory.mktemp(client.__name__)
        return made[client]

    return folder


@pytest.mark.parametrize("verb", clients.VERBS)
@pytest.mark.parametrize("client", clients.ALL, ids=lambda c: c.__name__)
def test_a_client(gw, folder_of, client, verb):
    results[client, verb] = False
    getattr(client(gw, folder_of(client)), verb)()
    results[client, verb] = True


def test_jsch_of_old_says_that_no_algorithm_is_common(gw, tmp_path):
    """It knows key exchanges with SHA-1 and over the curves of NIST only: the README
    says so.  When this fails because it gets in, the README is to say that."""
    jar = "/usr/share/java/jsch.jar"
    subprocess.run(["ecj", "-proc:none", "-17", "-d", tmp_path, "-cp", jar,
                    g.ROOT / "tests/e2e/Jsch.java"], check=True, capture_output=True)
    since = len(gw.lines)
    done = subprocess.run(["java", "-cp", f"{tmp_path}:{jar}", "Jsch", str(gw.port), clients.USER,
                           clients.PASSWORD, "true"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 255, done
    assert re.fullmatch(r"JSch 0\.1\.5\d: Algorithm negotiation fail\n", done.stderr)
    gw.wait_log("session says: .*no key exchange was agreed", since)


def release():
    with open("/etc/os-release") as f:
        return re.search(r'VERSION_ID="?(\d+)', f.read()).group(1)


def test_the_table_of_the_readme_is_what_came_of_it():
    if len(results) < len(clients.ALL) * len(clients.VERBS):
        pytest.skip("not every client was tried")
    text = clients.table(results)
    report = g.BUILD / "reports/clients.md"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(text)
    if os.environ.get("ATOLL_TEST_README") == "write":
        readme = (g.ROOT / "README.md").read_text()
        readme = re.sub(r"(<!-- clients -->\n).*(<!-- /clients -->)",
                        lambda m: m.group(1) + text + m.group(2), readme, flags=re.S)
        (g.ROOT / "README.md").write_text(readme)
    if release() != "12":
        pytest.skip(f"the README has the versions of Debian 12; here: {report}")
    shown = re.search(r"<!-- clients -->\n(.*)<!-- /clients -->", (g.ROOT / "README.md").read_text(), re.S)
    assert shown.group(1) == text, f"{report} is not what README.md has: ATOLL_TEST_README=write"
