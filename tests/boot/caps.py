#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal caps`: books and kernel agree in systems that run, and a broker that is wrong is found out.

usage: caps.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER [ARGUMENT OF kaal caps]...
"""
import pathlib
import re
import subprocess
import sys

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
extra = sys.argv[5:]


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def caps(system, *arguments):
    done = subprocess.run([tool, "caps", "--build-dir", build, *extra, *arguments, source / system],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=150, check=False)
    return done.returncode, done.stdout


def agrees():
    for system, *arguments in (["examples/hello/system.toml"],
                               ["examples/hello/system.toml", "--after", "1"],  # nobody runs any more
                               ["tests/boot/names/system.toml"],
                               ["examples/shell/system.toml", "--at", "counter.counter"],
                               ["examples/demo/system.toml", "--at", "warden.sealed"]):
        status, output = caps(system, *arguments)
        check(status == 0, f"{system}: exit status {status}", output)
        found = re.search(r"^agreed: (\d+) components, (\d+) slots, (\d+) of them held", output, re.M)
        check(found and int(found.group(3)) >= 3 * (int(found.group(1)) - 1), f"{system}: too few", output)
        rows = re.findall(r"^(\S+)#\d+ +\S+ +(\S+) +(\S+) ", output, re.M)
        check(len({name for name, *_ in rows}) == int(found.group(1)), f"{system}: not all components", output)
        # A CNode that its holder may fill is told, and not counted.
        wrong = [row for row in rows if row[1] != row[2] and row[2] not in ("-", "something")]
        check(int(re.search(r"held; (\d+) in CNodes", output).group(1)) == len(wrong),
              f"{system}: {wrong}", output)


def differs():
    status, output = caps("tests/boot/caps/system.toml", "--at", "console.ready")
    check(status == 1, f"exit status {status}", output)
    for pattern in (r"differs: hello#\d+ slot \d+: the broker's books say none, the kernel has notification",
                    r"differs: hello#\d+ slot \d+: the broker's books say endpoint, the kernel has none",
                    r"differs: other#\d+ slot \d+: the broker's books say endpoint, the kernel has notification"):
        check(re.search(pattern, output), f"no line matches {pattern!r}", output)
    check(len(re.findall("^differs: ", output, re.M)) == 3, "not three differences", output)


def never_asked():
    status, output = caps("examples/hello/system.toml", "--at", "nobody.nothing", "--timeout", "3")
    check(status == 1 and "was not asked" in output and "--at" in output, f"exit status {status}", output)
    for arguments, words in ((["--at", "hello"], "as hello.ready"), (["--after", "0"], "from 1"),
                             (["--at", "a.b", "--after", "1"], "leave out one")):
        status, output = caps("examples/hello/system.toml", *arguments)
        check(status == 2 and words in output, f"{arguments}: exit status {status}", output)


globals()[case.replace("-", "_")]()
print(f"{case}: as it must be")
