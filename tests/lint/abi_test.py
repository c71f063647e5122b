#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check-abi complains about each kind of violation, and names the line."""
import pathlib
import subprocess
import sys
import tempfile

HEADER = "enum x {\n    InvalidInvocation,\n    TCBSuspend,\n    nInvocationLabels,\n};\n"
FILES = {
    "abi/sel4/invocation.h": HEADER,
    "abi/sel4/sel4_arch/invocation.h": "",
    "abi/sel4/arch/invocation.h": "",
    "kernel/core/tcb.c": "void tcb_decode(void)\n{\n}\n",
    "tests/conformance/target/tcb.c": "CASE(suspend_stops)\n{\n}\nCASE_IF(KCFG_X && (KCFG_Y),\n        resume_starts)\n{\n}\n",
}
ROW = "| TCBSuspend | `kernel/core/tcb.c: tcb_decode` | `tcb: suspend_*`, `tcb: resume_starts` |\n"
CASES = {
    "a label without a row": ("nothing\n", "docs/abi.md:1: error: no row for the label TCBSuspend"),
    "a file that is not there": (ROW + "`kernel/core/no.c`\n", "docs/abi.md:2: error: `kernel/core/no.c`: no such file"),
    "a function that is not there": (
        ROW + "`kernel/core/tcb.c: tcb_no`\n", "docs/abi.md:2: error: `kernel/core/tcb.c: tcb_no`: no such function"),
    "a case that is not there": (ROW + "`tcb: no_*`\n", "docs/abi.md:2: error: `tcb: no_*`: no such case"),
    "an object without cases": (ROW + "`no: case`\n", "docs/abi.md:2: error: `no: case`: no cases in"),
    "nothing": (ROW, "check-abi: 1 labels, 2 cases, no violation"),
}

failures = 0
for name, (text, expected) in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        for path, content in {**FILES, "docs/abi.md": text}.items():
            target = pathlib.Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        run = subprocess.run([sys.executable, "scripts/check-abi", folder], capture_output=True, text=True)
        if run.returncode != (0 if name == "nothing" else 1) or expected not in run.stdout:
            print(f"{name}: expected\n  {expected}\ngot {run.returncode} and\n  {run.stdout}")
            failures += 1
print(f"{len(CASES) - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
