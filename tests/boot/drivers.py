#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The drivers, seen from outside: what the system says of the time is compared with the host's clock, and
what it wrote to its disk is read from the file.

usage: drivers.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER [ARGUMENT OF kaal run]...
"""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
extra = sys.argv[5:]
system = source / "examples/drivers/system.toml"
MASK = (1 << 64) - 1

# As in examples/drivers/tour.c.
SECTOR, FIRST_SECTOR, BYTES = 512, 8, 16 * 4096
DISK_BYTES = 1 << 20


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def kaal_run(*arguments, of=system):
    result = subprocess.run(
        [tool, "run", "--build-dir", build, *map(str, arguments), *extra, of],
        capture_output=True, text=True, timeout=120, check=False)
    return result.returncode, result.stdout + result.stderr


def stream(seed, label):
    """splitmix64 from the seed and FNV-1a of the label, as bytes."""
    value = 0xcbf29ce484222325
    for letter in label.encode():
        value = (value ^ letter) * 0x100000001b3 & MASK
    value ^= seed
    while True:
        value = (value + 0x9e3779b97f4a7c15) & MASK
        x = (value ^ value >> 30) * 0xbf58476d1ce4e5b9 & MASK
        x = (x ^ x >> 27) * 0x94d049bb133111eb & MASK
        yield (x ^ x >> 31).to_bytes(8, "little")


def written(seed, label="disk", size=BYTES, skip=0):
    words = stream(seed, label)
    for _ in range(skip // 8):
        next(words)
    return b"".join(next(words) for _ in range(size // 8))


def tour(folder, legacy=False):
    seed = random.getrandbits(64) | 1
    disk = folder / "a disk, with a comma.img"
    before = os.urandom(DISK_BYTES)
    disk.write_bytes(before)
    if legacy:
        extra.extend(["--qemu", legacy_qemu(folder)])
    start = int(time.time())
    status, output = kaal_run("--seed", hex(seed), "--disk", disk)
    end = int(time.time())
    check(status == 0 and "verified: " in output, "not verified", output)
    check(f"legacy={int(legacy)}" in output, "not the interface that was asked for", output)
    asked, at = map(int, re.search(r"@woken asked=(\d+) at=(\d+)", output).groups())
    check(start <= asked <= at <= end, f"the time of day is not between {start} and {end}", output)
    after = disk.read_bytes()
    first = FIRST_SECTOR * SECTOR
    check(after[first:first + BYTES] == written(seed), "other bytes on the disk than were written")
    check(after[:first] == before[:first] and after[first + BYTES:] == before[first + BYTES:],
          "bytes that nobody wrote have changed")
    check(sorted(p.name for p in folder.iterdir() if p.suffix == ".img") == [disk.name],
          "something was left behind")


def users(folder):
    """As in tests/boot/target/disk_user.c: the last of 40 rounds stays, whatever the third user does."""
    seed = random.getrandbits(64) | 1
    size = 8 * 2048
    disk = folder / "disk.img"
    disk.write_bytes(bytes(DISK_BYTES))
    status, output = kaal_run("--seed", hex(seed), "--disk", disk,
                              of=source / "tests/boot/disk/system.toml")
    check(status == 0 and "verified: " in output, "not verified", output)
    expected = bytearray(DISK_BYTES)
    for label, sector in (("one", 100), ("two", 1000)):
        at = sector * SECTOR
        expected[at:at + size] = written(seed, label, size, skip=39 * size)
    check(disk.read_bytes() == expected, "the disk has other bytes than the users wrote")


def legacy_qemu(folder):
    """A QEMU that never hears of the modern interface."""
    script = folder / "qemu"
    script.write_text("#!/usr/bin/env python3\nimport os, sys\na = sys.argv[1:]\n"
                      "i = a.index('-global') if '-global' in a else len(a)\n"
                      "os.execvp('qemu-system-aarch64', ['qemu'] + a[:i] + a[i + 2:])\n")
    script.chmod(0o755)
    return script


def no_disk(folder):
    (folder / "system.toml").write_text(system.read_text())
    wanted = (system.parent / "expect.toml").read_text()
    (folder / "expect.toml").write_text(wanted.replace("disk = 0x100000\n", ""))
    status, output = kaal_run("--timeout", 3, of=folder / "system.toml")
    check(status == 1, "verified without a disk", output)
    check("component=block reason=no_disk_behind_its_registers" in output, "the driver did not say so",
          output)


def bad_device(_folder):
    for model in ("", "help", "edu,help", "-edu", "a device", "edu;x"):
        status, output = kaal_run("--device", model, of=source / "tests/boot/pci/described.toml")
        check(status == 2 and "error: --device" in output and "device model" in output, model, output)
    status, output = kaal_run(*["--device", "edu"] * 9)
    check(status == 2 and "eight devices" in output, "nine devices", output)
    status, output = kaal_run("--device", "nonesuch", of=source / "tests/boot/pci/described.toml")
    check(status == 1 and "no machine with such a --device" in output, "nonesuch", output)
    status, output = kaal_run("--backend", "mock", "--device", "edu")
    check(status == 2 and "leave out --backend mock" in output, "mock", output)


def no_device(_folder):
    status, output = kaal_run("--timeout", 3, of=source / "tests/boot/pci/described.toml")
    check(status == 1 and "no PCI function 1234:11e8 (it has: none)" in output, "no warning", output)
    check("@error what=component name=driver cause=not_found" in output, "the broker did not say so",
          output)


def bad_disk(folder):
    short = folder / "short.img"
    short.write_bytes(bytes(700))
    empty = folder / "empty.img"
    empty.touch()
    for path, words in ((folder / "none.img", "No such file"), (short, "whole sectors"),
                        (empty, "whole sectors"), (folder, "whole sectors")):
        status, output = kaal_run("--disk", path)
        check(status == 1 and "error: --disk" in output and words in output, f"{path.name}", output)


with tempfile.TemporaryDirectory() as name:
    place = pathlib.Path(name)
    {
        "tour": tour,
        "tour-legacy": lambda folder: tour(folder, legacy=True),
        "users": users,
        "no-disk": no_disk,
        "bad-disk": bad_disk,
        "no-device": no_device,
        "bad-device": bad_device,
    }[case](place)
