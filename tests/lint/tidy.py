#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""clang-tidy over the host code and over the target code of one configuration, and no text twice.

The files are dealt out to OF runs, of which this is number PART, from 0: CTest runs them side by side.

    commands of both builds, by file      several compile a file that belongs to several programs
      |  of those with the same text and flags, one
      v
    all checks                            the host's; the target's whose text is another one to the analyzer
    all but the analyzer's                the target's whose text the host has too

The analyzer follows the paths through a function, which is nine tenths of the time. To it a file is the same for host
and target if all that both read of the tree is, past the preprocessor: they differ in the headers below arch/ and plat/,
whose functions are analyzed where the port's own files use them. With --everything that is not taken for the same.
It runs at the top of the tree.

usage: tidy.py BUILD-FOLDER PART OF [--everything]      (BUILD-FOLDER/clang holds the build with clang)
"""
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

CONFIG = "mcs-dbg"
ROOT = pathlib.Path.cwd()
OF_A_PORT = re.compile(r"/(arch|plat)/")
LINE_MARKER = re.compile(r'# \d+ "(.*?)"')


class Command:
    """An entry of a compilation database, and what the preprocessor makes of it."""

    def __init__(self, entry):
        self.entry = entry
        self.file = entry["file"]
        # Without where the outcome goes: -o FILE, -MF FILE, -MT FILE, -MD, -c.
        text = re.sub(r" (-o|-MF|-MT) \S+", "", entry["command"])
        self.words = [word for word in shlex.split(text) if word not in ("-c", "-MD")]
        self.flags = [word for word in self.words if not word.startswith(("-I", "-D"))]

    def preprocess(self):
        done = subprocess.run([*self.words, "-E"], cwd=self.entry["directory"], text=True, check=False,
                              capture_output=True)
        if done.returncode != 0:
            sys.exit(f"{self.file}: error: it cannot be preprocessed:\n{done.stderr}")
        self.text = hashlib.sha256(" ".join([*self.flags, done.stdout]).encode()).digest()
        self.sections = sections(done.stdout)

    def same_to_the_analyzer(self, other):
        common = self.sections.keys() & other.sections.keys()
        return self.file in common and all(self.sections[name] == other.sections[name] for name in common)


def sections(text):
    """File of the tree -> the lines that are its own; those of a port are left out."""
    found, name = {}, ""
    for line in text.split("\n"):
        marker = LINE_MARKER.match(line)
        if marker:
            name = marker[1]
        elif line.strip() and name.startswith(f"{ROOT}/") and not OF_A_PORT.search(name.removeprefix(str(ROOT))):
            found.setdefault(name, []).append(line)
    return found


def commands(folder):
    entries = json.loads((folder / "compile_commands.json").read_text())
    found = {}
    for command in (Command(entry) for entry in entries if entry["file"].endswith(".c")):
        found.setdefault(command.file, []).append(command)
    return found


def without_copies(candidates):
    """One of those with the same text and flags."""
    return list({command.text: command for command in candidates}.values())


def tidy(checks, chosen):
    """Those of one file. True if nothing is found."""
    if not chosen:
        return True
    with tempfile.TemporaryDirectory() as database:
        (pathlib.Path(database) / "compile_commands.json").write_text(json.dumps([c.entry for c in chosen]))
        done = subprocess.run(["clang-tidy", "-quiet", "-p", database, *checks, chosen[0].file], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        found = [line for line in done.stdout.split("\n") if re.search(r"(error|warning):", line)]
        # Without such a line it failed in a way of its own.
        print("\n".join(dict.fromkeys(found)) or done.stdout[-2000:], flush=True)
    return done.returncode == 0


def check(host, target, everything):
    """One file, by the commands of either build."""
    if len(host) + len(target) > 1:
        for command in host + target:
            command.preprocess()
        host, target = without_copies(host), without_copies(target)
    light = [] if everything else [t for t in target if any(t.same_to_the_analyzer(h) for h in host)]
    full = host + [command for command in target if command not in light]
    results = [tidy([], full), tidy(["--checks=-clang-analyzer-*"], light)]
    return all(results)


def main(arguments):
    everything = arguments[-1:] == ["--everything"]
    if len(arguments) != 3 + everything:
        sys.exit(__doc__)
    build, part, of = pathlib.Path(arguments[0]) / "clang", int(arguments[1]), int(arguments[2])
    host, target = commands(build), commands(build / "target" / CONFIG)
    files = sorted(host.keys() | target.keys())[part::of]
    results = [check(host.get(file, []), target.get(file, []), everything) for file in files]
    return 0 if files and all(results) else 1


sys.exit(main(sys.argv[1:]))
