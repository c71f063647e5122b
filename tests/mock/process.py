#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of the processes of the mock machine, and whether it reports as the machine does.

usage: process.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER

Each case has a seed of its own, by which its machine is found among the processes; the programs are
its children. None may be left at the end.
"""
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
demo = source / "examples/demo/system.toml"
hello = source / "examples/hello/system.toml"
victim = source / "tests/mock/victim/system.toml"
seed = random.getrandbits(64) | 1
known = set()  # processes that this case has seen


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def process(pid):
    """Command line, parent and program of a process that runs, or None."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        name, rest = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
    except OSError:
        return None
    state, parent = rest.split()[:2]
    return None if state == "Z" else (words, int(parent), name.split("(", 1)[1])


def processes():
    """The machine of this case and its programs, as {pid: name}."""
    alive = {int(e.name): process(e.name) for e in pathlib.Path("/proc").glob("[0-9]*")}
    alive = {pid: p for pid, p in alive.items() if p}
    word = f"kaal.seed=0x{seed:016x}".encode()
    machines = [pid for pid, p in alive.items() if word in p[0] and p[2] == "kaal-mock"]
    found = {pid: p[2] for pid, p in alive.items() if pid in machines or p[1] in machines}
    known.update(found)
    return found


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (result := condition()):
        check(time.monotonic() < end, what)
        time.sleep(0.01)
    return result


def nobody_left(output=""):
    """Neither the machine, nor a program that was its child once."""
    processes()
    wait_for(lambda: not any(process(pid) for pid in known), 5, f"processes are left\n{output}")


def command(*arguments, backend="mock"):
    return [str(tool), "run", "--backend", backend, "--build-dir", str(build), "--seed", hex(seed),
            *map(str, arguments)]


def kaal(*arguments, backend="mock"):
    done = subprocess.run(command(*arguments, backend=backend), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=100)
    return done.returncode, done.stdout


def expect(result, code, *patterns):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)
    nobody_left(output)


class Run:
    """A run of `victim`, which goes on until somebody ends it."""

    def __init__(self, *arguments):
        self.tool = subprocess.Popen(command("--timeout", 20, *arguments, victim),
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.found("spin")

    def found(self, name):
        """The process of a program; the machine is "kaal-mock"."""
        return wait_for(lambda: next((p for p, n in processes().items() if n == name), None), 10,
                        f"no process of {name}")

    def end(self):
        output = self.tool.communicate(timeout=60)[0]
        return self.tool.returncode, output


# --- processes -------------------------------------------------------------------------------------

def killed_running(_):
    run = Run()
    os.kill(run.found("spin"), signal.SIGKILL)
    expect(run.end(), 0, r"kaal-mock: spin \(process \d+\) was ended by signal 9",
           r"@fault component=victim kind=exception .*cause=breakpoint code=0xf2004b4d", r"^verified")


def killed_waiting(_):
    run = Run("--timeout", 2)
    os.kill(run.found("pl011"), signal.SIGKILL)
    expect(run.end(), 1, r"kaal-mock: pl011 \(process \d+\) was ended by signal 9",
           r"time limit of 2 s reached while waiting for \[cap_broker\] @fault")


def ctrl_c(_):
    run = Run()
    run.tool.send_signal(signal.SIGINT)
    expect(run.end(), 1, r"stopped by signal 2")


def tool_killed(_):
    run = Run()
    run.tool.kill()
    run.tool.wait()
    nobody_left()


def machine_killed(_):
    run = Run()
    os.kill(run.found("kaal-mock"), signal.SIGKILL)
    expect(run.end(), 1, r"the mock machine was killed by signal 9 before \[cap_broker\] @fault")


def power_off(_):
    expect(kaal(demo), 0, r"the machine powered off")


# --- programs --------------------------------------------------------------------------------------

def other_program(folder, name):
    """hello, with what stands for it naming another program."""
    elf = bytearray((build / "mock/bin/hello.elf").read_bytes())
    at = elf.index(b"hello\0")
    elf[at:at + 64] = name.encode().ljust(64, b"\0")
    (folder / "hello.elf").write_bytes(elf)
    return kaal("--timeout", 1, "-I", folder, hello)


def foreign_program(folder):
    fault = r"@fault component=hello kind=exception addr=0x0 ip=0x200000 cause=undefined"
    expect(other_program(folder, "../../../../bin/true"), 1, fault)
    expect(other_program(folder, "nobody"), 1, fault,
           r"kaal-mock: there is no host program nobody; build it for the mock")
    shutil.copy("/bin/true", folder / "elsewhere")
    expect(other_program(folder, "elsewhere"), 1,
           r"kaal-mock: elsewhere \(process \d+\) ended with status 0",
           r"@fault component=hello kind=exception .*code=0xf2004b4d")


def alone(_):
    done = subprocess.run([build / "mock/bin/hello"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=10)
    check(done.returncode == 2, f"exit status {done.returncode}", done.stderr)
    check("hello is a program of KaaL's mock machine; run its system with kaal run --backend mock"
          in done.stderr, "no remedy", done.stderr)


# --- the tool --------------------------------------------------------------------------------------

def options(folder):
    expect(kaal("--el", "2", hello), 2, r"has no exception levels.*leave out --el")
    expect(kaal("--kernel", "/x/kernel.elf", hello), 2, r"--backend and --kernel both say what to run on")
    disk = folder / "disk"
    disk.write_bytes(bytes(512))
    expect(kaal("--disk", disk, hello), 2, r"a disk is for the machine; leave out --backend mock")
    expect(kaal("--gdb=helo", hello), 1, r"no program `helo`.*did you mean `hello`")
    expect(kaal("--gdb", hello), 1, r"no program ``; known are .*hello")
    expect(kaal("--smp", "2", hello), 2, r"the mock machine has one core; leave out --smp")
    expect(kaal("--net", hello), 2, r"a network card is for the machine; leave out --backend mock")
    expect(kaal("--qemu-args", "-d int", hello), 2, r"words for QEMU are for the machine; leave out")
    expect(kaal("--backend", "mock", hello, backend="kaal"), 0, r"^verified")
    expect(kaal(hello, backend="mok"), 2, r"--backend mok: not possible; give kaal, sel4 or mock")
    expect(kaal("--build-dir", folder, hello), 1, r"the mock machine is not built: no .*; run ninja")
    checked = subprocess.run([tool, "check", "--backend", "mock", "--build-dir", build, hello],
                             capture_output=True, text=True, timeout=60)
    check(checked.returncode == 0 and ": ok: " in checked.stdout, "check", str(checked))
    for words, what in ((["build"], "an image is"), (["bench"], "instructions are counted"),
                        (["test", "conformance"], "the conformance suite is")):
        refused = subprocess.run([tool, *words, "--backend", "mock", "--build-dir", build],
                                 capture_output=True, text=True, timeout=60)
        check(refused.returncode == 2 and f"{what} for the machine; leave out --backend mock"
              in refused.stderr, " ".join(words), str(refused))
    text = hello.read_text().replace("[system]\n", '[system]\nkernel = "none.elf"\n')
    (folder / "system.toml").write_text(text)
    (folder / "expect.toml").write_text((hello.parent / "expect.toml").read_text())
    expect(kaal(folder / "system.toml"), 0, r"^verified")
    expect(kaal("--config", "mcs-rel", hello), 1, r"is built for the kernel configuration mcs-dbg")


def debugger(_):
    tool_process = subprocess.Popen(command("--gdb=hello", hello), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seen = ""
    for line in tool_process.stdout:
        seen += line
        if m := re.match(r"hello waits for a debugger: gdb -p (\d+)", line):
            break
    check(m, "nobody waits for a debugger", seen)
    processes()
    gdb = subprocess.run(["gdb", "-q", "-batch", "-p", m.group(1), "-ex", "break init",
                          "-ex", "continue", "-ex", "backtrace", "-ex", "detach"],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    check(re.search(r"^#0 +init \(\) at .*hello\.c:\d+", gdb.stdout, re.M), "not in init()", gdb.stdout)
    rest = tool_process.communicate(timeout=60)[0]
    expect((tool_process.returncode, seen + rest), 0, r"^verified")


def fault_with_line(_):
    expect(kaal(demo), 0, r"component crasher \(crasher.elf\): read of 0xdead",
           r"^    pc 0x[0-9a-f]+  \w+  .*crasher\.c:\d+$")


# --- the same as on the machine --------------------------------------------------------------------

# What differs and may: host addresses, sizes, times; vector instructions, which nobody stops.
def comparable(text):
    lines = set()
    for line in text.splitlines():
        if not re.match(r"\[\w+\] ", line) or line.startswith(("[loader]", "[kernel]")):
            continue
        if re.match(r"\[(root|cap_broker)\] @(built|handover) ", line) or " @share " in line:
            continue
        if "name=vector_register" in line or "cause=fpu" in line:
            continue
        if re.match(r"\[cap_broker\] @(registers|backtrace) ", line):
            continue
        line = re.sub(r" (ip|lr|sp)=0x[0-9a-f]+", "", line)
        lines.add(re.sub(r"^(\[warden\] .*)(n|faults)=\d+", r"\1", line))
    return lines


def same_reports(folder):
    texts = []
    for backend in "kaal", "mock":
        log = folder / backend
        status, output = kaal("--log", log, demo, backend=backend)
        check(status == 0, f"not verified on {backend}", output)
        texts.append(comparable(log.read_text()))
    machine, mock = texts
    check(len(machine) > 50, "too few lines", "\n".join(sorted(machine)))
    check(machine == mock, "different lines", "\n".join(sorted(machine ^ mock)))
    nobody_left()


with tempfile.TemporaryDirectory() as temporary:
    globals()[case.replace("-", "_")](pathlib.Path(temporary))
    nobody_left()
