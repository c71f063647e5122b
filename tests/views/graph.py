#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal graph`: everything of a description is in the picture, and each mark is where it belongs.

usage: graph.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import tomllib
import xml.etree.ElementTree as ET

from tool import bad_inputs, build, check, demo, full_output, kaal, run, says, source, tool

HEAD = """\
[protection_domains.root]
program_image = "root.elf"
[protection_domains.cap_broker]
program_image = "cap_broker.elf"
"""
PDS = HEAD + "".join(f"""\
[protection_domains.{name}]
program_image = "{name}.elf"
priority = {priority}
""" for name, priority in (("low", 10), ("high", 20)))


def call(source_pd, target):
    return f'[[channels]]\nname = "{source_pd}{target}"\nfrom = "{source_pd}"\nto = "{target}"\n'


def region(*maps):
    listed = ", ".join(f'{{ pd = "{pd}", rights = "{rights}" }}' for pd, rights in maps)
    return f"[memory_regions.ring]\nsize = 0x1000\nmaps = [{listed}]\n"


UP, RING = call("low", "high"), region(("low", "rw"), ("high", "r"))
UART = '[[devices]]\nname = "uart"\npd = "low"\npath = "/pl011@9000000"\n'

# Descriptions, and the marks that each has: kind, and what it is at.
MARKED = (
    (PDS + UP + RING, []),
    (PDS + call("high", "low"), [("priority", "highlow")]),
    (PDS + call("low", "high") + call("high", "low"),
     [("circle", "highlow"), ("circle", "lowhigh"), ("priority", "highlow")]),
    (PDS + UP + region(("low", "rw"), ("high", "rx")), [("write-execute", "ring")]),
    (PDS + UP + region(("low", "rw")), [("unread", "ring")]),
    (PDS + UP + region(("low", "r"), ("high", "r")), [("unwritten", "ring")]),
    (PDS + UP + region(("low", "rw")) + '[[capabilities]]\nname = "page"\npd = "high"\nkind = "frame"\n'
     'object = "ring"\nrights = "r"\n', []),
    (PDS.replace("priority = 20", 'priority = 20\nallow = ["device"]\npermits = [{ compatible = "virtio,mmio" }]')
     + UP + '[[devices]]\nname = "disk"\npd = "low"\ncompatible = "virtio,mmio"\n', [("shared-device", "disk")]),
    (PDS.replace("priority = 20", 'priority = 20\nallow = ["device"]\npermits = [{ pci = "1234:11e8:0" }]')
     + UP + '[[devices]]\nname = "edu"\npd = "low"\npci = "1234:11e8"\n', [("shared-device", "edu")]),
    (PDS + UP + '[[devices]]\nname = "one"\npd = "low"\npath = "/virtio_mmio@a000000"\n'
     '[[devices]]\nname = "two"\npd = "high"\npath = "/virtio_mmio@a000200"\n', [("shared-device", "two")]),
    (PDS + UART, [("unused", "high")]),
    (PDS, [("unused", "high"), ("unused", "low")]),
)


def describe(folder, text):
    (folder / "system.toml").write_text(text)
    return folder / "system.toml"


def found(marks):
    about = ("component", "channel", "region", "device")
    return [(m["kind"], next(m[key] for key in about if key in m)) for m in marks]


def each_mark(folder):
    for text, wanted in MARKED:
        system = describe(folder, text)
        listed = json.loads(kaal("graph", "--json", system)[0])
        check((listed["schema"], listed["version"]) == ("kaal-marks", 1), "another schema")
        check(sorted(found(listed["marks"])) == sorted(wanted), f"{wanted}: {listed['marks']}", text)
        dot, said = kaal("graph", system)
        for mark in listed["marks"]:
            # At its place, in the legend, and told.
            check(len(re.findall(rf"&#9888;{mark['number']}\b", dot)) == 2, f"{mark}: not marked", dot)
            says(said, rf"^kaal: mark {mark['number']}: {re.escape(mark['text'])}: {re.escape(mark['meaning'])}$")
        check(said.count("kaal: mark") == len(wanted) and dot.count("#c0261c") >= len(wanted), "other marks", said)
        check(wanted or "#c0261c" not in dot, "nothing is wrong, and marked", dot)


def texts(svg):
    return [t.text for t in ET.parse(svg).getroot().iter("{http://www.w3.org/2000/svg}text")]


def draws_everything(folder):
    for system in [demo, *sorted(source.glob("examples/*/system.toml")), sixty(folder)]:
        kaal("graph", "-o", folder / "out.svg", system)
        drawn = texts(folder / "out.svg")
        described = tomllib.loads(system.read_text())
        names = [n for n in described["protection_domains"] if n not in ("root", "cap_broker")]
        names += list(described.get("memory_regions", {})) + [d["name"] for d in described.get("devices", [])]
        missing = [n for n in names if n not in drawn]
        check(not missing, f"{system}: not drawn: {missing}")
    kaal("graph", "-o", folder / "out.dot", demo)
    check((folder / "out.dot").read_text() == kaal("graph", demo)[0], "another graph in the file")
    kaal("graph", "-o", folder / "demo.svg", demo)
    drawn = texts(folder / "demo.svg")
    for text in ("server +caps", "rw", "interrupt 33", "/pl011@9000000", "priority 110, passive", "calls console",
                 "sched_context", "faults to", "priority 20, 1000 of 10000 us", "capability r"):
        check(text in drawn, f"{text!r} is not in the demo's picture", "\n".join(map(str, drawn)))


def sixty(folder):
    """As large as a system of Microkit may be: everybody calls the console and reads the time."""
    names = [f"part{i}" for i in range(57)]
    text = HEAD + '[protection_domains.console]\nprogram_image = "pl011.elf"\npriority = 200\n'
    text += "".join(f'[protection_domains.{n}]\nprogram_image = "spin.elf"\n' for n in names)
    text += f'[[channels]]\nname = "console"\nfrom = {json.dumps(names)}\nto = "console"\n'
    maps = ", ".join(f'{{ pd = "{n}", rights = "{"rw" if n == "part0" else "r"}" }}' for n in names)
    text += f"[memory_regions.time]\nsize = 0x1000\nmaps = [{maps}]\n"
    for a, b in zip(names, names[1:]):
        text += f'[[channels]]\nname = "next"\nfrom = "{a}"\nto = "{b}"\nkind = "notify"\n'
    (folder / "sixty.toml").write_text(text)
    dot = kaal("graph", "--quiet", folder / "sixty.toml")[0]
    check(dot.count(" -> ") == 57 and dot.count(">calls console<") == 57 and dot.count(">reads time<") == 56,
          "what many use is drawn", dot)
    return folder / "sixty.toml"


def no_dot(folder):
    (folder / "bin").mkdir()
    os.symlink("/usr/bin/qemu-system-aarch64", folder / "bin/qemu-system-aarch64")
    out = folder / "out.svg"
    done = subprocess.run([tool, "graph", "--build-dir", build, "-o", out, demo], capture_output=True, text=True,
                          env={**os.environ, "PATH": str(folder / "bin")}, check=False)
    check(done.returncode == 1 and "install the package graphviz" in done.stderr, "no dot", done.stderr)
    check(not out.exists() and not list(folder.glob("kaal-graph.*")), "something is left behind")
    (folder / "bin/dot").write_text("#!/bin/sh\necho it hurts; exit 3\n")
    (folder / "bin/dot").chmod(0o755)
    done = subprocess.run([tool, "graph", "--build-dir", build, "-o", out, demo], capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{folder / 'bin'}:/bin"}, check=False)
    check(done.returncode == 1 and "status 3: it hurts" in done.stderr and not out.exists(), "dot fails", done.stderr)


def refused(folder):
    bad_inputs("graph", folder)
    full_output("graph", demo)
    for name in ("out.png", "out", ".svg"):
        says(kaal("graph", "-o", name, demo, status=2)[1], "give a name that ends in .dot or .svg")
    for name in ("missing/out.dot", "missing/out.svg"):
        says(kaal("graph", "-o", folder / name, demo, status=1)[1], f"{name}: its folder is not there")
    (folder / "there.svg").mkdir()
    says(kaal("graph", "-o", folder / "there.svg", demo, status=1)[1], "there.svg")
    text = PDS + UART.replace("/pl011@9000000", "/pl011@9000001")
    says(kaal("graph", describe(folder, text), status=1)[1], "the machine has no device at /pl011@9000001")


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
