"""A headless Chromium, driven by the W3C's WebDriver protocol: nothing but the standard library and Debian's chromedriver."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = "the pages are not opened in a browser: chromium and chromedriver are not installed here"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-prefers-reduced-motion",
    ),
)
SECONDS = 20
OPENER = build_opener(ProxyHandler({}))


class Browser:
    """One window of one session."""

    def __init__(self, base: str) -> None:
        options = {"args": list(FLAGS), "binary": CHROMIUM}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self._base = base
        self._session = (
            self._base + "/session/" + self._call("/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        )

    def open(self, page: Path, fragment: str = "") -> None:
        """Open a page and wait until its script has begun and unpacked all it has."""
        self._command("url", {"url": "about:blank"})
        self._command("url", {"url": page.as_uri() + fragment})
        end = time.monotonic() + SECONDS
        while not self.run("return document.documentElement.dataset.ready === 'yes'"):
            assert time.monotonic() < end, "the page does not become ready"
            time.sleep(0.02)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script in the page returns."""
        return self._command("execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script: str, *arguments: Any) -> Any:
        """What a script hands to the function that is its last argument."""
        return self._command("execute/async", {"script": script, "args": list(arguments)})

    def resize(self, width: int, height: int) -> None:
        """The window to a size."""
        self._command("window/rect", {"width": width, "height": height})

    def scheme(self, name: str) -> None:
        """Light or dark."""
        media = {
            "features": [
                {"name": "prefers-color-scheme", "value": name},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]
        }
        self._command("goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": media})

    def complaints(self) -> list[str]:
        """What the console was told since it was asked last."""
        return [entry["message"] for entry in self._command("se/log", {"type": "browser"})]

    def close(self) -> None:
        """End the session."""
        with OPENER.open(Request(self._session, method="DELETE"), timeout=SECONDS):
            pass

    def _command(self, name: str, body: dict[str, Any]) -> Any:
        return self._call(self._session.removeprefix(self._base) + "/" + name, body)

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        request = Request(self._base + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with OPENER.open(request, timeout=SECONDS * 3) as answer:
            return json.load(answer)["value"]


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a profile of its own, gone afterwards."""
    assert DRIVER is not None, "there is a driver"
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "TMPDIR": home}
        driver = subprocess.Popen(
            [DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        try:
            window = Browser(_address(driver))
            try:
                yield window
            finally:
                window.close()
        finally:
            driver.terminate()
            driver.wait(SECONDS)


def _address(driver: subprocess.Popen[str]) -> str:
    """Where the driver listens: it says the port that it found."""
    assert driver.stdout is not None, "the driver speaks"
    for line in driver.stdout:
        if "successfully on port " in line:
            return f"http://127.0.0.1:{line.rsplit('on port ', 1)[1].strip(' .' + chr(10))}"
    raise AssertionError("the driver does not start")
