#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every key that a front end reads is in docs/system.md.

    reference.py SOURCE

The keys are those of the front ends' tables, the elements those of the tables of children.
"""
import pathlib
import re
import sys

FILES = ("toml_keys.c", "from_xml.c", "from_xml_channels.c", "from_xml_schedule.c", "from_xml_machine.c")
KEY = re.compile(r'\{"(\w+)",\s*(?:offsetof\([^;]*?\)|0),\s*(?:KEY|XML)_')
ELEMENT = re.compile(r'\{"(\w+)",\s*(?:read|xml|skip)_\w+\}')


def main():
    source = pathlib.Path(sys.argv[1])
    text = (source / "docs/system.md").read_text()
    said = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"`[^`]+`|^    .*$", text, re.MULTILINE))))
    missing = []
    count = 0
    for name in FILES:
        code = (source / "tool/sysdesc" / name).read_text()
        # Of x86 machines, whose elements are refused as a whole.
        code = code.split("// --- x86 ---")[0]
        for key in KEY.findall(code) + ELEMENT.findall(code):
            count += 1
            if key not in said:
                missing.append(f"{name}: `{key}` is not in docs/system.md")
    print("\n".join(missing))
    print(f"{count} keys, {len(missing)} missing")
    return 1 if missing or count < 100 else 0


sys.exit(main())
