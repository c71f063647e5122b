#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Does what docs/driver.md says: puts its boxes into the files that it names, and runs its commands, in a tree
that has everything of this one but its build folder.

usage: docs_driver.py SOURCE-FOLDER
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

source = pathlib.Path(sys.argv[1]).resolve()
text = (source / "docs/driver.md").read_text()
files = re.findall(r"^File `([^`]+)`:\n\n```\w+\n(.*?)^```", text, re.M | re.S)
commands = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
if len(files) != 7 or len(commands) != 1:
    sys.exit(f"docs/driver.md: {len(files)} files and {len(commands)} boxes of commands found")
driver = next(body for name, body in files if name.endswith("main.c"))
lines = [line for line in driver.splitlines() if line.strip() and not line.strip().startswith("//")]
if len(lines) >= 60:
    sys.exit(f"the simple driver has {len(lines)} lines")

with tempfile.TemporaryDirectory() as name:
    tree = pathlib.Path(name)
    for entry in source.iterdir():
        if entry.name not in ("build", ".git", "button"):
            (tree / entry.name).symlink_to(entry)
    for path, body in files:
        (tree / path).parent.mkdir(exist_ok=True)
        (tree / path).write_text(body)
    # Builds where it is, not where the launcher that runs the tests does.
    environment = {key: value for key, value in os.environ.items() if key != "KAAL_BUILD_DIR"}
    result = subprocess.run(["sh", "-ex"], input=commands[0], cwd=tree, text=True, check=False,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(result.stdout)
    if result.returncode != 0:
        sys.exit(f"exit status {result.returncode}")
    for word in ("100% tests passed, 0 tests failed out of 1", "[button] @button pressed=0", "\nverified: "):
        if word not in result.stdout:
            sys.exit(f"not seen: {word}")
