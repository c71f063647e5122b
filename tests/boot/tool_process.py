#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The process side of the tool: what it leaves behind when QEMU, the guest, the disk or the user fails.

usage: tool_process.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER

Each case runs with a TMPDIR of its own, which must be empty at the end, and with a seed of its own,
by which its QEMU is found among the processes.
"""
import os
import pathlib
import pty
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import termios
import time

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
demo = source / "examples/demo/system.toml"
hello = source / "examples/hello/system.toml"
seed = random.getrandbits(64) | 1
# The console goes on when all others have ended.
NEVER = '[[stages]]\nfrom = "console"\nevent = "never"\n'


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def machines(of=None):
    """The processes of QEMU that this case started."""
    word = f"kaal.seed=0x{of or seed:016x}".encode()
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if word in arguments and state != "Z":
            found.append(int(entry.name))
    return found


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, what)
        time.sleep(0.01)


def command(name, *arguments):
    own = ["--seed", hex(seed)] if name == "run" else []
    return [str(tool), name, "--build-dir", str(build), *own, *map(str, arguments)]


def kaal(name, *arguments, **options):
    done = subprocess.run(command(name, *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=100, **options)
    return done.returncode, done.stdout


def expect(result, code, *patterns):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)
    check(machines() == [], "QEMU still runs", output)


def variant(folder, original, expectations):
    """A description with other expectations."""
    (folder / "system.toml").write_text(original.read_text())
    (folder / "expect.toml").write_text(expectations)
    return folder / "system.toml"


def script(folder, text):
    """Something that is run as QEMU, and does not keep the tool waiting for a device tree."""
    path = folder / "qemu"
    path.write_text(f'#!/bin/sh\ncase "$*" in *" -S") exit 1;; esac\n{text}\n')
    path.chmod(0o755)
    return path


def endless(folder):
    """A run that would go on for a minute, once its components run."""
    run = subprocess.Popen(command("run", "--timeout", 60, variant(folder, hello, NEVER)),
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    for line in run.stdout:
        if line.startswith("[hello] @hello"):
            break
    check(len(machines()) == 1, f"{len(machines())} machines run")
    return run


# --- QEMU ------------------------------------------------------------------------------------------

def qemu_missing(folder):
    expect(kaal("run", hello, env={"PATH": str(folder), "TMPDIR": os.environ["TMPDIR"]}), 1,
           r"error: qemu-system-aarch64 is not installed; install the package qemu-system-arm")
    expect(kaal("run", "--qemu", folder / "none", hello), 1, r"error: cannot run .*none: No such file")
    (folder / "text").write_text("text")
    expect(kaal("run", "--qemu", folder / "text", hello), 1,
           r"error: cannot run .*text: Permission denied")


def qemu_dies(folder):
    expect(kaal("run", "--qemu", script(folder, "echo no such machine >&2; exit 3"), hello), 1,
           r"QEMU ended with status 3 before \[loader\] @start was seen; it said: no such machine",
           r"^not verified: .*QEMU gave up")
    expect(kaal("run", "--qemu", script(folder, "kill -SEGV $$"), hello), 1,
           r"QEMU was killed by signal 11 before \[loader\] @start was seen")


def qemu_floods(folder):
    """Endless output, of reports, of bytes without a line, and of QEMU's own messages."""
    for what in ("exec yes '[hello] @fault x=1'", "exec cat /dev/zero", "exec tr '\\0' x < /dev/zero"):
        expect(kaal("run", "--quiet", "--qemu", script(folder, what), hello), 1,
               r"more than 16 MiB of output")
    expect(kaal("run", "--timeout", 2, "--qemu", script(folder, "exec yes message >&2"), hello), 1,
           r"time limit of 2 s reached")
    kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    check(kib < 128 * 1024, f"{kib} KiB of memory were used")


def qemu_ignores_everything(folder):
    """One that listens neither to QMP nor to SIGTERM."""
    start = time.monotonic()
    expect(kaal("run", "--timeout", 1, "--qemu",
                script(folder, "trap '' TERM INT; while :; do sleep 0.1; done"), hello), 1,
           r"time limit of 1 s reached while waiting for \[loader\] @start")
    check(time.monotonic() - start < 10, "it took too long to end")


# --- the guest -------------------------------------------------------------------------------------

def guest_hangs(folder):
    start = time.monotonic()
    expect(kaal("run", "--timeout", 3, variant(folder, hello, NEVER)), 1,
           r"problem: time limit of 3 s reached while waiting for \[console\] @never; the last line was: \[",
           r"problem: \[console\] @never was not seen", r"^not verified: ")
    check(time.monotonic() - start < 3 + 10, "it did not end in time")


def guest_powers_off_early(folder):
    expectations = (demo.parent / "expect.toml").read_text()
    expectations, count = re.subn(r'(\[end\]\n.*?event = )"end"', r'\1"encore"', expectations, flags=re.S)
    check(count == 1, "the demo's expectations have no [end] any more")
    expect(kaal("run", variant(folder, demo, expectations)), 1,
           r"problem: QEMU ended with status 0 before \[conductor\] @encore was seen",
           r"problem: \[conductor\] @encore was not seen", r"^not verified: .*the machine powered off")


# --- the user --------------------------------------------------------------------------------------

def ctrl_c(folder):
    """Ctrl-C typed at a terminal: status 1, and the terminal as it was."""
    system = variant(folder, hello, NEVER)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(tool, command("run", "--timeout", 60, system))
    before = termios.tcgetattr(terminal)
    output = b""
    while b"[hello] @hello" not in output:
        output += os.read(terminal, 4096)
    check(len(machines()) == 1, "no machine runs")
    os.write(terminal, b"\x03")
    try:
        while more := os.read(terminal, 4096):
            output += more
            after = termios.tcgetattr(terminal)
    except OSError:
        pass  # the other side is closed
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    expect((status, output.decode()), 1, r"problem: stopped by signal 2",
           r"^not verified: .*the machine was stopped by the user")
    check(before == after, "the terminal has other settings than before")


def terminated(folder):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        run = endless(folder)
        start = time.monotonic()
        run.send_signal(number)
        output = run.communicate(timeout=30)[0]
        expect((run.returncode, output), 1, rf"problem: stopped by signal {int(number)}")
        check(time.monotonic() - start < 10, "it took too long to end")


def killed(folder):
    """SIGKILL leaves no time for anything, and still no machine and no file stays."""
    run = endless(folder)
    run.kill()
    run.wait()
    wait_for(lambda: machines() == [], 10, "QEMU outlives the tool")


def reader_goes_away(folder):
    """As in `kaal run | head -1`."""
    run = subprocess.Popen(command("run", hello), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    run.stdout.readline()
    run.stdout.close()
    check(run.wait(timeout=60) >= 0, "the tool was killed by SIGPIPE")
    wait_for(lambda: machines() == [], 10, "QEMU still runs")


def standard_streams_closed(folder):
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *command("run", hello)], timeout=60,
                          check=False)
    check(done.returncode == 0, f"exit status {done.returncode}, not 0")


def two_at_once(folder):
    """Nothing is shared by name."""
    global seed
    runs = []
    for i in range(2):
        seed += i
        runs.append((seed, subprocess.Popen(command("run", demo), stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, text=True)))
    for own, run in runs:
        output = run.communicate(timeout=100)[0]
        check(run.returncode == 0 and f"0x{own:016x}" in output, "not verified", output)
        check(machines(own) == [], "QEMU still runs")


# --- files -----------------------------------------------------------------------------------------

def log_unwritable(folder):
    for path, cause in ((folder / "none/log", "its folder is not there"), (folder, "is a directory"),
                        ("/dev/full", "no space left")):
        expect(kaal("run", "--log", path, hello), 1, rf"error: cannot write {path}: {cause}")


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))


def image_unwritable(folder):
    """An image that cannot be written leaves the one that was there, and nothing else."""
    image = folder / "loader.elf"
    image.write_bytes(b"old")
    expect(kaal("build", "-o", folder / "none/loader.elf", hello), 1, r"error: cannot write .*its folder is not there")
    expect(kaal("build", "-o", image, hello, preexec_fn=limit_file_size), 1,
           rf"error: cannot write {image}: File too large")
    check(listing(folder) == ["loader.elf"], f"{listing(folder)} are there")
    (folder / "system.bin").mkdir()
    expect(kaal("build", "-o", image, hello), 1, r"error: cannot write .*system.bin: is a directory")
    expect(kaal("build", "-o", folder / "system.bin", hello), 2, r"error: .*system.bin")
    check(image.read_bytes() == b"old", "the old image is gone")
    check(listing(folder) == ["loader.elf", "system.bin"], f"{listing(folder)} are there")


def build_interrupted(folder):
    """SIGTERM at any moment: the image is the old or the new one, and no other file is there."""
    image = folder / "loader.elf"
    start = time.monotonic()
    expect(kaal("build", "-o", image, hello), 0)
    duration = time.monotonic() - start
    new = image.read_bytes()
    kept = 0
    for i in range(40):
        image.write_bytes(b"old")
        run = subprocess.Popen(command("build", "-q", "-o", image, hello), stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        time.sleep(duration * i / 40)
        run.terminate()
        status = run.wait(timeout=30)
        check(status in (0, -signal.SIGTERM), f"exit status {status}")
        check(image.read_bytes() == (new if status == 0 else b"old") or image.read_bytes() == new,
              "the image is neither the old nor the new one")
        check(listing(folder) == ["loader.elf", "system.bin"], f"{listing(folder)} are there")
        kept += image.read_bytes() == b"old"
    check(kept > 0, "no build was interrupted")


def stopped_at(function, hit, end, image):
    """Builds under gdb; at the call of a function, the one that counts, the process gets a signal."""
    script = ["set confirm off", "set debuginfod enabled off", f"handle {end.name} nostop noprint pass",
              f"break {function}", f"ignore 1 {hit - 1}", "run", "python print('stopped at', gdb.selected_frame().name())",
              f"python import os; os.kill(gdb.selected_inferior().pid, {int(end)})", "delete", "continue"]
    done = subprocess.run(["gdb-multiarch", "-nx", "-batch", *(w for line in script for w in ("-ex", line)), "--args",
                           *command("build", "-q", "-o", image, hello)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    check(f"stopped at {function}" in done.stdout, f"{function} was not called {hit} times", done.stdout)
    check(f"terminated with signal {end.name}" in done.stdout, f"it did not end by {end.name}", done.stdout)


def build_interrupted_at(folder):
    """A signal at each step of the two files: both are the old ones or both the new ones; after SIGKILL each is whole."""
    files = [folder / "loader.elf", folder / "system.bin"]
    expect(kaal("build", "-o", files[0], hello), 0)
    new = [file.read_bytes() for file in files]
    for function, hit, end, wanted in (
            ("mkostemp", 1, signal.SIGTERM, "old old"), ("mkostemp", 2, signal.SIGTERM, "old old"),
            ("rename", 1, signal.SIGTERM, "new new"), ("rename", 2, signal.SIGTERM, "new new"),
            ("mkostemp", 1, signal.SIGKILL, "old old"), ("mkostemp", 2, signal.SIGKILL, "old old"),
            ("rename", 1, signal.SIGKILL, "old old"), ("rename", 2, signal.SIGKILL, "new old")):
        for file in files:
            file.write_bytes(b"old")
        stopped_at(function, hit, end, files[0])
        found = ["old" if f.read_bytes() == b"old" else "new" if f.read_bytes() == n else "broken" for f, n in zip(files, new)]
        check(" ".join(found) == wanted, f"{end.name} at {function} {hit} leaves {found}, not {wanted}")
        if end == signal.SIGTERM:
            check(listing(folder) == ["loader.elf", "system.bin"], f"{listing(folder)} are there")
    # And the next build is not disturbed by what a SIGKILL left.
    expect(kaal("build", "-o", files[0], hello), 0)
    check([file.read_bytes() for file in files] == new, "the next build gives something else")


with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as temporary:
    os.environ["TMPDIR"] = temporary
    globals()[case.replace("-", "_")](pathlib.Path(scratch))
    check(os.listdir(temporary) == [], f"files stay behind: {os.listdir(temporary)}")
    check(machines() == [], "QEMU still runs")
print(f"{case}: as it must be")
