#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What Microkit's form describes beyond ours is in plan, picture and comparison.

usage: microkit.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import pathlib
import re
import tempfile

from tool import check, edited, kaal, run, says, source

systems = source / "tests/boot/microkit"
everything = source / "tests/good/everything.system"


def plan_of(name, *options):
    return json.loads(kaal("plan", "--json", *options, systems / f"{name}.system")[0])


def component(plan, name):
    return next(c for c in plan["components"] if c["name"] == name)


def plan(_):
    memory = plan_of("memory")
    writer, regions = component(memory, "writer"), {r["name"]: r for r in memory["regions"]}
    check(writer["abi"] == "microkit" and writer["ipc_buffer"] == "0x7ffffffff000", f"{writer['ipc_buffer']}")
    symbols = {s["symbol"]: s["to"] for s in writer["symbols"]}
    check(symbols["shared_size"] == "size of shared" and symbols["fixed_paddr"] == "physical address of fixed"
          and symbols["text_size"] == "size of the file in text" and symbols["reader"] == "channel 33", f"{symbols}")
    check(regions["fixed"]["paddr"] == "0x48000000" and regions["text"]["prefill"] == "memory.txt"
          and regions["tree"]["prefill"] == "the device tree", f"{regions}")
    says(kaal("plan", systems / "memory.system")[0], r"^  set      shared to the address of shared$",
         r"^  fixed .*, at 0x48000000$", r"^  text .*, holds memory\.txt$", r"^  memory.txt .* B  of a region$")
    held = [(c["slot"], c["kind"], c["of"]) for c in component(plan_of("cspace"), "holder")["capabilities"] if "root" in c]
    check(held == [(1, "tcb", "held"), (2, "vspace", "held"), (63, "sched_context", "held")], f"{held}")
    says(kaal("plan", systems / "cspace.system")[0], r"^  root 63 +sched_context +held ")
    irq = next(c for c in component(plan_of("irq"), "rtc")["capabilities"] if c["kind"] == "irq_handler")
    check((irq["slot"], irq["number"], irq["trigger"]) == (155, 34, "level"), f"{irq}")
    children = {c["name"]: c.get("child") for c in plan_of("hierarchy")["components"]}
    check((children["crashes"], children["skips"], children["counts"]) == (5, 60, 0), f"{children}")
    faults = {c["name"]: c["faults"] for c in plan_of("hierarchy")["components"]}
    check(faults["skips"] == {"to": "parent", "badge": hex(1 << 62 | 60)}, f"{faults}")


SCHEDULE = """\
<system>
  <domains><domain name="one" /><domain name="two" />
    <domain_schedule><schedule_entry domain="one" duration="500 us" /><schedule_entry domain="two" duration="20 ticks" />
    </domain_schedule></domains>
  <protection_domain name="a" domain="one"><program_image path="mk_init.elf" /></protection_domain>
  <protection_domain name="b" domain="two"><program_image path="mk_init.elf" /></protection_domain>
</system>
"""


def schedule(folder):
    (folder / "it.system").write_text(SCHEDULE)
    options = ("--config", "mk-el1-dbg", folder / "it.system")
    found = json.loads(kaal("plan", "--json", *options)[0])
    check(found["schedule"] == "one 500 us, two 20 ticks", f"{found['schedule']}")
    check([component(found, n)["domain"] for n in "ab"] == ["one", "two"], "other domains")
    says(kaal("plan", *options)[0], "^schedule\n  one 500 us, two 20 ticks$", "^  domain   two$")
    page = folder / "page.html"
    kaal("report", "--html", "-o", page, *options)
    says(page.read_text(), "Schedule: one 500 us, two 20 ticks\\.")


def fill(folder):
    for name in ("picture.bin", "words.txt"):
        (folder / name).write_bytes(b"x" * 100)


DRAWN = ("on processor 0", "in domain drivers", "secure monitor calls", "ring_size = size of ring",
         "dma_paddr = physical address of dma", "uart_irq = interrupt 5", "worker_id = child 0", "driver_channel = channel 0",
         "picture_size = size of the file in picture", "holds picture.bin", "holds the device tree", "4 KiB at 0x9000000",
         "schedule: drivers 500 us, clients 20 ticks, end")


def graph(folder):
    fill(folder)
    dot, said = kaal("graph", "-I", folder, everything)
    for text in DRAWN:
        check(text in dot, f"{text!r} is not drawn", dot)
    # The two ends of a channel have their numbers, interrupts lead to who handles them.
    says(dot, r'label=<channel_60>, taillabel="60", headlabel="61"', 'label="interrupt 33"')
    check("call the broker" not in dot, "they cannot call the broker")
    check(re.findall(r"kaal: mark \d+: (\w+)", said) == ["heap"], "other marks: what hardware may read has another reader", said)
    (folder / "it.system").write_text(edited(everything.read_text(), (
        r'<map mr="words"', '<map mr="uart" vaddr="0x6000000" perms="r" /><map mr="words"')))
    marks = json.loads(kaal("graph", "--json", "-I", folder, folder / "it.system")[0])["marks"]
    check([(m["kind"], m["region"]) for m in marks] == [("shared-device", "uart"), ("unread", "heap")], f"{marks}")


CHANGES = (
    ((r'duration="500 us"', 'duration="501 us"'),
     ["the schedule went from drivers 500 us, clients 20 ticks, end to drivers 501 us, clients 20 ticks, end"]),
    ((r'prefill_path="words.txt"', ""), ["the content of memory region words went from words.txt to zeros"]),
    ((r'smc="true" ', ""), ["driver may no longer make secure monitor calls"]),
    ((r'<irq irq="34".*?/>', ""), ["driver lost interrupt 34"]),
    ((r'priority="1" domain="clients"', 'priority="1" domain="drivers"'),
     ["client's domain of the schedule went from clients to drivers"]),
    ((r'<map mr="ring" vaddr="0x3000000" perms="r" />', '<map mr="ring" vaddr="0x3000000" perms="rw" />'),
     ["client gained write access to ring"]),
    ((r'phys_addr="0x9_000_000"', 'phys_addr="0x9_001_000"'),
     ["the physical address of memory region uart went from 0x9000000 to 0x9001000"]),
    ((r'<cap_sc slot="2" pd="client" />', ""), ["driver lost a capability to the sched_context of client"]),
    ((r'<end pd="client" id="60" notify="false" pp="true" />', '<end pd="client" id="60" />'),
     ["client may no longer call worker", "client may now signal worker"]),
)


def diff(folder):
    for edit, lines in CHANGES:
        (folder / "it.system").write_text(edited(everything.read_text(), edit))
        said = kaal("diff", everything, folder / "it.system", status=1)[0].splitlines()
        check(sorted(said) == sorted(lines), f"{edit}: wanted {lines}", "\n".join(said))
    # The other form of the same system allows the same.
    kaal("convert", "-o", folder / "it.toml", everything)
    check(kaal("diff", everything, folder / "it.toml")[0] == "", "the form makes a difference")


def refused(folder):
    (folder / "it.system").write_text("<system><protection_domain></system>")
    for command in (("plan",), ("graph",), ("report", "--html")):
        says(kaal(*command, folder / "it.system", status=1)[1], r"it\.system:1:")
        # What is found by nobody, and what this kernel does not have.
        says(kaal(*command, everything, status=1)[1], "everything.system:19:48: error: the file picture.bin does not exist")
    says(kaal("diff", everything, folder / "it.system", status=2)[1], r"it\.system:1:")
    says(kaal("plan", systems / "smc.system", status=1)[1], "smc.system:5:59: .*remove it$")


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
