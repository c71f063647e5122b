#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal diff`: each kind of change in its words, and no words where authority is the same.

usage: diff.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import pathlib
import re
import tempfile

from tool import bad_inputs, check, demo, edited, fail, full_output, kaal, run, says, source

BASE = """\
[system]
programs = ["worker.elf"]
[protection_domains.root]
program_image = "root.elf"
[protection_domains.cap_broker]
program_image = "cap_broker.elf"
[protection_domains.a]
program_image = "a.elf"
budget = 1000
period = 10000
permits = [{ path = "/pl031@9010000" }]
allow = ["memory", "device"]
[protection_domains.b]
program_image = "b.elf"
priority = 120
[[channels]]
name = "ask"
from = "a"
to = "b"
[[channels]]
name = "poke"
from = "b"
to = "a"
kind = "notify"
[memory_regions.ring]
size = 0x2000
maps = [{ pd = "a", rights = "rw" }, { pd = "b", rights = "r" }]
[[devices]]
name = "uart"
pd = "b"
path = "/pl011@9000000"
[[capabilities]]
name = "own"
pd = "a"
kind = "sched_context"
object = "b"
"""

# What is changed, and the lines that must come, all of them.
CHANGES = (
    ([(r"budget = 1000$", "budget = 500")], ["a's budget went from 1000 to 500 us"]),
    ([(r"priority = 120", "priority = 121")], ["b's priority went from 120 to 121"]),
    ([(r'"b\.elf"', '"c.elf"')], ["b's program went from b.elf to c.elf"]),
    ([(r'from = "a"\nto = "b"', 'from = "a"\nto = "b"\ngrant = true')], ["a may now hand capabilities to b"]),
    ([(r'\[\[channels\]\]\nname = "ask".*?to = "b"\n', "")], ["a may no longer call b"]),
    ([(r'to = "a"\nkind = "notify"', 'to = "a"')], ["b may no longer signal a", "b may now call a"]),
    ([(r'"b", rights = "r"', '"b", rights = "rw"')], ["b gained write access to ring"]),
    ([(r', { pd = "b", rights = "r" }', "")], ["b lost read access to ring"]),
    ([(r"size = 0x2000", "size = 0x3000")], ["the size of memory region ring went from 8192 to 12288 bytes"]),
    ([(r"\[\[devices\]\].*?9000000\"\n", "")],
     ["b lost the device uart (/pl011@9000000)", "b lost register window 0 of uart", "b lost interrupt 0 of uart"]),
    ([(r'"/pl011@9000000"', '"/pl011@9000000"\ninterrupts = 0')], ["b lost interrupt 0 of uart"]),
    ([(r'permits = .*?\n', 'permits = [{ compatible = "virtio,mmio" }]\n')],
     ["a may no longer ask for the device at /pl031@9010000", "a may now ask for the device compatible with virtio,mmio"]),
    ([(r'allow = \["memory", "device"\]', 'allow = ["memory", "device", "publish"]')],
     ['a may now ask the broker for "publish"']),
    ([(r'kind = "sched_context"', 'kind = "tcb"')],
     ["a lost a capability to the sched_context of b", "a gained a capability to the tcb of b"]),
    ([(r'programs = \["worker.elf"\]', "")], ["the program worker.elf may no longer be spawned"]),
    ([(r'(\[protection_domains.b\])', r'[protection_domains.c]\nprogram_image = "c.elf"\nallow = []\n\1')],
     ["component c was added: c.elf, priority 100"]),
    ([(r"priority = 120", 'priority = 120\nparent = "a"')], ["b's parent went from the broker to a"]),
    ([(r"priority = 120", 'priority = 120\nrestart = "always"\nwindow = 0\nwatches = ["a"]')],
     ["b's restart went from never to always", "b's window of restarts went from 1000000 to 0 us",
      "b gained the watch over a"]),
)


def describe(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def each_change(folder):
    base = describe(folder, "base.toml", BASE)
    for edits, lines in CHANGES:
        changed = describe(folder, "changed.toml", edited(BASE, *edits))
        said = kaal("diff", base, changed, status=1)[0].splitlines()
        check(sorted(said) == sorted(lines), f"{edits}: wanted {lines}", "\n".join(said))
        back = kaal("diff", changed, base, status=1)[0].splitlines()
        check(back and back != said, f"{edits}: nothing the other way round")


def the_same(folder):
    check(kaal("diff", demo, demo)[0] == "", "the demo differs from itself")
    base = describe(folder, "base.toml", BASE)
    for edits in ([(r'"ask"', '"question"')], [(r"size = 0x2000", "size = 8_192")],
                  [(r'\{ pd = "a", rights = "rw" \}', '{ pd = "a", rights = "rw", vaddr = 0x1100000000 }')],
                  [(r"budget = 1000$", "budget = 1000 # us"), (r"priority = 120", "priority = 0x78")]):
        said = kaal("diff", base, describe(folder, "changed.toml", edited(BASE, *edits)))[0]
        check(said == "", f"{edits}: no authority", said)


def pci_functions(folder):
    """Compared is the function, however it is written: in capitals, with the number 0, with zeros before it."""
    pci = edited(BASE, (r'path = "/pl011@9000000"', 'pci = "1af4:10aa"'), (r'path = "/pl031@9010000"', 'pci = "1af4:10bb:1"'))
    base = describe(folder, "base.toml", pci)
    for edits in ([("1af4", "1AF4"), ("10aa", "10AA"), ("10bb", "10bB")], [("10aa", "10aa:0")], [("10aa", "10AA:000")],
                  [("10bb:1", "10BB:01")]):
        said = kaal("diff", base, describe(folder, "changed.toml", edited(pci, *edits)))[0]
        check(said == "", f"{edits}: the same function", said)
    # A permit without a number stands for each function, so it is not that for the first.
    for edits, lines in (
            ([("10aa", "10AA:01")], ["b gained the device uart (1af4:10aa:1)", "b gained interrupt 0 of uart",
                                     "b gained register window 0 of uart", "b lost the device uart (1af4:10aa)",
                                     "b lost interrupt 0 of uart", "b lost register window 0 of uart"]),
            ([("10bb:1", "10BB:00")], ["a may no longer ask for the device which is PCI function 1af4:10bb:1",
                                       "a may now ask for the device which is PCI function 1af4:10bb:0"]),
            ([("10bb:1", "10BB")], ["a may no longer ask for the device which is PCI function 1af4:10bb:1",
                                    "a may now ask for the device which is PCI function 1af4:10bb"])):
        said = kaal("diff", base, describe(folder, "changed.toml", edited(pci, *edits)), status=1)[0].splitlines()
        check(sorted(said) == sorted(lines), f"{edits}: wanted {lines}", "\n".join(said))


def gone_and_new(folder):
    base = describe(folder, "base.toml", BASE)
    changed = describe(folder, "changed.toml", edited(
        BASE, (r"\[protection_domains.b\].*?120\n", ""), (r"\[\[channels\]\].*?\"notify\"\n", ""),
        (r", \{ pd = \"b\", rights = \"r\" \}", ""), (r"\[\[devices\]\].*", "")))
    said = kaal("diff", base, changed, status=1)[0]
    says(said, "^component b was removed$", "^a may no longer call b$")
    check(not re.search("^b ", said, re.M), "a component that is gone is told of", said)
    said = kaal("diff", changed, base, status=1)[0].splitlines()
    check(said.index("component b was added: b.elf, priority 120") < said.index("b gained read access to ring"),
          "a component comes before what it may", said)


def as_json(folder):
    base = describe(folder, "base.toml", BASE)
    changed = describe(folder, "changed.toml", edited(BASE, (r"budget = 1000$", "budget = 500")))
    found = json.loads(kaal("diff", "--json", base, changed, status=1)[0])
    check(found["schema"] == "kaal-diff" and found["version"] == 1 and found["same"] is False, f"{found}")
    check(found["changes"] == [{"component": "a", "kind": "changed", "fact": "budget a", "before": "1000",
                                "after": "500", "text": "a's budget went from 1000 to 500 us"}], f"{found}")
    found = json.loads(kaal("diff", "--json", base, base)[0])
    check(found["same"] is True and found["changes"] == [], f"{found}")


def refused(folder):
    bad_inputs("diff", folder)
    for systems in ([], [demo], [demo, demo, demo]):
        says(kaal("diff", *systems, status=2)[1], "with two SYSTEMs")
    says(kaal("diff", demo, folder / "missing.toml", status=2)[1], "missing.toml.*no such file")
    full_output("diff", demo, source / "examples/hello", status=2)
    said, _ = kaal("diff", "--quiet", demo, source / "examples/hello", status=1)
    if said:
        fail("--quiet is not", said)


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
