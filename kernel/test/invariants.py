#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""docs/invariants.md, the headers, the checker and the tests that break it know the same invariants.

Each number of the table is stated in a header, named by a message of the file that the table says checks
it, and broken by a function of ok_*test.c that has it as name; and nobody knows a number that is not in
the table. When the tests run, each message of the checker is seen.

usage: invariants.py SOURCE-FOLDER TEST-PROGRAM...
"""
import pathlib
import re
import subprocess
import sys

source = pathlib.Path(sys.argv[1])
test = source / "kernel/test"
NUMBER = r"[A-Z][0-9]"
problems = []

table = {}  # number -> files that check it
for line in (source / "docs/invariants.md").read_text().splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if re.fullmatch(NUMBER, cells[0]):
        table[cells[0]] = re.findall(r"`(ok_\w+\.c)`", cells[-1])

stated = set()
for header in (source / "kernel/include/kernel").glob("*.h"):
    stated |= set(re.findall(rf"Invariant\s+(?://\s+)?({NUMBER}):", header.read_text()))

messages = {}  # text -> file
for file in test.glob("support/ok_*.c"):
    for text in re.findall(rf'"({NUMBER}: [^"]*)"', file.read_text()):
        messages[text] = file.name

breaks = "".join(file.read_text() for file in test.glob("ok_*test.c"))
broken = {name.split("_")[0].upper() for name in re.findall(r"^static void ([a-z]\d\w*)\(void\)", breaks, re.M)}

for number, files in table.items():
    if number not in stated:
        problems.append(f"{number}: no header states it")
    if number not in broken:
        problems.append(f"{number}: no test breaks it")
    if not files:
        problems.append(f"{number}: the table does not say where it is checked")
    for name in files:
        if not re.search(rf"\b{number}\b", (test / "support" / name).read_text()):
            problems.append(f"{number}: not in {name}")
for where, numbers in (("a header", stated), ("a message", {text[:2] for text in messages}), ("a test", broken)):
    problems += [f"{number}: in {where}, not in docs/invariants.md" for number in sorted(numbers - table.keys())]

seen = ""
for program in sys.argv[2:]:
    run = subprocess.run([program], capture_output=True, text=True, check=False)
    seen += run.stdout + run.stderr
problems += [f"{name}: nothing made it say \"{text}\"" for text, name in messages.items() if text not in seen]

print("\n".join(problems) or f"{len(table)} invariants, {len(messages)} messages")
sys.exit(1 if problems else 0)
