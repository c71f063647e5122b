# SPDX-License-Identifier: BSD-2-Clause
"""A browser without a window, by the DevTools protocol over two pipes: messages of JSON with a zero behind each."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TIME_LIMIT = 60
SKIPPED = 77


def find():
    for name in NAMES:
        if shutil.which(name):
            return name
    print(f"skipped: no browser is here; install the package {NAMES[0]}")
    sys.exit(SKIPPED)


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, answers = os.pipe(), os.pipe()

        def connect():  # the browser reads from 3 and writes to 4
            ends = [os.dup(fd) for fd in (commands[0], answers[1])]
            for number, fd in zip((3, 4), ends):
                os.dup2(fd, number)

        # As root there is no sandbox; what is opened here is our own page.
        self.process = subprocess.Popen(
            [find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
             "--no-first-run", "--disable-background-networking", f"--user-data-dir={self.profile.name}", "about:blank"],
            preexec_fn=connect, close_fds=False, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.profile.name})
        os.close(commands[0])
        os.close(answers[1])
        self.to, self.answers = commands[1], answers[0]
        self.events, self.pending, self.number, self.session = [], b"", 0, None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)  # and the processes that it started
        self.process.wait()
        os.close(self.to)
        os.close(self.answers)
        self.profile.cleanup()

    def read(self):
        while b"\0" not in self.pending:
            part = os.read(self.answers, 1 << 16)
            if not part:
                sys.exit(f"the browser ended with status {self.process.wait()}")
            self.pending += part
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while (answer := self.read()).get("id") != self.number:
            self.events.append(answer)
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path, width=1280, height=900):
        """What was loaded, and what went wrong while it was."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.events = []
        self.ask("Page.navigate", url=path.as_uri())
        end = time.time() + TIME_LIMIT
        while self.value("document.readyState") != "complete" or self.value("location.href") != path.as_uri():
            if time.time() > end:
                sys.exit(f"{path} is not loaded in {TIME_LIMIT} s")
            time.sleep(0.02)
        loaded = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        wrong = [json.dumps(e["params"]) for e in self.events
                 if e.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]
        return loaded, wrong

    def value(self, expression):
        """Of JavaScript in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            return {"exception": answer["exceptionDetails"].get("exception", {}).get("description")}
        return answer["result"].get("value")

    def becomes(self, expression, wanted):
        """The page follows a click when it comes to it."""
        end = time.time() + 5
        while (found := self.value(expression)) != wanted and time.time() < end:
            time.sleep(0.02)
        return found == wanted

    def click(self, expression):
        """With the mouse, in the middle of an element."""
        at = self.value(f"(() => {{ const e = {expression}; e.scrollIntoView({{block: 'center'}}); "
                        "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        if not isinstance(at, list):
            return False
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1)
        return True

    def type(self, text):
        self.ask("Input.insertText", text=text)
