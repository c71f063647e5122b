#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sets the ceilings in reference.json to what the kernel takes now.

    set_ceilings.py TOOL BUILD

A row gets one only if it is above its target, the longest paths all get one, with a tenth more. To be
used after a change of compiler, and after making the kernel faster.
"""
import json
import pathlib
import subprocess
import sys

REFERENCE = pathlib.Path(__file__).with_name("reference.json")


def measure(tool, build, *options):
    out = subprocess.run([tool, "bench", "kernel", "--build-dir", build, "--json", *options],
                         check=True, stdout=subprocess.PIPE).stdout
    return {row["name"]: row["measured"][0] for row in json.loads(out)["rows"]}


def up(value):
    """A tenth more, rounded up to two digits."""
    value = value * 11 // 10
    unit = 10 ** max(len(str(value)) - 2, 0)
    return -(-value // unit) * unit


def write(data):
    """One row a line, so that a change of one is a change of a line."""
    def entry(key, value):
        if not isinstance(value, list):
            return f'  "{key}": {json.dumps(value)}'
        return f'  "{key}": [\n' + ",\n".join("    " + json.dumps(row) for row in value) + "\n  ]"
    REFERENCE.write_text("{\n" + ",\n".join(entry(*e) for e in data.items()) + "\n}\n",
                         encoding="utf-8")


def main():
    data = json.loads(REFERENCE.read_text(encoding="utf-8"))
    rows = measure(*sys.argv[1:])
    worst = measure(*sys.argv[1:], "--worst")
    for row in data["rows"]:
        row.pop("ceiling", None)
        if rows[row["name"]]["most"] > row.get("target", row["reference"]):
            row["ceiling"] = rows[row["name"]]["most"]
    for row in data["worst"]:
        row["ceiling"] = up(worst[row["name"]]["most"])
        row["latency_ceiling"] = up(worst[row["name"]]["latency"])
    write(data)


main()
