#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A thousand components, and a thousand channels of one.

    crowd.py KAAL COUNT [ARGUMENT]...

Makes a system of COUNT components and runs it with these arguments: a sink that all call, a hub that calls all
others and last the sink, and between neighbours of the others a shared page.

    hub ──► c0 .. cN ──► sink
"""
import pathlib
import subprocess
import sys
import tempfile

OWN = """[system]
start_order = ["console", "sink"]

[protection_domains.root]
program_image = "root.elf"

[protection_domains.cap_broker]
program_image = "cap_broker.elf"

[protection_domains.console]
program_image = "pl011.elf"
priority = 200

[protection_domains.sink]
program_image = "crowd.elf"
priority = 180

[[devices]]
name = "uart"
pd = "console"
compatible = "arm,pl011"

[[channels]]
name = "console"
from = "hub"
to = "console"

[[channels]]
name = "console"
from = "cap_broker"
to = "console"
kind = "notify"
"""
HUB = """
[protection_domains.hub]
program_image = "crowd.elf"
args = "tells"
priority = 50
"""


def domain(i):
    return f'[protection_domains.c{i}]\nprogram_image = "crowd.elf"\npriority = {100 + i % 50}\nstack_size = 0x1000\n'


def channel(name, sender, receiver):
    return f'[[channels]]\nname = "{name}"\nfrom = "{sender}"\nto = "{receiver}"\n'


def page(i):
    return f'[memory_regions.page{i}]\nsize = 0x1000\nmaps = [{{ pd = "c{i}" }}, {{ pd = "c{i + 1}" }}]\n'


def system(count):
    parts = [OWN]
    parts += [domain(i) for i in range(count)] + [HUB]
    parts += [page(i) for i in range(count - 1)]
    parts += [channel("sink", f"c{i}", "sink") + channel(f"c{i}", "hub", f"c{i}") for i in range(count)]
    return "\n".join(parts + [channel("sink", "hub", "sink")])


def main():
    kaal, count, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    others = count - 4  # besides broker, console, sink and hub
    expect = (f'[[reports]]\nfrom = "hub"\nevent = "crowd"\n'
              f'values = {{ calls = {others + 1}, sum = {others * (others + 1) // 2}, sink = {others} }}\n')
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "crowd.toml").write_text(system(others))
        (folder / "crowd.expect.toml").write_text(expect)
        return subprocess.run([kaal, "run", *arguments, folder / "crowd.toml"], check=False).returncode


sys.exit(main())
