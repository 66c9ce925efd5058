"""The terminal emulator in the page is the one of its package, unchanged."""
import base64
import hashlib
import shutil
import subprocess
import tarfile

import pytest

import gateway as g

FOLDER = g.ROOT / "gateway/web/page/xterm"


def said():
    """Package, integrity, and for each file: its sum, name here and name there."""
    lines = [line.split() for line in (FOLDER / "SOURCE").read_text().splitlines()]
    one = {words[0]: words[1:] for words in lines if words and words[0] in ("package", "integrity")}
    return one["package"], one["integrity"][0], [words[1:] for words in lines if words and words[0] == "sha256"]


@pytest.mark.quick
def test_each_file_is_the_one_that_was_taken():
    _, _, files = said()
    assert {name for _, name, _ in files} | {"SOURCE"} == {p.name for p in FOLDER.iterdir()}
    for digest, name, _ in files:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_it_is_what_the_package_has(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("there is no npm: install the package npm")
    (package, version), integrity, files = said()
    try:
        done = subprocess.run(["npm", "pack", "--silent", "--fetch-retries=0", "--fetch-timeout=10000", f"{package}@{version}"],
                              cwd=tmp_path, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                              env={**g.client_environment(HOME=str(tmp_path)), "npm_config_cache": str(tmp_path / "cache")})
    except subprocess.TimeoutExpired:
        pytest.skip("the registry of npm does not answer in 20 s")
    if done.returncode != 0:
        pytest.skip(f"the registry of npm cannot be reached: {done.stderr[-200:]}")
    packed = tmp_path / done.stdout.strip()
    kind, _, digest = integrity.partition("-")
    assert base64.b64encode(hashlib.new(kind, packed.read_bytes()).digest()).decode() == digest
    with tarfile.open(packed) as tar:
        for _, name, there in files:
            assert tar.extractfile(f"package/{there}").read() == (FOLDER / name).read_bytes()
