"""The page of a report, in a browser: on a narrow screen, by keyboard, and without a single request."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_command import conformance

pytestmark = pytest.mark.slow

SMALL = Path(__file__).parent / "small"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: Tells the page that frames it what can only be seen from inside.
SPY = """<script>setTimeout(() => {
  const open = document.querySelector("details[open]"), links = [...document.querySelectorAll("td a")];
  parent.postMessage(JSON.stringify({
    width: document.documentElement.scrollWidth,
    requests: performance.getEntriesByType("resource").length,
    open: open && open.id,
    focused: document.activeElement.tagName,
    reachable: links.length && links.every(link => link.tabIndex === 0 && document.getElementById(link.hash.slice(1))),
    commands: document.querySelector("details[open]").innerText.includes("anywasm conformance --engine"),
  }), "*");
}, 200);</script>"""
FRAME = """<!doctype html><iframe src="spied.html#%s" style="width:%dpx;height:800px;border:0"></iframe><p></p>
<script>addEventListener("message", event => { document.querySelector("p").textContent = event.data; });</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    conformance("--suite", SMALL, "--only", "good.wast", "--only", "bad.wast", "--out", folder)
    return folder / "report.html"


def test_it_stands_alone(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<(?:link|img|script|iframe)[^>]*\s(?:src|href)=\"(?!data:)", text)
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("width", [390, 1366])
def test_in_a_browser(page: Path, width: int, tmp_path: Path) -> None:
    if BROWSER is None:
        pytest.skip("there is no Chromium")
    engine = json.loads((page.parent / "summary.json").read_text())["engines"][0]["engine"]
    (tmp_path / "spied.html").write_text(page.read_text().replace("</body>", f"{SPY}</body>"))
    (tmp_path / "frame.html").write_text(FRAME % (f"{engine}--3.0", width))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    options += ["--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1366,844"]
    options += ["--virtual-time-budget=5000", "--dump-dom"]
    command = [BROWSER, *options, f"file://{tmp_path / 'frame.html'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    told = re.search(r"<p>(\{.*?\})</p>", done.stdout, re.DOTALL)
    assert told is not None, done.stdout[-500:] + done.stderr[-500:]
    seen = json.loads(html.unescape(told[1]))
    assert seen["width"] <= width
    assert seen["requests"] == 0
    assert seen["open"] == f"{engine}--3.0"
    assert seen["focused"] == "SUMMARY"
    assert seen["reachable"]
    assert seen["commands"]
