#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the processor can do with memory while the kernel runs, read from outside.

Boots the demo, stops the machine when that is over, and walks the kernel's translation tables as the
processor would: through QEMU's GDB stub for the registers, through QMP for physical memory.

  - nothing that the kernel maps is open to user level, for data or for instructions
  - nothing is both writable and executable, nor is memory that is executable writable by another way in
  - the only executable memory is the kernel's text; text and constants are read-only
  - the page below the kernel's stack is not mapped
  - the user address space that was active maps nothing of the kernel's image

usage: kernel_map.py TOOL BUILD-FOLDER SYSTEM CONFIGURATION [MACHINE-OPTION]...
"""
import pathlib
import subprocess
import sys
import tempfile

from outside import PAGE, Gdb, Machine, address_widths, mappings, symbols_of, translation_roots


# --- the verdict ------------------------------------------------------------------------------------

def overlaps(start, size, other_start, other_size):
    return start < other_start + other_size and other_start < start + size


def problems_of(kernel, user, symbols):
    """What is wrong with the kernel's mappings, and with those of a user address space."""
    problems = []
    text, text_end = symbols["ki_boot_end"], symbols["ki_text_end"]
    constants_end, end = symbols["ki_rodata_end"], symbols["ki_end"]
    for m in kernel:
        where = f"{m.at:#x} + {m.size:#x}"
        if m.user_access:
            problems.append(f"{where}: open to user level")
        if m.user_execute:
            problems.append(f"{where}: executable by user level")
        if m.write and m.execute:
            problems.append(f"{where}: writable and executable")
        if m.execute and not text <= m.at < m.at + m.size <= text_end:
            problems.append(f"{where}: executable, and not the kernel's text")
        if m.write and overlaps(m.at, m.size, text, constants_end - text):
            problems.append(f"{where}: text or constants can be written")
    executable = [m for m in kernel if m.execute]
    writable = [m for m in kernel if m.write]
    for m in executable:
        problems += [f"{w.at:#x}: writes into what {m.at:#x} executes" for w in writable
                     if overlaps(m.physical, m.size, w.physical, w.size)]
    if sum(m.size for m in executable) != text_end - text:
        problems.append("the walk did not find all of the kernel's text")
    guard = symbols["kernel_stack_guard"]
    if any(overlaps(m.at, m.size, guard, PAGE) for m in kernel):
        problems.append("kernel_stack_guard: mapped")
    if not any(m.at <= guard + PAGE < m.at + m.size and m.write for m in kernel):
        problems.append("kernel_stack_guard: no stack above it")
    image = text - symbols["ki_offset"]
    problems += [f"{m.at:#x}: a user mapping of the kernel's image" for m in user
                 if overlaps(m.physical, m.size, image, end - text)]
    return problems


def check_the_judge(kernel, user, symbols):
    """Each rule complains when it is broken by hand."""
    text = next(m for m in kernel if m.execute)
    data = next(m for m in kernel if m.write)
    guard = data._replace(at=symbols["kernel_stack_guard"], size=PAGE)
    for broken, word in (
            ([data._replace(user_access=True)], "open to user level"),
            ([data._replace(user_execute=True)], "executable by user level"),
            ([data._replace(execute=True)], "writable and executable"),
            ([data._replace(execute=True, write=False)], "not the kernel's text"),
            ([text._replace(write=True)], "text or constants can be written"),
            ([data._replace(at=data.at + (1 << 36), physical=text.physical)], "writes into what"),
            ([guard], "kernel_stack_guard: mapped")):
        if not any(word in p for p in problems_of(kernel + broken, user, symbols)):
            sys.exit(f"the judge does not see: {word}")
    alias = data._replace(physical=text.physical)
    if not any("a user mapping" in p for p in problems_of(kernel, user + [alias], symbols)):
        sys.exit("the judge does not see a user mapping of the image")


def main(folder):
    tool, build, system, configuration, *options = sys.argv[1:]
    subprocess.run([tool, "build", "--quiet", "--build-dir", build, "--config", configuration,
                    "--output", folder / "loader.elf", system], check=True)
    symbols = symbols_of(f"{build}/target/{configuration}/kernel/kernel.elf")
    machine = Machine(folder, folder / "loader.elf", ",".join(["virt", *options]))
    try:
        machine.await_end()
        gdb = Gdb(folder / "gdb")
        bits, root = address_widths(gdb), translation_roots(gdb)
        kernel = mappings(machine.table, root["kernel"], bits["kernel"], (1 << 64) - (1 << bits["kernel"]))
        user = mappings(machine.table, root["user"], bits["user"], 0) if root["user"] else []
    finally:
        machine.end()
    problems = problems_of(kernel, user, symbols)
    if not problems:
        check_the_judge(kernel, user, symbols)
    print("\n".join(problems) or
          f"{len(kernel)} mappings of the kernel, {sum(m.size for m in kernel) >> 20} MiB, "
          f"{sum(m.size for m in kernel if m.execute) >> 10} KiB executable; {len(user)} of the user")
    return 1 if problems else 0


with tempfile.TemporaryDirectory() as scratch:
    status = main(pathlib.Path(scratch))
sys.exit(status)
