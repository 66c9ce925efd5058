"""configs/metrics: alert rules, a dashboard, and a real Prometheus that has both.

Grafana is no package of Debian: the dashboard's form is checked here, and that Prometheus
takes each of its questions; what it looks like in Grafana is not."""
import contextlib
import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until
from test_metrics import ask, free_port, needs_prometheus, web

pytestmark = [pytest.mark.quick, needs_prometheus]

FILES = g.ROOT / "configs/metrics"
ALERTS = FILES / "alerts.yml"
DASHBOARD = json.loads((FILES / "grafana.json").read_text())
TESTS = Path(__file__).with_name("alerts_test.yml")


def promtool(*args):
    done = subprocess.run(["promtool", *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def known():
    """Every name that a sample of ours may have."""
    rows = re.findall(r'METRIC\(\w+,\s*"(\w+)",\s*(\w+)', (g.ROOT / "gateway/wire/metrics.def").read_text())
    return {"up"} | {name + end for name, kind in rows
                     for end in (("_bucket", "_sum", "_count") if kind == "HISTOGRAM" else ("",))}


def names_in(text):
    return set(re.findall(r"\b(?:atoll_[a-z_]+|up)\b(?=[{\[) ]|$)", text))


def panels():
    return [p for p in DASHBOARD["panels"] if p["type"] != "row"]


def questions():
    """PromQL as Grafana sends it."""
    texts = [t["expr"] for p in panels() for t in p["targets"]]
    texts += [a["expr"] for a in DASHBOARD["annotations"]["list"]]
    for text in texts:
        yield text.replace("$__rate_interval", "1m").replace("$job", "atoll").replace("$instance", ".*")


# --- the rules -----------------------------------------------------------------


def test_the_rules_are_rules():
    assert "SUCCESS" in promtool("check", "rules", "--lint-fatal", ALERTS)


def test_each_alert_fires_for_its_reason_and_no_other(tmp_path):
    (tmp_path / "test.yml").write_text(TESTS.read_text().replace("RULES", str(ALERTS)))
    promtool("test", "rules", tmp_path / "test.yml")
    alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    text = TESTS.read_text()
    assert re.findall(r"(?m)^        alertname: (\w+)\n        exp_alerts:\n          - exp_labels", text) == alerts
    assert re.findall(r"alertname: (\w+), exp_alerts: \[\]", text) == alerts


def test_an_alert_that_does_not_fire_is_noticed(tmp_path):
    """The test above can fail."""
    broken = tmp_path / "alerts.yml"
    broken.write_text(ALERTS.read_text().replace("oldest_wait_seconds > 60", "oldest_wait_seconds > 600"))
    (tmp_path / "test.yml").write_text(TESTS.read_text().replace("RULES", str(broken)))
    done = subprocess.run(["promtool", "test", "rules", tmp_path / "test.yml"], capture_output=True, text=True)
    assert done.returncode != 0 and "AtollQueueLong" in done.stdout + done.stderr


def test_rules_and_dashboard_name_metrics_that_there_are():
    exprs = re.findall(r"(?m)^        expr: (.*)$", ALERTS.read_text())
    for text in [*exprs, *questions()]:
        assert names_in(text) and names_in(text) <= known(), text


def test_prometheus_sample_configuration_is_one(tmp_path):
    """But for where the package puts the rules."""
    text = (FILES / "prometheus.yml").read_text()
    installed = "/usr/share/atoll/metrics/alerts.yml"
    assert installed in text
    (tmp_path / "prometheus.yml").write_text(text.replace(installed, str(ALERTS)))
    promtool("check", "config", tmp_path / "prometheus.yml")


# --- the dashboard -------------------------------------------------------------


def test_the_dashboard_has_the_form_that_grafana_reads():
    assert DASHBOARD["schemaVersion"] >= 36 and DASHBOARD["title"] and DASHBOARD["uid"]
    variables = {v["name"] for v in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource", "job", "instance"}
    ids = [p["id"] for p in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for p in panels():
        assert p["type"] in ("timeseries", "stat", "gauge")
        assert p["title"] and p["fieldConfig"]["defaults"]["unit"]
        assert p["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [t["refId"] for t in p["targets"]]
        assert refs and len(refs) == len(set(refs))
        assert all('job="$job",instance=~"$instance"' in t["expr"] for t in p["targets"])


def test_panels_lie_side_by_side():
    taken = {}
    for p in DASHBOARD["panels"]:
        at = p["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), p["id"]) == p["id"], (p["title"], at)


# --- a real Prometheus -----------------------------------------------------------


@contextlib.contextmanager
def prometheus(folder, scraped):
    """One that has scraped the gateway; its API as a function."""
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text((FILES / "prometheus.yml").read_text()
                      .replace("/usr/share/atoll/metrics/alerts.yml", str(ALERTS))
                      .replace("127.0.0.1:9100", f"127.0.0.1:{scraped}").replace("15s", "1s"))
    log = (folder / "log").open("w")
    child = subprocess.Popen(
        [shutil.which("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
         f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"], stdout=log, stderr=log)

    def api(what, **query):
        url = f"http://127.0.0.1:{port}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=g.PATIENCE) as r:
            got = json.load(r)
        assert got["status"] == "success", got
        return got["data"]

    def is_up():
        with contextlib.suppress(OSError):
            found = api("query", query='up{job="atoll"}')["result"]
            return found and found[0]["value"][1] == "1"

    try:
        wait_until(is_up, "Prometheus has scraped", details=lambda: (folder / "log").read_text())
        yield api
    finally:
        child.terminate()
        child.wait(timeout=g.PATIENCE)
        log.close()


@pytest.mark.longer
def test_a_real_prometheus_scrapes_and_answers_the_dashboard(new_gateway, tmp_path):
    port = free_port()
    gw = new_gateway(**web(port))
    gw.out("demo", "true")
    gw.wait_no_sandbox()
    assert ask(gw, port=port)[0] == 200
    with prometheus(tmp_path, port) as api:
        for question in questions():
            api("query", query=question)
        [sample] = api("query", query='atoll_logins_total{method="key",outcome="ok"}')["result"]
        assert float(sample["value"][1]) == 1
        [group] = api("rules")["groups"]
        assert len(group["rules"]) == len(re.findall("- alert:", ALERTS.read_text()))
        wait_until(lambda: all(r["health"] == "ok" for r in api("rules")["groups"][0]["rules"]), "all were evaluated")
        told = api("metadata")
        assert told["atoll_sandbox_build_seconds"][0]["type"] == "histogram"
        assert api("alerts")["alerts"] == []
