"""Fixtures: what every test against a gateway needs."""
import os
import subprocess

import pytest

import gateway as g


def pytest_collection_modifyitems(config, items):
    """A gateway needs root; what is slow is not quick, whatever its module is."""
    chosen = config.option.markexpr
    left_out = {"quick": ("longer", "slow"), "quick or longer": ("slow",)}.get(chosen, ())
    slow = [i for i in items if any(map(i.get_closest_marker, left_out))]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [i for i in items if i not in slow]
    for item in items:
        if "start_gateway" not in item.fixturenames and "new_gateway" not in item.fixturenames:
            continue
        if os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="atolld must be started as root"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the logs of the gateways that ran meanwhile."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for gw in g.live:
            report.sections.append((f"log of {gw.folder.name}", "\n".join(gw.lines[-30:])))


@pytest.fixture(autouse=True)
def close_terminals():
    """Nobody stays connected longer than their test."""
    yield
    while g.terminals:
        g.terminals.pop().close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    return g.Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def images():
    """The image directory, with busybox in it."""
    done = subprocess.run(
        [g.ROOT / "images/build", "-d", g.IMAGES, "busybox"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return g.IMAGES


@pytest.fixture
def out(tmp_path):
    """An image directory with nothing in it."""
    return tmp_path / "out"


@pytest.fixture
def atoll_image(out):
    """atoll-image in that directory; it need not outlive a loss of power."""

    def run(*args, **extra):
        return subprocess.run(
            [g.ATOLL_IMAGE, "-d", out, *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "ATOLL_IMAGE_SYNC": "no", **extra},
        )

    return run


class Factory:
    """Makes gateways, and ends those that a test left running."""

    def __init__(self, tmp_path_factory, keys):
        self.tmp_path_factory, self.keys = tmp_path_factory, keys
        self.made = []

    def __call__(self, start=True, **how):
        gw = g.Gateway(self.tmp_path_factory.mktemp("gw") / "a", self.keys, **how)
        self.made.append(gw)
        return gw.start() if start else gw

    def end(self):
        trouble = []
        for gw in self.made:
            try:
                if gw.child is not None and gw.child.poll() is None:
                    gw.stop()
            except AssertionError as e:
                trouble.append(str(e))
            finally:
                gw.end_by_force()
        assert not trouble, "\n".join(trouble)


@pytest.fixture(scope="module")
def start_gateway(tmp_path_factory, keys, images):
    """For a gateway that the tests of a module share."""
    factory = Factory(tmp_path_factory, keys)
    yield factory
    factory.end()


@pytest.fixture
def new_gateway(tmp_path_factory, keys, images):
    """For a gateway of one test's own."""
    factory = Factory(tmp_path_factory, keys)
    yield factory
    factory.end()
