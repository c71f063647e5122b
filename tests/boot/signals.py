#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A component that is signalled over more channels than its notification has bits.

    signals.py KAAL COUNT [ARGUMENT]...

Makes a system with COUNT channels to one component and runs it with these arguments. All but the last two come from
a source of their own; these come from the last source as well, so that it has three. Sent and delivered is counted for
each channel; the last source is killed and comes back, and the hub fails with all signals before it.

    judge ──► hub ──call──► s0 .. sN ──signal──► hub
"""
import pathlib
import subprocess
import sys
import tempfile

ROUNDS = 8  # of tests/boot/target/signal_judge.c
OWN = """[system]
start_order = ["console"]

[protection_domains.root]
program_image = "root.elf"

[protection_domains.cap_broker]
program_image = "cap_broker.elf"

[protection_domains.console]
program_image = "pl011.elf"
priority = 200

[[devices]]
name = "uart"
pd = "console"
compatible = "arm,pl011"

[[channels]]
name = "console"
from = "judge"
to = "console"

[[channels]]
name = "console"
from = "cap_broker"
to = "console"
kind = "notify"

[protection_domains.hub]
program_image = "signal_hub.elf"
priority = 60
restart = "on-failure"
window = 0

[protection_domains.judge]
program_image = "signal_judge.elf"
priority = 50
args = "s{last}"
allow = ["see", "manage"]

[[channels]]
name = "hub"
from = "judge"
to = "hub"
"""


def source(i):
    return f'[protection_domains.s{i}]\nprogram_image = "signal_source.elf"\npriority = 100\nstack_size = 0x1000\n'


def channel(name, sender, receiver, kind):
    return f'[[channels]]\nname = "{name}"\nfrom = "{sender}"\nto = "{receiver}"\nkind = "{kind}"\n'


def system(sources):
    parts = [OWN.format(last=sources - 1)] + [source(i) for i in range(sources)]
    parts += [channel(f"s{i}", "hub", f"s{i}", "call") for i in range(sources)]
    parts += [channel("hub", f"s{i}", "hub", "notify") for i in range(sources)]
    parts += [channel(f"hub{i}", f"s{sources - 1}", "hub", "notify") for i in (1, 2)]
    return "\n".join(parts)


def asked(channels, round_number):
    """Of which the hub wants a signal in this round; signal_hub.c."""
    return {i for i in range(channels) if (i * 2654435761 & 0xffffffff) >> (round_number & 15) & 1}


def report(event, delivered):
    return (f'[[reports]]\nfrom = "judge"\nevent = "{event}"\n'
            f'values = {{ error = 0, delivered = {delivered}, wrong = 0 }}\n')


def main():
    kaal, count, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    sources = count - 2
    expect = report("rounds", sum(len(asked(count, i)) for i in range(ROUNDS)))
    expect += report("killed", 3)  # one signal over each channel of who was killed
    expect += report("reborn", len(asked(count, ROUNDS)))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "signals.toml").write_text(system(sources))
        (folder / "signals.expect.toml").write_text(expect)
        return subprocess.run([kaal, "run", *arguments, folder / "signals.toml"], check=False).returncode


sys.exit(main())
