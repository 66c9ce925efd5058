"""The host runs short of memory that no control group counts: one sandbox is ended at a
time, and the right one.  The builder is the real one; what it reads as /proc/meminfo is
told by the test, since a host that is really short ends more than a test."""
import os
import re
import shutil
import subprocess

import pytest

import gateway as g

pytestmark = pytest.mark.skipif(g.SANITIZED, reason="the sanitizers want to be loaded first")

LIBRARY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

FILE *
fopen(const char *path, const char *mode)
{
    FILE *(*real)(const char *, const char *) = (FILE *(*)(const char *, const char *))dlsym(RTLD_NEXT, "fopen");

    if (strcmp(path, "/proc/meminfo") != 0)
        return real(path, mode);
    FILE *looks = real(FOLDER "/looks", "a");
    if (looks != NULL) {
        fputc('x', looks);
        fclose(looks);
    }
    return real(FOLDER "/meminfo", mode);
}
"""
LOOK = 3  # numbers, each read by itself
PROBE = g.BUILD / "escape/probe"
LAB = {"memory": "1G", "pids": 32, "disk": "400M", "inodes": 2000, "open_files": 64}


class Host:
    """What the builder is told, and how often it asked."""

    def __init__(self, folder):
        self.folder = folder

    def has(self, available, kernel):
        """MiB of 16000."""
        text = "".join(f"{key}: {mib << 10} kB\n" for key, mib in
                       (("MemTotal", 16000), ("MemAvailable", available), ("SUnreclaim", kernel)))
        (self.folder / "new").write_text(text)
        os.replace(self.folder / "new", self.folder / "meminfo")

    def wait_looked_at(self):
        looks = self.folder / "looks"
        before = looks.stat().st_size if looks.exists() else 0
        g.wait_until(lambda: looks.exists() and looks.stat().st_size >= before + 3 * LOOK, "the builder looked")


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host")
    folder.chmod(0o755)
    host = Host(folder)
    host.has(available=8000, kernel=1000)
    return host


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory, host):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    library = host.folder / "meminfo.so"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f'-DFOLDER="{host.folder}"', "-o", library,
                    "-xc", "-"], input=LIBRARY, text=True, check=True)
    libexec = g.replace(tmp_path_factory.mktemp("short") / "libexec")
    (libexec / "atoll-builder").write_text(
        f'#!/bin/sh\nLD_PRELOAD={library} exec {g.BUILD}/atoll-builder "$@"\n')
    shown = tmp_path_factory.mktemp("shown")
    shown.chmod(0o755)
    shutil.copy(PROBE, shown)
    lab = {**LAB, "mounts": [{"source": shown, "target": "/bombs"}]}
    return start_gateway(labs={"box": lab}, accounts=["large", "steady", "grower"], libexec_dir=libexec)


def hold(gw, account, command, word):
    """A client that runs it and stays."""
    client = gw.ssh_start(f"{account}+box", f"{command}; sleep 600")
    assert client.stdout.readline().split()[:2] == word.split()
    return client


def fill_with_locks(gw, account):
    """8 MiB of them, of the 256 that a sandbox with 1G may have."""
    return hold(gw, account, "/bombs/probe bomb locks", "met EMFILE")


def test_who_grew_is_ended_before_who_is_large(gw, host):
    clients = [hold(gw, "large", "head -c 104857600 /dev/zero >/tmp/large; echo is there", "is there"),
               fill_with_locks(gw, "steady")]
    host.has(available=8000, kernel=1100)  # the kernel has more: locks are looked at
    host.wait_looked_at()
    clients.append(fill_with_locks(gw, "grower"))
    host.has(available=500, kernel=8000)
    said = re.compile(r"host short of memory: ended account=(\w+) lab=box, which (.*): (\d+)M; "
                      r"available=500M kernel=8000M total=16000M")
    g.wait_until(lambda: len(said.findall("\n".join(gw.lines))) == 3, "all three are ended", timeout=30,
                 details=lambda: gw.tail)
    gw.wait_no_sandbox()
    (first, why, mib), second, third = said.findall("\n".join(gw.lines))
    assert (first, why) == ("grower", "grew most in memory that is not counted") and 7 <= int(mib) <= 9
    assert second[:2] == ("steady", "holds most memory that is not counted")
    assert third[:2] == ("large", "is the largest") and int(third[2]) >= 100
    for client in clients:
        client.kill()
        client.communicate()


def test_where_programs_have_the_memory_nobody_is_ended_for_the_kernel(gw, host):
    host.has(available=500, kernel=3000)
    told = len(gw.lines)
    client = hold(gw, "steady", "echo is there", "is there")
    host.wait_looked_at()
    assert [seat["account"] for seat in gw.ls()] == ["steady"]
    assert "host short" not in "\n".join(gw.lines[told:])
    client.kill()
    client.communicate()
