#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The shell, driven over the serial line as a person would: keys in, what the screen shows out.

usage: shell.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER [ARGUMENT OF kaal run]...
"""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import termios
import time

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
system = source / "examples/shell/system.toml"
PROMPT = re.compile(r"kaal(?::(\d+))?> $")
UP, DOWN, RIGHT, LEFT, HOME, END, DELETE = (
    "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[3~")
LEAVE = "\x1d"


class Screen:
    """Rows of a terminal, as far as the console and the shell use one."""

    def __init__(self):
        self.rows = [""]
        self.column = 0
        self.rest = ""

    def put(self, text):
        text = self.rest + text
        while text:
            match = re.match(r"\x1b\[(\d*)([A-Za-z])", text)
            if text[0] == "\x1b" and not match:
                if len(text) < 8:
                    break  # the rest of it is to come
                sys.exit(f"{case}: a sequence that nobody knows: {text[:8]!r}")
            if match:
                self.sequence(match.group(2), int(match.group(1) or 1))
                text = text[match.end():]
            else:
                self.char(text[0])
                text = text[1:]
        self.rest = text

    def sequence(self, letter, number):
        if letter == "K":
            self.rows[-1] = self.rows[-1][:self.column]
        elif letter == "D":
            self.column = max(0, self.column - number)
        elif letter in "HJ":
            self.rows, self.column = [""], 0
        elif letter != "m":  # colours, of a kernel
            sys.exit(f"{case}: ESC [ {letter}")

    def char(self, c):
        if c == "\n":
            self.rows.append("")
            self.column = 0
        elif c == "\r":
            self.column = 0
        elif c != "\a":
            row = self.rows[-1]
            self.rows[-1] = row[:self.column].ljust(self.column) + c + row[self.column + 1:]
            self.column += 1


class Shell:
    def __init__(self):
        self.screen = Screen()
        self.process = subprocess.Popen(
            [tool, "run", "-i", "--build-dir", build, *sys.argv[5:], system],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.wait_for(lambda s: PROMPT.match(s.rows[-1]) and
                      any(row.startswith("[counter] @counter") for row in s.rows), "a prompt")

    def fail(self, what):
        self.process.kill()
        sys.exit(f"{case}: {what}; the screen:\n" + "\n".join(self.screen.rows[-60:]))

    def read(self, seconds):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if ready:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                self.fail("the machine is gone")
            self.screen.put(data.decode("ascii", "replace"))
        return bool(ready)

    def wait_for(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition(self.screen):
            if time.monotonic() > end:
                self.fail(f"waited in vain for {what}")
            self.read(0.2)

    def type(self, keys):
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def shows(self, row, column=None):
        """The last row becomes this, and stays so."""
        self.wait_for(lambda s: s.rows[-1] == row and (column is None or s.column == column), repr(row))

    def run(self, line, status=0):
        """The rows that a line of commands shows, without those that others print meanwhile."""
        before = len(self.screen.rows)
        self.type(line + "\r")
        self.wait_for(lambda s: len(s.rows) > before and PROMPT.match(s.rows[-1]) and
                      any("@done" in row for row in s.rows[before:]), f"the end of {line!r}")
        found = int(PROMPT.match(self.screen.rows[-1]).group(1) or 0)
        rows = self.screen.rows[before:-1]
        self.check(found == status, f"{line!r} ends with {found}, not {status}")
        return [row for row in rows if not row.startswith("[")]

    def check(self, ok, what):
        if not ok:
            self.fail(what)

    def has(self, rows, pattern):
        self.check(any(re.search(pattern, row) for row in rows), f"no row matches {pattern!r} in {rows}")

    def leave(self):
        self.type(LEAVE)
        status = self.process.wait(timeout=30)
        if status != 0:
            sys.exit(f"{case}: exit status {status}")


def components(rows):
    """ps, by name: state, generation, ..."""
    return {row.split()[1]: row.split() for row in rows[1:]}


def totals(shell):
    return {row[:14].strip(): int(row[14:].split()[0]) for row in shell.run("mem")}


def editing():
    s = Shell()
    s.type("ehco x" + HOME + DELETE + RIGHT + RIGHT + "\x7f" + LEFT + "e")
    s.shows("kaal> eho x", 7)
    s.type(RIGHT + "\x7f" + "ch")
    s.shows("kaal> echo x", 9)
    s.type(END + "yz two\x17")
    s.shows("kaal> echo xyz ", 15)
    s.type("\x01\x0b")
    s.shows("kaal> ", 6)
    s.type("unfinished\x03")
    s.wait_for(lambda t: t.rows[-2:] == ["kaal> unfinished^C", "kaal> "], "a new prompt")
    s.check(s.run("echo one  two") == ["one two"], "echo")
    s.check(s.run("echo three") == ["three"], "echo")
    s.type(UP + UP)
    s.shows("kaal> echo one  two")
    s.type(DOWN)
    s.shows("kaal> echo three")
    s.type(DOWN)
    s.shows("kaal> ")
    s.type("su\t")
    s.shows("kaal> suspend ")
    s.type("cou\t")
    s.shows("kaal> suspend counter ")
    s.type("\x15re\t")
    s.shows("kaal> res")
    s.type("\t")
    s.wait_for(lambda t: t.rows[-2] == "  restart  resume", "the names that fit")
    s.shows("kaal> res")
    s.type("\x15x\t")
    s.type("\x15" + "a" * 300)
    s.wait_for(lambda t: t.rows[-1] == "kaal> " + "a" * 63, "a long line")
    s.type("\x15")
    # Whatever comes, the shell goes on.
    s.type("\x1b[9999999999999999999999~\x1b[;;;;Z\x1bO\x1b[200~\xff\xfe\x00\x15")
    s.check(s.run("echo alive") == ["alive"], "it does not go on after garbage")
    s.leave()


def bad_input():
    s = Shell()
    s.check(s.run("halt", 2) == ["halt: no such command; `help` tells all"], "an unknown command")
    s.check(s.run("echo $?") == ["2"], "$?")
    for line in ("kill", "wait", "wait a b", "sleep", "sleep x",
                 "sleep 1.2.3", "top x", "top 0", "ps x", "mem x", "log x", "audit a b",
                 "spawn", "spawn --budget", "spawn --budget x hello", "spawn --what 1 hello",
                 "spawn --restart often hello", "caps a b", "devices x", "help a b"):
        s.has(s.run(line, 2), f"^usage: {line.split()[0]}")
    s.check(s.run("kill nobody", 1) == ["kill: no component nobody; `ps` tells all"], "an unknown name")
    s.has(s.run("spawn nothing", 1), "no such program")
    s.has(s.run("spawn --priority 250 hello", 1), "priority")
    s.has(s.run("kill console", 1), "^kill: ")
    s.has(s.run("kill cap_broker", 1), "^kill: ")
    s.has(s.run("kill shell", 1), "^kill: ")
    s.has(s.run("resume counter", 1), "^resume: ")
    s.has(s.run("spawn hello " + "x" * 140, 1), "too long")
    s.has(s.run("help halt", 1), "no such command")
    s.has(s.run("help"), "^spawn ")
    s.check(s.run(" ; ;echo a;; echo b ") == ["a", "b"], "empty commands")
    s.leave()


def life():
    s = Shell()
    before = totals(s)
    s.check(components(s.run("ps"))["counter"][2] == "running", "counter does not run")
    s.has(s.run("spawn --name guest --memory 256K counter.elf"), r"^\d+ guest$")
    s.wait_for(lambda t: any("[guest] @counter generation=1" in row for row in t.rows), "the guest")
    guest = components(s.run("ps"))["guest"]
    s.check(guest[2] == "running" and "shell" in guest, f"ps has {guest}")
    s.has(s.run("caps guest"), r"^guest +memory .* rw ")
    during = totals(s)
    s.check(during["components"] == before["components"] + 1, "mem does not count it")
    s.check(during["free"] < before["free"], "it takes no memory")
    s.run("suspend guest")
    s.check(components(s.run("ps"))["guest"][2] == "suspended", "suspend")
    s.run("resume guest; restart guest")
    s.check(components(s.run("ps"))["guest"][3] == "2", "restart gives no new generation")
    s.run("kill guest")
    s.check("guest" not in components(s.run("ps")), "kill leaves it")
    after = totals(s)
    s.check(after == before, f"before {before}, after {after}")
    rows = s.run("audit 40")
    for event in ("spawn", "begin", "suspend", "restart", "end"):
        s.has(rows, rf"^ *\d+ +\d+ {event} ")
    s.check(len(s.run("audit 3")) == 4, "audit 3 does not show 3 events")
    s.has(s.run("audit counter"), "counter")

    # How it ends.
    s.has(s.run("spawn --name ends counter.elf exit=7; wait ends", 1), "^ends has ended: exit, status 7$")
    s.has(s.run("spawn --name ends counter.elf exit=0; wait ends"), "^ends has ended: exit, status 0$")
    s.run("spawn --name ends counter.elf fault")
    s.wait_for(lambda t: any("@fault" in row for row in t.rows), "a fault")
    s.run("kill ends", 0)
    s.check(totals(s) == before, "something was left behind")
    s.run("restart counter")
    s.check(components(s.run("ps"))["counter"][3] == "2", "restart of a described component")
    s.leave()


def listed(shell):
    """Ctrl-T: the broker's last line."""
    before = len(shell.screen.rows)
    shell.type("\x14")
    shell.wait_for(lambda t: any(re.search("@caps .* kinds=[01]$", row) for row in t.rows[before - 1:]), "the list")
    return next(row for row in shell.screen.rows[before - 1:] if "@caps " in row)


def dead():
    """Who is built again while another is dead gets nothing that leads elsewhere."""
    s = Shell()
    s.run("kill timer; kill clock; spawn --name filler counter.elf; restart clock")
    s.check(" differ=0 " in listed(s), "books and kernel differ with a dead component")
    s.run("restart timer; kill filler")
    s.check(" differ=0 " in listed(s), "books and kernel differ")
    s.check(components(s.run("ps"))["timer"][2:4] == ["running", "2"], "the timer does not run")
    s.run("sleep 20ms")
    s.leave()


def machine():
    s = Shell()
    s.has(s.run("devices"), r"^/pl011@9000000 +arm,pl011 +1 console$")
    s.has(s.run("devices"), r"^/pl031@9010000 +arm,pl031 +1 -$")
    start = time.monotonic()
    s.run("sleep 0.2")
    s.check(time.monotonic() - start < 30, "sleep takes too long")
    s.run("spawn --name busy --priority 40 --budget 1000 --period 1000 counter.elf spin")
    rows = s.run("top 2 100ms")
    s.has(rows, r"^ *\d+ busy +\d+ +\d+\.\d%$")
    shares = [float(re.search(r"(\d+\.\d)%", row).group(1)) for row in rows if " busy " in row]
    s.check(len(shares) == 2 and shares[-1] > 50, f"a component that never waits has {shares}")
    # Ctrl-C ends what goes on.
    s.type("sleep 3600\r")
    s.shows("")
    s.type("\x03")
    s.wait_for(lambda t: PROMPT.match(t.rows[-1]) and "3" in t.rows[-1], "the prompt")
    s.type("wait counter\r")
    s.shows("")
    s.type("\x03")
    s.wait_for(lambda t: PROMPT.match(t.rows[-1]), "the prompt")
    s.run("kill busy")
    s.has(s.run("log 30"), r"^ *\d+ \[shell\] @done line=\"kill busy\" status=0$")
    s.check(len(s.run("log 3")) == 3, "log 3 does not show 3 lines")
    # A line of another goes above the one that is being typed.
    s.run("spawn --name late --held counter.elf")
    s.type("resume late\recho half")
    s.wait_for(lambda t: any("[late] @counter" in row for row in t.rows), "a line of another")
    s.shows("kaal> echo half")
    s.type("\x15")
    # Ctrl-T lists who holds what.
    row = listed(s)
    s.check(" differ=0 " in row and " lost=0 " in row, "books and kernel differ")
    s.leave()


def terminal():
    """At a terminal: it is set up, and set back."""
    here, there = pty.openpty()
    before = termios.tcgetattr(there)
    process = subprocess.Popen([tool, "run", "-i", "--build-dir", build, system],
                               stdin=there, stdout=there, stderr=there)
    output, keys = b"", [(b"kaal> ", b"echo here\r"), (b"\nhere", LEAVE.encode())]
    during = before
    while process.poll() is None:
        if select.select([here], [], [], 0.1)[0]:
            output += os.read(here, 4096)
        if keys and keys[0][0] in output:
            during = termios.tcgetattr(there)
            os.write(here, keys.pop(0)[1])
    if process.returncode != 0 or keys or during == before or termios.tcgetattr(there) != before:
        sys.exit(f"{case}: status {process.returncode}, terminal before {before}, during {during}, "
                 f"after {termios.tcgetattr(there)}\n{output}")


def piped():
    """Without a terminal: keys that were there before the system, and its end when they are at an end."""
    done = subprocess.run([tool, "run", "-i", "--build-dir", build, *sys.argv[5:], system],
                          input=b"echo piped; ps\r", capture_output=True, timeout=60, check=False)
    for text in (b"kaal> echo piped; ps", b"\npiped\r\n", b"@done line=\"echo piped; ps\" status=0"):
        if done.returncode != 0 or text not in done.stdout:
            sys.exit(f"{case}: status {done.returncode}, no {text} in {done.stdout.decode()}{done.stderr}")


globals()[case.replace("-", "_")]()
print(f"{case}: as it must be")
