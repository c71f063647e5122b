#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How deep a stack gets, as `kaal plan` tells it: of programs in assembly, with what each must have.

usage: stack.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import pathlib
import random
import subprocess
import tempfile

from tool import build, check, kaal, run, says, tool

COMPILER = "aarch64-linux-gnu-gcc"
NOTE = """\
    .section .note.kaal, "a", %note
    .word 5, 32, 1
    .asciz "KaaL"
    .balign 4
    .asciz "mcs-dbg"
    .zero 24
"""
SYSTEM = """\
[protection_domains.root]
program_image = "root.elf"
[protection_domains.cap_broker]
program_image = "cap_broker.elf"
[protection_domains.it]
program_image = "it.elf"
stack_size = 0x1000
"""


def function(name, *body):
    lines = "".join(f"    {line}\n" for line in body)
    return f"    .global {name}\n    .type {name}, %function\n{name}:\n{lines}    .size {name}, . - {name}\n"


LEAF = function("leaf", "stp x29, x30, [sp, #-48]!", "ldp x29, x30, [sp], #48", "ret")
DEEP = function("deep", "sub sp, sp, #1024", "add sp, sp, #1024", "ret")

# What the program is, and what is said of it: bound, bytes, path, a word of the reason.
PROGRAMS = {
    "nothing": (function("_start", "b _start"), "at_most", 0, ["_start"], None),
    "a-call": (function("_start", "bl leaf") + LEAF, "at_most", 48, ["_start", "leaf"], None),
    "the-deeper-of-two": (function("_start", "bl leaf", "bl deep", "bl leaf") + LEAF + DEEP,
                          "at_most", 1024, ["_start", "deep"], None),
    "each-form": (function("_start", "sub sp, sp, #16", "sub sp, sp, #1, lsl #12", "stp x0, x1, [sp, #-32]!",
                           "stp d8, d9, [sp, #-64]!", "stp q8, q9, [sp, #-256]!", "str x0, [sp, #-128]!",
                           "str d0, [sp, #-16]!", "str q0, [sp, #-32]!", "stp x0, x1, [sp], #16", "str x0, [sp, #8]",
                           "ldp x0, x1, [sp, #-16]!"),
                  "at_most", 16 + 4096 + 32 + 64 + 256 + 128 + 16 + 32, ["_start"], None),
    "a-tail-call": (function("_start", "bl middle") + function("middle", "sub sp, sp, #32", "b deep") + DEEP,
                    "at_most", 1056, ["_start", "middle", "deep"], None),
    "a-pointer-in-a-table": (function("_start", "ldr x0, [x1]", "blr x0") + LEAF + DEEP
                             + "    .section .rodata\n    .balign 8\n    .xword leaf\n    .text\n",
                             "at_most", 48, ["_start", "leaf"], None),
    "a-pointer-in-the-code": (function("_start", "adrp x0, deep", "add x0, x0, :lo12:deep", "blr x0") + LEAF + DEEP,
                              "at_most", 1024, ["_start", "deep"], None),
    "a-pointer-jumped-to": (function("_start", "adr x16, leaf", "br x16") + LEAF + DEEP,
                            "at_most", 48, ["_start", "leaf"], None),
    "a-switch": (function("_start", "adr x1, deep", "add x0, x1, w0, sxth #2", "br x0") + DEEP,
                 "at_most", 0, ["_start"], None),
    "a-part-elsewhere": (function("_start", "sub sp, sp, #64", "b _start.cold", "1: nop")
                         + function("_start.cold", "bl leaf", "b 1b") + LEAF,
                         "at_most", 112, ["_start", "_start.cold", "leaf"], None),
    "a-circle": (function("_start", "bl one") + function("one", "sub sp, sp, #32", "bl two")
                 + function("two", "sub sp, sp, #16", "bl one"),
                 "at_least", 48, ["_start", "one", "two"], "one can come to itself again, by two"),
    "itself": (function("_start", "bl one") + function("one", "sub sp, sp, #32", "bl one"),
               "at_least", 32, ["_start", "one"], "one can come to itself again, by one"),
    "a-computed-size": (function("_start", "bl one") + function("one", "sub sp, sp, #32", "sub sp, sp, x0"),
                        "at_least", 32, ["_start", "one"], "one computes how much it takes"),
    "too-much": (function("_start", "bl one", "bl leaf") + function("one", "sub sp, sp, #2, lsl #12") + LEAF,
                 "at_most", 8192, ["_start", "one"], None),
}


def link(folder, text, *options):
    (folder / "it.S").write_text("    .text\n" + text + NOTE)
    subprocess.run([COMPILER, "-nostdlib", "-static", "-no-pie", "-Wl,-z,max-page-size=4096,--build-id=none",
                    "-Wl,-Ttext-segment=0x200000", *options, "-o", folder / "it.elf", folder / "it.S"], check=True)
    (folder / "system.toml").write_text(SYSTEM)
    return folder / "system.toml"


def of_it(system):
    plan = json.loads(kaal("plan", "--json", system)[0])
    return next(c for c in plan["components"] if c["name"] == "it")["stack"]


def each_program(folder):
    for name, (text, bound, deepest, path, reason) in PROGRAMS.items():
        system = link(folder, text)
        found = of_it(system)
        check((found["bound"], found["deepest"], found["path"]) == (bound, deepest, path), f"{name}: {found}", text)
        check(found["reason"] == reason, f"{name}: {found['reason']}")
        check(found["margin"] == (4096 - deepest if deepest <= 4096 else None), f"{name}: margin {found['margin']}")
        said = kaal("plan", system)[0]
        says(said, rf"^  stack    {deepest} B of 4096 {bound.replace('_', ' ')}"
             + (": too small" if deepest > 4096 else "") + (f": {reason}" if reason else "") + "$")


def without_symbols(folder):
    system = link(folder, PROGRAMS["a-call"][0], "-s")
    found = of_it(system)
    check((found["bound"], found["margin"], found["path"]) == ("unknown", None, []), f"{found}")
    says(kaal("plan", system)[0], "^  stack    4096 B: the program has no symbols$")
    # An entry that no symbol covers.
    found = of_it(link(folder, PROGRAMS["a-call"][0] + "    .byte 0\n    .balign 4\n    .global here\nhere: nop\n", "-Wl,-e,here"))
    check(found["bound"] == "unknown" and "entry" in found["reason"], f"{found}")


def deep_graph(folder):
    """A chain of calls as long as no stack of the tool's own would bear."""
    count = 20000
    chain = "".join(function(f"f{i}", "sub sp, sp, #16", f"bl f{i + 1}") for i in range(count))
    found = of_it(link(folder, function("_start", "bl f0") + chain + function(f"f{count}", "ret")))
    check((found["bound"], found["deepest"]) == ("at_most", 16 * count), f"{found['bound']} {found['deepest']}")
    check(found["path"][:3] == ["_start", "f0", "f1"] and len(found["path"]) == 64, f"{found['path']}")


def any_bytes(folder):
    """Bytes of a program changed, the same ones in each run: it is refused, or something is said."""
    system = link(folder, PROGRAMS["a-circle"][0] + PROGRAMS["a-pointer-in-the-code"][0].replace("_start", "other"))
    good = (folder / "it.elf").read_bytes()
    chance = random.Random(1)
    said = 0
    for _ in range(400):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 1, 4, 40))):
            at = chance.randrange(64, len(bad))
            bad[at:at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", chance.randbytes(4)))[:len(bad) - at]
        (folder / "it.elf").write_bytes(bad)
        done = subprocess.run([tool, "plan", "--json", "--build-dir", build, system], capture_output=True, timeout=20,
                              check=False)
        check(done.returncode in (0, 1), f"status {done.returncode}", bad.hex())
        if done.returncode == 0:
            said += 1
            found = next(c for c in json.loads(done.stdout)["components"] if c["name"] == "it")["stack"]
            check(found["bound"] in ("unknown", "at_most", "at_least"), f"{found}")
    check(said > 100, f"{said} of 400 are programs")


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
