"""atolld as a service: what the service manager is told."""
import socket

import pytest

import gateway as g

pytestmark = pytest.mark.quick


@pytest.fixture(params=["a file", "an abstract name"])
def manager(request, tmp_path, monkeypatch):
    """A socket that NOTIFY_SOCKET names, in both of the ways there are."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        if request.param == "a file":
            path = tmp_path / "notify"
            s.bind(str(path))
            path.chmod(0o666)  # the monitor has given root up by then
            for folder in list(path.parents)[:-2]:
                folder.chmod(0o755)
            monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        else:
            s.bind(f"\0{tmp_path}")
            monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path}")
        s.settimeout(g.PATIENCE)
        yield s


def test_the_manager_is_told_when_connections_are_accepted(manager, new_gateway):
    gw = new_gateway()
    assert manager.recv(100) == b"READY=1"
    socket.create_connection((gw.address, gw.port)).close()
    gw.stop()
    assert manager.recv(100) == b"STOPPING=1"


def test_a_manager_that_does_not_listen_is_no_reason_to_stop(new_gateway, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    gw = new_gateway()
    gw.wait_log("service manager was not told")
    gw.stop()
