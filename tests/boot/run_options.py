#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal run` with --only, --gdb, --net, --qemu-args, --smp.

usage: run_options.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
demo = source / "examples/demo/system.toml"
hello = source / "examples/hello/system.toml"
supervised = source / "examples/supervised/system.toml"


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def kaal(*arguments, keys="", **options):
    done = subprocess.run([tool, "run", "--build-dir", build, *map(str, arguments)], input=keys, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False, **options)
    return done.returncode, done.stdout


def expect(result, code, *patterns, never=None):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)
    check(never is None or not re.search(never, output, re.M), f"a line matches {never!r}", output)


def only(folder):
    """Starting simple: one, then what it needs, as the tool names it."""
    expect(kaal("--only", "console", hello), 0, r"^\[root\] @start .*pds=3 ", r"^\[console\] @ready", r"^verified: ",
           never=r"^\[hello\]")
    expect(kaal("--only", "hello,console", hello), 0, r"^\[hello\] @hello", r"^verified: ")
    status, output = kaal("--only", "producer", demo)
    check(status == 1, "a producer without a consumer runs", output)
    all_of_it = re.search(r"^kaal: note: with all that they need: --only (\S+)$", output, re.M).group(1)
    expect(kaal("--only", all_of_it, demo), 0, r"^\[producer\] @ring", r"^\[consumer\] @ring", r"^verified: ",
           never=r"^\[prober\]")
    # With a region and a clock of others: numbers change.
    expect(kaal("--only", "hung,clock,console", "-t", "20", supervised), 0, r"component=hung", r"^verified: ",
           never=r"component=crasher")
    everything = re.findall(r"^\[protection_domains\.(\w+)\]", demo.read_text(), re.M)
    expect(kaal("--quiet", "--only", ",".join(everything), demo), 0, r"^verified: ")


def only_microkit(folder):
    """A driver out of two domains: its region, its interrupt and what its symbols are set to have other numbers."""
    irq = (source / "tests/boot/microkit/irq.system").read_text()
    other = ('<memory_region name="other" size="0x1000" /><protection_domain name="other"><program_image path="mk_irq.elf" />'
             '<map mr="other" vaddr="0x2_000_000" setvar_vaddr="rtc" /><irq irq="35" id="17" /></protection_domain>')
    system = folder / "two.system"
    system.write_text(irq.replace("<system>", "<system>" + other))
    (folder / "two.expect.toml").write_text((source / "tests/boot/microkit/irq.expect.toml").read_text())
    expect(kaal("--only", "rtc", system), 0, r"^\[rtc\] ", r"^verified: ", never=r"^\[other\]")


def only_refuses(folder):
    expect(kaal("--only", "hello", hello), 1,
           r"system\.toml:\d+:\d+: error: `hello` needs `console`, which it calls; add it to --only$",
           r"^kaal: note: with all that they need: --only console,hello$")
    expect(kaal("--only", "helo", hello), 1, r"error: --only helo: there is no such component; did you mean `hello`\?")
    expect(kaal("--only", "", hello), 2, r"error: --only : not possible; give 1 to \d+ words")
    expect(kaal("--only", ",,", hello), 2, r"not possible")
    for name, reason in (("server", "`clock`, which times its restarts"), ("cache", "`server`, on which it depends"),
                         ("cache", "`client`, which it signals"), ("watcher", "`crasher`, which it watches"),
                         ("crasher", "`manager`, to which its failures go")):
        expect(kaal("--only", name, supervised), 1, f"error: `{name}` needs {reason}; add it to --only$")


def gdb(folder):
    """At the beginning of a component with its symbols, then in another with that one's, then in the kernel."""
    system = source / "examples/demo/system.toml"
    keys = ("info symbol $pc\nprint $component()\nprint kaal_start->name\ncomponent\nframe\n"
            "stop-in server protected\ncontinue\nframe\nprint $component()\n"
            "delete\nstop-in nobody init\nstop-in server nothing\nbreak entry_syscall\ncontinue\nframe\n")
    expect(kaal("--gdb=client", system, keys=keys, env={**os.environ, "TMPDIR": str(folder)}), 0,
           r"^(\(gdb\) )?init( \+ \d+)? in section \.text of .*/client\.elf", r'^(\(gdb\) )?\$1 = "client"', r'= "client", ',
           r"^component client$", r"Breakpoint 1, #0  .*init \(\) at .*examples/demo/client\.c:\d+$",
           r"^component server$", r"Breakpoint 2, #0 .*protected \(badge=", r"examples/demo/server\.c:\d+$", r'\$\d+ = "server"',
           r"no component nobody; there are root, cap_broker, .*client",
           r"server has no nothing|Function \"nothing\" not defined", r"entry_syscall \(", r"at .*kernel/core/\w+\.c:\d+")
    check(list(folder.iterdir()) == [], f"files stay behind: {list(folder.iterdir())}")


def gdb_without_name(folder):
    expect(kaal("--gdb", hello, keys="stop-in hello init\ncontinue\nprint kaal_start->name\n",
                env={**os.environ, "TMPDIR": str(folder)}), 0,
           r"^the machine stands at its reset", r"^component hello$", r'= "hello", ')
    check(list(folder.iterdir()) == [], f"files stay behind: {list(folder.iterdir())}")


def gdb_refuses(folder):
    expect(kaal("--gdb=helo", hello), 1, r"error: --gdb=helo: there is no such component; did you mean `hello`\?")
    expect(kaal("--gdb", "hello", hello), 2, r"error: more than one SYSTEM: .*; give one, and a component as --gdb=NAME")
    expect(kaal("--gdb", "-i", hello), 2, r"error: --gdb has the terminal, .*; leave out --interactive")
    expect(kaal("--gdb", hello, env={**os.environ, "TMPDIR": "/nowhere"}), 1,
           r"error: cannot make a folder for gdb's socket in /nowhere: No such file")
    (folder / "qemu-system-aarch64").symlink_to("/usr/bin/qemu-system-aarch64")
    expect(kaal("--gdb", hello, env={"PATH": str(folder), "TMPDIR": str(folder)}), 1,
           r"error: gdb-multiarch is not installed; install the package gdb-multiarch")


def arguments_of(*words):
    """What QEMU is started with: it is a program that writes it down."""
    with tempfile.TemporaryDirectory() as name:
        script = pathlib.Path(name) / "qemu"
        script.write_text(f'#!/bin/sh\ncase "$*" in *" -S") exit 1;; esac\nprintf "%s\\n" "$@" >{name}/words\nexit 1\n')
        script.chmod(0o755)
        kaal("--qemu", script, *words, hello)
        return (pathlib.Path(name) / "words").read_text().splitlines()


def net(folder):
    words = arguments_of("--net")
    check("virtio-net-device,netdev=net,bus=virtio-mmio-bus.1" in words and "user,id=net" in words, "no card", str(words))
    check("virtio-net-device" not in str(arguments_of()), "a card that nobody asked for")
    expect(kaal("--net", "--quiet", hello), 0, r"^verified: ")


def qemu_args(folder):
    words = arguments_of("--qemu-args", "-d  int,mmu", "--qemu-args", "-D /dev/null")
    at = words.index("-d")
    check(words[at:at + 4] == ["-d", "int,mmu", "-D", "/dev/null"], "not as given", str(words))
    trace = folder / "trace"
    expect(kaal("--quiet", "--qemu-args", f"-d int -D {trace}", hello), 0, r"^verified: ")
    check("Taking exception" in trace.read_text(), "QEMU wrote nothing")
    expect(kaal("--qemu-args", "-nonsense", hello), 1, r"it said: .*-nonsense")
    expect(kaal("--qemu-args", " ", hello), 2, r"--qemu-args  : not possible; give 1 to 32 words")
    expect(kaal("--qemu-args", "x " * 33, hello), 2, r"not possible; give 1 to 32 words")


def smp(folder):
    expect(kaal("--smp", "1", "--quiet", hello), 0, r"^verified: ")
    expect(kaal("--smp", "2", hello), 1, r"^kaal: error: --smp 2: the kernel runs on one core; leave out --smp$")
    for value in ("0", "-1", "two", "1000", ""):
        expect(kaal("--smp", value, hello), 2, r"--smp .*: not possible; give a number of cores from 1")


def here(folder):
    """Without SYSTEM: the system of this folder, else the demo."""
    (folder / "system.toml").write_text(hello.read_text())
    expect(kaal(cwd=folder), 0, r"^kaal: system\.toml on", r"^\[hello\] @hello")
    (folder / "empty").mkdir()
    expect(kaal(cwd=folder / "empty"), 0, r"^kaal: .*/examples/demo/system\.toml on")


with tempfile.TemporaryDirectory() as scratch:
    globals()[case.replace("-", "_")](pathlib.Path(scratch))
print(f"{case}: as it must be")
