#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs that must not be verified: each case breaks one thing and expects the run to say so.

usage: negative.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import pathlib
import re
import subprocess
import sys
import tempfile

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
programs = build / "target/mcs-dbg/bin"
demo = source / "examples/demo"


def kaal(*arguments):
    run = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=150)
    return run.returncode, run.stdout + run.stderr


def run(*arguments):
    return kaal("run", "--build-dir", build, *arguments)


def expect_rejected(result, *patterns):
    """Exit status 1, no verdict of success, and each pattern in the output."""
    code, output = result
    problems = [f"exit status {code}, not 1"] if code != 1 else []
    if re.search(r"^verified: ", output, re.M):
        problems.append("it was verified")
    problems += [f"no line matches {p!r}" for p in patterns if not re.search(p, output, re.M)]
    if problems:
        sys.exit(f"{case}: {'; '.join(problems)}\n{output}")


def edited(path, edits):
    """The text of `path` with (pattern, replacement) edits, each of which must apply."""
    text = path.read_text()
    for pattern, replacement in edits:
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.M | re.S)
        if count != 1:
            sys.exit(f"{case}: {pattern!r} is not in {path.name} any more")
    return text


def variant(folder, *edits, of=demo, expect=()):
    """The description of `of` with edits, and its expectations with those of `expect`, in `folder`."""
    (folder / "expect.toml").write_text(edited(of / "expect.toml", expect))
    (folder / "system.toml").write_text(edited(of / "system.toml", edits))
    return folder / "system.toml"


def missing_line(folder):
    """A client that leaves one report out."""
    system = variant(folder, (r'"client\.elf"', '"client_silent.elf"'))
    expect_rejected(run(system), r"client.*@?transfer")


def wrong_value(folder):
    """A consumer whose sum is wrong in its last digit."""
    system = variant(folder, (r'"consumer\.elf"', '"consumer_wrong.elf"'))
    expect_rejected(run(system), r"consumer.*sum=0x\w+, expected 0x")


def corrupted_component(folder):
    """A server with two instructions of its text replaced."""
    server = bytearray((programs / "server.elf").read_bytes())
    entry = int.from_bytes(server[24:32], "little")
    phoff, phnum = int.from_bytes(server[32:40], "little"), int.from_bytes(server[56:58], "little")
    for i in range(phnum):
        header = server[phoff + 56 * i:phoff + 56 * (i + 1)]
        offset, vaddr, size = (int.from_bytes(header[a:a + 8], "little") for a in (8, 16, 32))
        if vaddr <= entry < vaddr + size:
            at = offset + entry - vaddr
            server[at:at + 8] = bytes(8)  # udf #0
            break
    else:
        sys.exit(f"{case}: the entry lies in no segment")
    (folder / "server.elf").write_bytes(server)
    system = variant(folder, (r'"server\.elf"', f'"{folder}/server.elf"'))
    expect_rejected(run("--timeout", 20, system), r"@fault component=server", r"server")


def corrupted_image(folder):
    """A payload with one bit changed: the loader refuses it and powers the machine off."""
    image = bytearray((build / "loader.elf").read_bytes())
    image[-4096 - 100] ^= 1
    (folder / "loader.elf").write_bytes(image)
    qemu = subprocess.run(
        ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a53", "-nographic", "-m", "512M",
         "-kernel", str(folder / "loader.elf")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if not re.search(r"^\[loader\] error: .*checksum", qemu.stdout, re.M) or "@enter" in qemu.stdout:
        sys.exit(f"{case}: the loader took it\n{qemu.stdout}")
    (folder / "log").write_text(qemu.stdout)
    expect_rejected(run("--replay", folder / "log", "--seed", 0, demo / "system.toml"), r"loader")


def swapped_start_order(folder):
    """Two components start in the order that the description does not have."""
    text = (demo / "system.toml").read_text()
    order = re.search(r"^start_order = \[(.*?)\]", text, re.M | re.S)
    names = re.findall(r'"(\w+)"', order.group(1)) if order else []
    if len(names) < 3:
        sys.exit(f"{case}: the demo's description has no start order of three")
    names[1], names[2] = names[2], names[1]
    swapped = ", ".join(f'"{name}"' for name in names)
    system = variant(folder, (r"^start_order = \[.*?\]", f"start_order = [{swapped}]"))
    expect_rejected(run(system), r"order|before|after|early")


def replayed_log(folder):
    """The log of one run judged for another seed. The control: for its own seed it passes."""
    log = folder / "log"
    code, output = run("--seed", "0x1111", "--log", log, demo / "system.toml")
    if code != 0:
        sys.exit(f"{case}: the run itself failed\n{output}")
    code, output = run("--seed", "0x1111", "--replay", log, demo / "system.toml")
    if code != 0:
        sys.exit(f"{case}: the log does not pass for its own seed\n{output}")
    expect_rejected(run("--seed", "0x2222", "--replay", log, demo / "system.toml"), r"sum|seed")
    expect_rejected(run("--replay", log, demo / "system.toml"), r"sum|seed")


def root_keeps_a_capability(folder):
    """A root task that hands over all but one capability."""
    system = variant(folder, (r'"root\.elf"', '"root_keeps_one.elf"'))
    expect_rejected(run(system), r"root_slots=1")


def hog(folder, arguments, *edits):
    """The hog in the monkey's place: it makes no calls."""
    return run(variant(
        folder, (r'"monkey\.elf"', '"hog.elf"'), (r'args = "1000000"', f'args = "{arguments}"'), *edits,
        of=source / "tests/boot/monkey", expect=[(r'calls = "[^"]*", slices = "[^"]*"', "calls = 0, slices = 1200")]))


def monkey_takes_the_time(folder):
    """A monkey above the watcher. The control: below it, it takes nothing away."""
    code, output = hog(folder, "12000")
    if code != 0:
        sys.exit(f"{case}: the run without the mistake failed\n{output}")
    expect_rejected(hog(folder, "12000 240"), r"keeper.*share=\d+, expected 195 to 215")


def monkey_writes_the_memory(folder):
    """A monkey that the watcher's memory is mapped to as well."""
    result = hog(folder, "12000", (r"\[memory_regions\.diary\]\nsize = 0x4000\nmaps = \[",
                                   r'\g<0>{ pd = "monkey", rights = "rw" }, '))
    expect_rejected(result, r"watcher.*diary=0x\w+, expected 0x")


with tempfile.TemporaryDirectory() as scratch:
    globals()[case.replace("-", "_")](pathlib.Path(scratch))
print(f"{case}: rejected, as it must be")
