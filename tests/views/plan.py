#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal plan`: it lists what the packed image has, no more and no less.

usage: plan.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import pathlib
import re
import struct
import tempfile

from tool import bad_inputs, check, demo, full_output, kaal, run, says, source

# abi/kaal/image.h
MAGIC = b"KAALIMG1"
HEADER, NAME = 128, 64  # bytes of the header before the tables, of a name
PDS, REGIONS, DEVICES, CAPS, MAPS, FILES = range(6)
KINDS = ("endpoint notification reply irq_handler cnode vspace tcb sched_context frame inbox").split()
RIGHTS = "rwxg"
CALL, TO_BROKER_FIRST = 1 << 63, 1 << 32


def tables(image):
    """The entries of each table, as bytes."""
    start = image.index(MAGIC)
    for i in range(8):
        offset, count, size = struct.unpack_from("<QII", image, start + HEADER + 16 * i)
        yield [image[start + offset + n * size:start + offset + (n + 1) * size] for n in range(count)]


def text(raw):
    return raw.split(b"\0")[0].decode()


def rights(bits):
    return "".join(letter for i, letter in enumerate(RIGHTS) if bits >> i & 1)


def packed(system, folder):
    kaal("build", "-o", folder / "loader.elf", system)
    return list(tables((folder / "system.bin").read_bytes()))


def owner(kind, number, names, table):
    if kind == "frame":
        return text(table[REGIONS][number][:NAME])
    return text(table[DEVICES][number][:NAME]) if kind == "irq_handler" else names[number]


def packed_caps(table, names, broker):
    for raw in table[CAPS]:
        pd, kind, number, window, bits, slot, badge = struct.unpack_from("<6IQ", raw, NAME)
        kind = KINDS[kind]
        if kind == "endpoint" and number == broker and badge:
            badge |= TO_BROKER_FIRST
        yield names[pd], slot, kind, owner(kind, number, names, table), rights(bits), badge, text(raw[:NAME])


def packed_maps(table, names):
    for raw in table[MAPS]:
        pd, source_kind, number, _, bits, cached, vaddr = struct.unpack_from("<6IQ", raw, NAME)
        name = text(table[DEVICES if source_kind else REGIONS][number][:NAME])
        yield names[pd], ("region", "device")[source_kind], name, rights(bits), bool(cached), vaddr


def lists_the_image(folder):
    for system in (demo, source / "examples/shell/system.toml", source / "examples/supervised/system.toml"):
        plan = json.loads(kaal("plan", "--json", system)[0])
        check((plan["schema"], plan["version"]) == ("kaal-plan", 1), "another schema")
        table = packed(system, folder)
        names = [text(raw[:NAME]) for raw in table[PDS]]
        check(names == [c["name"] for c in plan["components"]], f"{system}: other components")
        check([text(raw[:NAME]) for raw in table[FILES]] == [p["name"] for p in plan["programs"]], "other programs")
        broker = [c["role"] for c in plan["components"]].index("broker")
        listed = sorted((c["name"], cap["slot"], cap["kind"], cap["of"], cap["rights"], int(cap["badge"], 16),
                         cap["name"]) for c in plan["components"] for cap in c["capabilities"] + c["told"])
        check(listed == sorted(packed_caps(table, names, broker)), f"{system}: other capabilities")
        listed = sorted((c["name"], m["what"], m["name"], m["rights"], m["cached"], int(m["vaddr"], 16))
                        for c in plan["components"] for m in c["maps"] if m["what"] in ("region", "device"))
        check(listed == sorted(packed_maps(table, names)), f"{system}: other maps")


def pci_function(folder):
    """It has no node and no address yet; its configuration space is mapped beside its registers."""
    system = folder / "system.toml"
    system.write_text(demo.read_text() + '[[devices]]\nname = "edu"\npd = "client"\npci = "1234:11e8"\n')
    output, said = kaal("plan", "--json", "--device", "edu", system)
    plan = json.loads(output)
    check(said == "", "the function is not found", said)
    device = next(d for d in plan["devices"] if d["name"] == "edu")
    check(device == {"name": "edu", "holder": "client", "match": {"pci": "1234:11e8"}, "node": None, "windows": [],
                     "interrupts": []}, f"the function: {device}")
    client = next(c for c in plan["components"] if c["name"] == "client")
    maps = [(m["rights"], m["size"], m["paddr"]) for m in client["maps"] if m["what"] == "device"]
    check(maps == [("rw", 0, None), ("r", 4096, None)], f"its maps: {maps}")
    says(kaal("plan", "--device", "edu", system)[0], r'^  edu +of client, pci "1234:11e8"$')
    says(kaal("plan", system)[1], r"warning: the machine has no PCI function 1234:11e8 ")


def the_same_as_text(_):
    plan = json.loads(kaal("plan", "--json", demo)[0])
    lines = kaal("plan", demo)[0]
    check("\t" not in lines and max(map(len, lines.splitlines())) <= 160, "not a table for people", lines)
    for c in plan["components"]:
        says(lines, rf"^{c['name']}: .*component|^{c['name']}: (root task|broker) ")
        for cap in c["capabilities"]:
            badge = cap["badge"] if cap["badge"] != "0x0" else "-"
            says(lines, rf"^  {cap['slot']} +{cap['kind']} +{cap['of']}\S* +{cap['rights']} +{badge} +{cap['name']}$")
    uart = next(m for c in plan["components"] for m in c["maps"] if m["what"] == "device")
    check(uart["paddr"] == "0x9000000" and uart["size"] == 4096, f"the serial port: {uart}")
    check(sum(len(re.findall(rf"^  \S+ +{k} ", lines, re.M)) for k in KINDS) ==
          sum(len(c["capabilities"]) + len(c["told"]) for c in plan["components"]), "other lines than entries")


def refused(folder):
    bad_inputs("plan", folder)
    full_output("plan", demo)
    full_output("plan", "--json", demo)
    says(kaal("plan", demo, demo, status=2)[1], "more than one SYSTEM")
    says(kaal("plan", "--backend", "mock", demo, status=2)[1], "leave out --backend mock")
    says(kaal("plan", "--output", "x", demo, status=2)[1], "--output does not belong to `kaal plan`")
    says(kaal("plan", "--config", "no-such", demo, status=1)[1], "no-such")


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
