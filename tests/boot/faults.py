#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Faults of every kind, and what the tool tells of them: the function and the line, which are looked
up in the source of the program, by the comment that ends the line.

usage: faults.py TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

tool, build, source = map(pathlib.Path, sys.argv[1:4])
folder = source / "tests/boot/faults"
victim = "tests/boot/target/victim.c"
CALLERS = {"null": "die_null", "overflow": None, "jump": "die_jump"}
FUNCTIONS = {"null": "read_field", "overflow": "descend", "jump": None}
WAYS = ["null", "overflow", "wide", "readonly", "beyond", "text", "jump", "undefined", "fpu",
        "breakpoint", "unaligned", "syscall", "slot", "outside"]
problems = []


def need(ok, text):
    if not ok:
        problems.append(text)


def kaal(system, *arguments):
    command = [tool, "run", "--build-dir", build, "--seed", "7", *map(str, arguments), system]
    run = subprocess.run(command, capture_output=True, text=True, timeout=150)
    return run.returncode, run.stdout + run.stderr


def lines_of():
    """The line of each comment "// NAME" and "// NAME caller" of the source."""
    marks = {}
    for number, line in enumerate((source / victim).read_text().splitlines(), 1):
        if m := re.search(r"; // (\w+(?: caller)?)(?: NOLINT.*|: .*)?$", line):
            marks[m.group(1)] = number
    return marks


def notes_of(output):
    """What the tool says below each fault, by component: title and lines."""
    notes = {}
    current = None
    for line in output.splitlines():
        if m := re.match(r"  component (\w+) \((\S+)\): (.*)$", line):
            current = notes.setdefault(m.group(1), [])
        elif current is not None and re.match(r"    (pc|by|   inlined)", line):
            current.append(line.strip())
        else:
            current = None
    return notes


def check_places(output):
    marks = lines_of()
    notes = notes_of(output)
    for way in WAYS:
        note = notes.get(way, [])
        here = FUNCTIONS.get(way, "die_" + way)
        place = f"{here}  {victim}:{marks.get(way, '')}"
        need(here is None or any(place in line for line in note), f"{way}: no {place!r} in {note}")
        caller = CALLERS.get(way)
        place = f"{caller}  {victim}:{marks.get(way + ' caller')}"
        need(caller is None or any(l.startswith("by ") and place in l for l in note),
             f"{way}: no caller {place!r} in {note}")
    need(re.search(r"    by 0x\w+  middle  .*\n    by 0x\w+  live  .*\n    by 0x\w+  init  .*\n"
                   r"    by 0x\w+  kaal_loop  user/sdk/loop\.c:\d+\n    by 0x\w+  kaal_component_main  ",
                   output) is not None, "walker: no backtrace")


def check_replay(log, output):
    code, again = kaal(folder / "system.toml", "--replay", log)
    need(code == 0 and notes_of(again) == notes_of(output), f"the log tells something else: {again}")
    need("    pc " not in log.read_text(), "the log has more than the system's output")
    code, quiet = kaal(folder / "system.toml", "-q", "--replay", log)
    need(code == 0 and "    pc " not in quiet, f"-q is not quiet: {quiet}")


def check_summary(scratch, log):
    """A fault that is not expected, below its problem."""
    text = (folder / "expect.toml").read_text()
    text, count = re.subn(r'^ +\{ component = "readonly".*\n', "", text, flags=re.M)
    need(count == 1, "expect.toml has no line of `readonly`")
    (scratch / "expect.toml").write_text(text)
    (scratch / "system.toml").write_text((folder / "system.toml").read_text())
    code, output = kaal(scratch / "system.toml", "-q", "--replay", log)
    need(code == 1 and re.search(r"^  problem: unexpected fault: .*component=readonly.*\n"
                                 r"    component readonly \(victim\.elf\): .*\n"
                                 r"      pc 0x\w+  die_readonly  " + re.escape(victim), output, re.M),
         f"the summary does not explain: {output}")


def end_of_segments(elf):
    """Where the file's last byte that a program header names ends."""
    phoff, = struct.unpack_from("<Q", elf, 0x20)
    phentsize, phnum = struct.unpack_from("<HH", elf, 0x36)
    return max(sum(struct.unpack_from("<Q16xQ", elf, phoff + i * phentsize + 8)) for i in range(phnum))


def check_broken(scratch, log):
    """Programs whose debug information is cut, gone or wrong: no lines, but the same verdict."""
    whole = (build / "target/mcs-dbg/bin/victim.elf").read_bytes()
    (scratch / "expect.toml").write_text((folder / "expect.toml").read_text())
    (scratch / "system.toml").write_text((folder / "system.toml").read_text())
    loaded = end_of_segments(whole)
    for what in (whole[:len(whole) // 2], whole[:-64], whole[:loaded] + bytes(len(whole) - loaded),
                 whole[:loaded] + bytes(b ^ 0x55 for b in whole[loaded:])):
        (scratch / "victim.elf").write_bytes(what)
        code, output = kaal(scratch / "system.toml", "--replay", log)
        need(code == 0 and "    pc 0x" in output, f"a broken file: status {code}: {output}")
    (scratch / "victim.elf").write_bytes(whole[:len(whole) // 2])
    code, output = kaal(scratch / "system.toml", "--replay", log)
    need("no symbols (no debug information)" in output, f"no reason: {output}")


with tempfile.TemporaryDirectory() as name:
    scratch = pathlib.Path(name)
    log = scratch / "log"
    code, output = kaal(folder / "system.toml", "--log", log)
    need(code == 0, f"exit status {code}")
    check_places(output)
    check_replay(log, output)
    check_summary(scratch, log)
    check_broken(scratch, log)
if problems:
    sys.exit("\n".join(problems) + "\n" + output)
