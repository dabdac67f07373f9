"""The Dagster UI in a real browser: the graph is there, and a domain backfill works."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ToyProject

CHROMIUM = shutil.which("chromium")
ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOCATION = "qmirror_assets.assets.definitions"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ui(toy_project: ToyProject) -> Iterator[tuple[ToyProject, str]]:
    assert toy_project.qmirror("build", str(toy_project.recipe)).returncode == 0
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "qmirror_assets.cli", "ui", "--port", str(port)],
        cwd=toy_project.project, env=toy_project.environment, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{url}/server_info"), 120)
        yield toy_project, url
    finally:
        server.terminate()
        server.wait(timeout=60)
        assert not answers(f"{url}/server_info"), "no orphan keeps the port"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(1)


def ask(url: str, query: str) -> dict:
    request = urllib.request.Request(
        f"{url}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.loads(reply.read())["data"]


def partitions_of(url: str, asset: list[str]) -> list[str]:
    path = json.dumps(asset)
    data = ask(
        url,
        f"{{assetNodeOrError(assetKey:{{path:{path}}}){{... on AssetNode{{"
        "assetPartitionStatuses{... on DefaultPartitionStatuses{materializedPartitions}}}}}",
    )
    return sorted(data["assetNodeOrError"]["assetPartitionStatuses"]["materializedPartitions"])


@pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: install Debian's chromium to run the UI tests",
)
def test_backfill_of_a_new_domain(ui: tuple[ToyProject, str]) -> None:
    from playwright.sync_api import sync_playwright

    project, url = ui
    project.seeds(alpha=12, beta=8, gamma=5)
    ARTIFACTS.mkdir(exist_ok=True)
    assert partitions_of(url, ["toy", "final"]) == ["alpha", "beta"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{url}/assets/toy/intake")
        page.get_by_role("button", name="Materialize").first.click()
        wait_for(lambda: "gamma" in keys_of(url), 120)
        page.goto(f"{url}/locations/{LOCATION}/asset-groups/toy__stages")
        page.get_by_role("button", name="Materialize all").click()
        page.get_by_role("button", name="Missing", exact=True).click()
        page.screenshot(path=ARTIFACTS / "ui-backfill.png")
        page.get_by_role("button", name=re.compile("^Launch")).click()
        wait_for(lambda: partitions_of(url, ["toy", "final"]) == ["alpha", "beta", "gamma"], 240)
        page.goto(f"{url}/assets/toy/final?view=partitions")
        page.get_by_text("gamma").first.wait_for()
        page.screenshot(path=ARTIFACTS / "ui-partitions.png")
        browser.close()
    assert (ARTIFACTS / "ui-backfill.png").stat().st_size > 10_000


def keys_of(url: str) -> list[str]:
    data = ask(
        url,
        '{assetNodeOrError(assetKey:{path:["toy","final"]}){... on AssetNode{partitionKeys}}}',
    )
    return list(data["assetNodeOrError"]["partitionKeys"])
