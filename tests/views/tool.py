# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of this folder share: the tool, descriptions in scratch folders, verdicts."""
import pathlib
import re
import subprocess
import sys

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
demo = source / "examples/demo/system.toml"


def fail(what, output=""):
    sys.exit(f"{case}: {what}\n{output}")


def check(ok, what, output=""):
    if not ok:
        fail(what, output)


def kaal(command, *arguments, status=0):
    """What it printed to standard output and to standard error."""
    packs = ["--build-dir", build] if command != "diff" else []
    done = subprocess.run([tool, command, *packs, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode == status, f"{command}: exit status {done.returncode}, not {status}",
          done.stdout + done.stderr)
    return done.stdout, done.stderr


def full_output(command, *arguments, status=1):
    """Standard output takes nothing."""
    packs = ["--build-dir", build] if command != "diff" else []
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([tool, command, *packs, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    check(done.returncode == status, f"{command} >/dev/full: exit status {done.returncode}", done.stderr)
    says(done.stderr, "No space left on device")


def says(text, *patterns):
    for pattern in patterns:
        check(re.search(pattern, text, re.M), f"no line matches {pattern!r}", text)


def edited(text, *edits):
    """With (pattern, replacement) edits, each of which must apply."""
    for pattern, replacement in edits:
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.M | re.S)
        check(count == 1, f"{pattern!r} does not apply")
    return text


def bad_inputs(command, folder, *options):
    """What every command that reads a system refuses."""
    (folder / "not.toml").write_text("this is no description")
    (folder / "empty.toml").write_text("")
    for system, words in ((folder / "missing.toml", "no such file"), (folder / "not.toml", "not.toml:1:"),
                          (folder / "empty.toml", "empty.toml"), (folder, "system.toml")):
        wrong = (2 if command == "diff" else 1)
        _, said = kaal(command, *options, *([system, demo] if command == "diff" else [system]), status=wrong)
        says(said, re.escape(words))
    _, said = kaal(command, "--no-such-option", status=2)
    says(said, "unknown option")


def run(cases, folder):
    cases[case.replace("-", "_")](folder)
    print(f"{case}: as it must be")
