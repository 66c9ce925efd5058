"""Programs that list network interfaces ask by a netlink socket, of which a sandbox may have
one kind only: all of them find the loopback and nothing else.  What the images lack is the
host's, by a mount."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import gateway as g

GO = r"""
package main

import ("fmt"; "net")

func main() {
    list, err := net.Interfaces()
    if err != nil { panic(err) }
    for _, i := range list {
        at, err := i.Addrs()
        if err != nil { panic(err) }
        fmt.Println(i.Name, at)
    }
}
"""
C = r"""
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>

int main(void)
{
    struct ifaddrs *list;

    if (getifaddrs(&list) == -1) {
        perror("getifaddrs");
        return 1;
    }
    for (; list != NULL; list = list->ifa_next)
        if (list->ifa_addr != NULL && list->ifa_addr->sa_family == AF_INET)
            printf("%s %x\n", list->ifa_name,
                ntohl(((struct sockaddr_in *)list->ifa_addr)->sin_addr.s_addr));
}
"""
JAVA = r"""
import java.net.*;
import java.util.*;

public class Interfaces {
    public static void main(String[] args) throws Exception {
        for (NetworkInterface i : Collections.list(NetworkInterface.getNetworkInterfaces()))
            System.out.println(i.getName() + " " + i.isLoopback() + " "
                + Collections.list(i.getInetAddresses()).contains(InetAddress.getByName("127.0.0.1")));
    }
}
"""
NODE = "for (const [k, v] of Object.entries(require('os').networkInterfaces())) console.log(k, v[0].address)"
PYTHON = "import socket; print(socket.if_nameindex())"


def needs(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"no {program} on this host to bring along")


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    brought = tmp_path_factory.mktemp("brought")
    brought.chmod(0o755)
    labs = {"box": {}, "brought": {"memory": "1G", "pids": 200, "mounts": [{"source": brought, "target": "/brought"}]}}
    if g.HAS_DEBIAN:
        # A Debian's /usr is all of it: the host's instead of the image's.
        etc = [{"source": d, "target": d} for d in ("/etc/java-17-openjdk", "/etc/alternatives") if Path(d).is_dir()]
        labs["dev"] = {"image": "debian-dev"}
        labs["host"] = {"image": "debian-dev", "memory": "1G", "pids": 200, "open_files": 4096, "mounts": [
            {"source": "/usr", "target": "/usr"}, {"source": brought, "target": "/mnt"}, *etc]}
    gateway = start_gateway(labs=labs)
    gateway.brought = brought
    return gateway


def host_lab():
    if not g.HAS_DEBIAN:
        pytest.skip(f"no image debian-dev in {g.IMAGES}, whose /usr the host's could be")


def test_ip(gw):
    assert "1: lo: <LOOPBACK,UP,LOWER_UP>" in gw.out("demo+box", "ip a")
    assert "inet 127.0.0.1/8" in gw.out("demo+box", "ip a")


def test_ip_of_iproute2(gw):
    host_lab()
    lines = gw.out("demo+dev", "ip -o a").splitlines()
    assert [line.split()[:4] for line in lines] == [["1:", "lo", "inet", "127.0.0.1/8"], ["1:", "lo", "inet6", "::1/128"]]


def test_go(gw):
    needs("go")
    (gw.brought / "go.go").write_text(GO)
    subprocess.run(["go", "build", "-o", gw.brought / "go", gw.brought / "go.go"], check=True,
                   env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GO111MODULE": "off"})
    assert gw.out("demo+brought", "/brought/go") == "lo [127.0.0.1/8 ::1/128]\n"


def test_c(gw):
    needs("cc")
    subprocess.run(["cc", "-static", "-Wall", "-Werror", "-o", gw.brought / "c", "-xc", "-"], input=C, text=True, check=True)
    assert gw.out("demo+brought", "/brought/c") == "lo 7f000001\n"


def test_java(gw):
    host_lab()
    needs("java", "javac")
    (gw.brought / "Interfaces.java").write_text(JAVA)
    subprocess.run(["javac", "-d", gw.brought, gw.brought / "Interfaces.java"], check=True)
    assert gw.out("demo+host", "java -Xmx64m -XX:-UsePerfData -cp /mnt Interfaces") == "lo true true\n"


def test_node(gw):
    host_lab()
    needs("node")
    assert gw.out("demo+host", f'node -e "{NODE}"') == "lo 127.0.0.1\n"


def test_python(gw):
    host_lab()
    assert gw.out("demo+dev", f'python3 -c "{PYTHON}"') == "[(1, 'lo')]\n"
