#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal test` of systems: what is found, told, counted, and how it ends.

usage: test_command.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
hello = source / "examples/hello/system.toml"
NEVER = '[expect]\ntimeout = 2\n[[stages]]\nfrom = "hello"\nevent = "never"\n'


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def command(*arguments):
    return [tool, "test", "--build-dir", build, *map(str, arguments)]


def kaal(*arguments, **options):
    done = subprocess.run(command(*arguments), stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=100, check=False, **options)
    return done.returncode, done.stdout


def expect(result, code, *patterns, never=None):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)
    check(never is None or not re.search(never, output, re.M), f"a line matches {never!r}", output)
    return output


def system(folder, name, expectations=None):
    """A description of its own, with expectations beside it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(hello.read_text())
    if expectations is not None:
        stem = "" if path.name == "system.toml" else f"{path.stem}."
        (path.parent / f"{stem}expect.toml").write_text(expectations)
    return path


def qemu(folder, text):
    """Something that is run as QEMU, and counts its runs; not those for a device tree."""
    path = folder / "qemu"
    path.write_text(f'#!/bin/sh\ncase "$*" in *" -S") exit 1;; esac\necho run >> "{folder}/runs"\n{text}\n')
    path.chmod(0o755)
    return path


def folders(folder):
    """Those of a folder, in order; a folder without any; without SYSTEM, CTest's."""
    system(folder, "a/system.toml")
    system(folder, "b/one.toml", (source / "examples/hello/expect.toml").read_text())
    system(folder, "b/two.toml")
    system(folder, "build/system.toml", NEVER)
    output = expect(kaal(folder), 0, r"^2 passed, 0 failed$")
    found = re.findall(r"^ok +[\d.]+ s  (\S+)$", output, re.M)
    check(found == [str(folder / "a/system.toml"), str(folder / "b/one.toml")], "found others", output)
    expect(kaal("-q", folder / "a", folder / "b/one.toml", folder / "b/two.toml"), 0, r"\A3 passed, 0 failed\n\Z")
    expect(kaal("--tap", cwd=folder), 0, r"\ATAP version 14\n1\.\.2\nok 1 - a/system\.toml\n", r"^ok 2 - b/one\.toml$")
    (folder / "empty").mkdir()
    expect(kaal(folder / "empty"), 1, r"^kaal: error: no system in the folder .*/empty; add a system\.toml, or NAME\.")


def failures(folder):
    """Each way to fail, once, in each form; the others are run all the same."""
    good = system(folder, "good/system.toml")
    late = system(folder, "late/system.toml", NEVER)
    wrong = system(folder, "wrong/system.toml")
    wrong.write_text(wrong.read_text().replace('to = "console"', 'to = "nobody"'))
    none = folder / "none.toml"
    junit = folder / "results.xml"
    output = expect(
        kaal("--junit", junit, late, good, wrong, none), 1,
        rf"^FAILED +[\d.]+ s  {late}  time limit of 2 s reached while waiting for \[hello\] @never",
        rf"^ok +[\d.]+ s  {good}$", rf"^FAILED +[\d.]+ s  {wrong}  .*nobody",
        rf"^FAILED +[\d.]+ s  {none}  cannot read the description: no such file",
        r"^    \[hello\] @hello", rf"^    {wrong}:\d+:\d+: error: ", r"^1 passed, 3 failed$")
    order = re.findall(r"^(?:ok|FAILED) +[\d.]+ s  (\S+)", output, re.M)
    check(order == [str(p) for p in (late, good, wrong, none)], "told in another order", output)
    suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
    check([suite.get(k) for k in ("tests", "failures", "errors")] == ["4", "1", "2"], "JUnit counts otherwise",
          junit.read_text())
    cases = suite.findall("testcase")
    check([c.get("classname") for c in cases] == [str(p.parent) for p in (late, good, wrong, none)], "JUnit names others")
    check([[e.tag for e in c] for c in cases] == [["failure", "system-out"], [], *[["error", "system-out"]] * 2],
          "JUnit tells otherwise", junit.read_text())
    check("[hello] @hello" in cases[0].find("system-out").text, "JUnit has no output")
    tap = expect(kaal("--tap", "--seed", "0x77", late, good), 1, r"^not ok 1 - .*late/system\.toml$",
                 r'^  message: "time limit of 2 s', r"^  severity: fail$", r"^  seed: 0x0000000000000077$", r"^ok 2 - ")
    check(not re.search(r"^\d+ passed", tap, re.M), "TAP has a line of its own", tap)


def lines(folder):
    """Text for people: what must come, and what must not."""
    said = '[[lines]]\nfrom = "hello"\ntext = "Hello from a component of its own."\n'
    good = system(folder, "good.toml", said + '[[lines]]\ncontains = "assertion"\nnever = true\n')
    never = system(folder, "never.toml", said + '[[lines]]\nfrom = "hello"\ncontains = "Hello"\nnever = true\n')
    other = system(folder, "other.toml", '[expect]\ntimeout = 1\n[[lines]]\nfrom = "hello"\ntext = "Hello"\n')
    expect(kaal("-v", good, never, other), 1, rf"^ok .*{good}$", r"^ *lines:   2, of which 0 did not come$",
           rf"^FAILED .*{never}  a line \[hello\] with `Hello` came, and must not: \[hello\] Hello from",
           rf"^FAILED .*{other}  time limit of 1 s reached while waiting for the line `\[hello\] Hello`;",
           r"^1 passed, 2 failed$")


def examples(folder):
    """All of them, as they are."""
    systems = sorted(str(path) for path in (source / "examples").rglob("system.toml"))
    output = expect(kaal(source / "examples"), 0, rf"^{len(systems)} passed, 0 failed$")
    check(re.findall(r"^ok +[\d.]+ s  (\S+)$", output, re.M) == systems, "these are others", output)


def disk(folder):
    """Of zeros and gone with the run, if the expectations ask for one; with --disk, that one."""
    drivers = source / "examples/drivers"
    path = system(folder, "drivers.toml", (drivers / "expect.toml").read_text())
    path.write_text((drivers / "system.toml").read_text())
    expectations = folder / "drivers.expect.toml"
    wanted = expectations.read_text()
    check("disk = 0x100000\n" in wanted, "the example asks for no disk of 1 MiB", wanted)
    expect(kaal("-v", path), 0, r"^ *\[block\] @ready .*\bsectors=2048\b", r"^1 passed, 0 failed$")
    # A run like any other has it as well, and its own instead.
    given = folder / "given.img"
    given.write_bytes(bytes(1 << 19))
    for words, sectors in (((), 2048), (("--disk", given), 1024)):
        done = subprocess.run([tool, "run", "--build-dir", build, *words, path], capture_output=True, text=True, timeout=100)
        check(done.returncode == 0 and f" sectors={sectors} " in done.stdout, f"{words}: no disk of that size", done.stdout)
    check(any(given.read_bytes()), "nothing was written to what was given")
    check(sorted(p.name for p in folder.iterdir()) == ["drivers.expect.toml", "drivers.toml", "given.img"], "files stay behind")
    for size, place in (("0", 8), ("700", 8), ("-512", 8), ("0x40000200", 8), ('"1 MiB"', 8), ("true", 8), ("512.0", 8)):
        expectations.write_text(f"[expect]\ndisk = {size}\n")
        expect(kaal(path), 1, rf"^    {expectations}:2:{place}: error: `disk` is no size of an empty disk; give a number of bytes, "
               r"whole sectors of 512, up to 0x40000000$")
    expectations.write_text("[expect]\ndisks = 512\n")
    expect(kaal(path), 1, rf"^    {expectations}:2:1: error: unknown key `disks` in \[expect\]; did you mean `disk`\?$")


def gone(folder):
    """Who waits for what an ended component would say, is told so long before the time limit."""
    said = '[[lines]]\nfrom = "hello"\ntext = "Never."\n'
    for name, expectations, awaited in (("report", NEVER.replace("timeout = 2\n", ""), r"\[hello\] @never"),
                                        ("line", said, r"the line `\[hello\] Never\.`")):
        path = system(folder, f"{name}.toml", expectations)
        start = time.monotonic()
        expect(kaal(path), 1, rf"^FAILED .*{path}  hello ended before {awaited} was seen: "
               r"\[cap_broker\] @stopped component=hello reason=finished$")
        check(time.monotonic() - start < 20, "it was waited for")
    path = folder / "names.toml"
    path.write_text((source / "tests/boot/names/system.toml").read_text())
    (folder / "names.expect.toml").write_text(NEVER.replace("timeout = 2\n", ""))
    expect(kaal(path), 1, r"  hello ended before \[hello\] @never was seen: \[keeper\] @stopped component=hello ")
    # Who may be started again is awaited: by the broker, or by somebody who manages all.
    for name, edit in (("restart", ("priority = 100", 'priority = 100\nrestart = "on-failure"\nwindow = 0')),
                       ("manage", ("priority = 100", 'priority = 100\nallow = ["manage"]'))):
        path = system(folder, f"{name}.toml", NEVER.replace("timeout = 2", "timeout = 4"))
        path.write_text(path.read_text().replace(*edit))
        expect(kaal(path), 1, r"^FAILED .*  time limit of 4 s reached while waiting for \[hello\] @never")


def no_retries(folder):
    """What fails is not tried again."""
    machine = qemu(folder, "exit 1")
    expect(kaal("--qemu", machine, hello), 1, r"QEMU ended with status 1 before", r"^0 passed, 1 failed$")
    check((folder / "runs").read_text() == "run\n", "it was tried again")


def parallel(folder):
    """As many at a time as were asked for: each run notes how many there are."""
    machine = qemu(folder, f'd=$(mktemp -d "{folder}/at.XXXXXX"); ls -d "{folder}"/at.* | wc -l >> "{folder}/many"\n'
                           'sleep 0.6; rmdir "$d"; exit 1')
    for i in range(6):
        system(folder, f"systems/{i}/system.toml")
    for jobs, least, most in ((1, 1, 1), (3, 2, 3)):
        (folder / "many").unlink(missing_ok=True)
        expect(kaal("--jobs", jobs, "--qemu", machine, folder / "systems"), 1, r"^0 passed, 6 failed$")
        many = [int(n) for n in (folder / "many").read_text().split()]
        check(len(many) == 6 and least <= max(many) <= most, f"--jobs {jobs}: {many} at a time")


def interrupted(folder):
    """Ctrl-C ends those that run, and the rest is not begun."""
    machine = qemu(folder, f'echo $$ >> "{folder}/pids"; exec sleep 60')
    for i in range(4):
        system(folder, f"systems/{i}/system.toml")
    run = subprocess.Popen(command("--jobs", 2, "--junit", folder / "x.xml", "--qemu", machine, folder / "systems"),
                           text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    pids = folder / "pids"
    end = time.monotonic() + 20
    while not pids.exists() or len(pids.read_text().split()) < 2:
        check(time.monotonic() < end, "nothing runs")
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=20)
    expect((run.returncode, output), 1, r"stopped by signal", r"^kaal: error: stopped by signal 2; 2 of 4 systems were not run$",
           r"^0 passed, 2 failed$")
    for pid in pids.read_text().split():
        check(not pathlib.Path("/proc", pid).exists(), f"process {pid} still runs")
    check(xml.etree.ElementTree.parse(folder / "x.xml").getroot().find("testsuite").get("tests") == "2", "no results")


def refuses(folder):
    for arguments, message in (
            (("--tap", "conformance"), "--tap belongs to `kaal test SYSTEM`; leave out conformance"),
            (("--junit", "x", "--ctest", "y"), "--junit belongs to `kaal test SYSTEM`; leave out --ctest"),
            (("--tap", "--long"), "--tap belongs to `kaal test SYSTEM`; leave out --long"),
            (("--jobs", "0", hello), "--jobs 0: not possible; give how many run at a time, from 1"),
            (("--jobs", "x", hello), "--jobs x: not possible; give how many run at a time, from 1"),
            (("--jobs", "257", hello), "--jobs 257: not possible")):
        expect(kaal(*arguments), 2, rf"^kaal: error: {re.escape(message)}")
    for several in ((hello, hello), (source / "examples",)):
        expect(kaal("--log", folder / "log", *several), 2, r"^kaal: error: --log is the log of one system")
    # Before any is run.
    for path, cause in ((folder / "none/x.xml", "its folder is not there"), (folder, "is a directory"),
                        ("/dev/null", "is no regular file")):
        expect(kaal("--junit", path, hello), 1, rf"\Akaal: error: cannot write {path}: {cause}; choose another place\n\Z")
    check(sorted(p.name for p in folder.iterdir()) == [], "something was written")


with tempfile.TemporaryDirectory() as scratch:
    globals()[case.replace("-", "_")](pathlib.Path(scratch).resolve())
print(f"{case}: as it must be")
