#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check-layers complains about each kind of violation, and names the line."""
import pathlib
import subprocess
import sys
import tempfile

SPDX = "// SPDX-License-Identifier: BSD-2-Clause\n"
CASES = {
    "an include from a forbidden folder": (
        {"tool/a.c": SPDX + '#include "kernel/cap.h"\n', "kernel/include/kernel/cap.h": SPDX},
        "tool/a.c:2: error: tool may not include <kernel/cap.h>"),
    "a component that includes another": (
        {"user/root/a.c": SPDX + '#include "broker/x.h"\n', "user/broker/include/broker/x.h": SPDX},
        "user/root/a.c:2: error: user/root may not include <broker/x.h>"),
    "conditional compilation in the core": (
        {"kernel/core/a.c": SPDX + "#ifdef FAST\n#endif\n"},
        "kernel/core/a.c:2: error: conditional compilation in the core"),
    "assembly in the core": (
        {"kernel/core/a.c": SPDX + '__asm__("nop");\n'}, "kernel/core/a.c:2: error: assembly in the core"),
    "an architecture's name in the core": (
        {"kernel/core/a.c": SPDX + "// for AArch64\n"}, "kernel/core/a.c:2: error: the core names an architecture"),
    "a configuration conditional outside the ABI": (
        {"user/sdk/a.c": SPDX + "#ifdef CONFIG_DEBUG_BUILD\n#endif\n"},
        "user/sdk/a.c:2: error: #if on CONFIG_ outside abi/sel4"),
    "a file without licence": ({"lib/a.c": "int x;\n"}, "lib/a.c:1: error: no SPDX line"),
    "one include path in two folders": (
        {"lib/include/lib/a.h": SPDX, "tool/include/lib/a.h": SPDX},
        "lib/a.h: error: two folders provide this include path"),
}

failures = 0
for name, (files, expected) in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        subprocess.run(["git", "init", "-q", folder], check=True)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        run = subprocess.run([sys.executable, "scripts/check-layers", folder], capture_output=True, text=True)
        if run.returncode != 1 or expected not in run.stdout:
            print(f"{name}: expected exit 1 and\n  {expected}\ngot {run.returncode} and\n  {run.stdout}")
            failures += 1
print(f"{len(CASES) - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
