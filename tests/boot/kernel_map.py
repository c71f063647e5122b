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
import collections
import json
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

TIME_LIMIT = 60
PAGE = 4096
TABLE = 0b11
VALID = 0b01

Mapping = collections.namedtuple("Mapping", "at size physical user_access user_execute write execute")


# --- the machine ------------------------------------------------------------------------------------

class Qmp:
    def __init__(self, path):
        self.socket = connect(path)
        self.lines = self.socket.makefile("rw")
        self.read()
        self.command("qmp_capabilities")

    def read(self):
        return json.loads(self.lines.readline())

    def command(self, name, **arguments):
        self.lines.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.lines.flush()
        while "return" not in (answer := self.read()):
            if "error" in answer:
                sys.exit(f"QMP: {answer['error']}")
        return answer["return"]



class Gdb:
    """As much of GDB's remote protocol as reading a register by its name takes."""

    def __init__(self, path):
        self.socket = connect(path)
        self.ask("qSupported:qXfer:features:read+")
        self.numbers = {}
        number = 0
        target = self.file("target.xml")
        for name in re.findall(r'<xi:include href="([^"]+)"', target):
            for tag in re.findall(r"<reg [^>]*>", self.file(name)):
                if m := re.search(r'regnum="(\d+)"', tag):
                    number = int(m.group(1))
                self.numbers[re.search(r'name="([^"]+)"', tag).group(1)] = number
                number += 1

    def ask(self, text):
        packet = text.encode()
        self.socket.sendall(b"$" + packet + b"#%02x" % (sum(packet) % 256))
        data = b""
        while not re.search(rb"\$[^#]*#..", data):
            data += self.socket.recv(65536)
        self.socket.sendall(b"+")
        return re.search(rb"\$([^#]*)#..", data, re.S).group(1)

    def file(self, name):
        text = b""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},ff0")
            text += re.sub(rb"}(.)", lambda m: bytes([m.group(1)[0] ^ 0x20]), part[1:], flags=re.S)
            if part[:1] == b"l":
                return text.decode()

    def register(self, name):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{self.numbers[name]:x}").decode()), "little")


def connect(path):
    end = time.time() + TIME_LIMIT
    while True:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(TIME_LIMIT)
        try:
            s.connect(str(path))
            return s
        except OSError:
            s.close()
            if time.time() > end:
                raise
            time.sleep(0.1)


class Machine:
    def __init__(self, folder, image, machine):
        self.scratch = folder / "memory"
        self.log = folder / "log"
        self.process = subprocess.Popen(
            ["qemu-system-aarch64", "-machine", machine, "-cpu", "cortex-a53", "-m", "512M", "-display", "none",
             "-icount", "shift=3,sleep=off", "-serial", f"file:{self.log}", "-monitor", "none", "-no-shutdown",
             "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off", "-gdb", f"unix:{folder / 'gdb'},server=on,wait=off",
             "-kernel", str(image)], stdin=subprocess.DEVNULL)
        self.qmp = Qmp(folder / "qmp")
        self.tables = {}

    def await_end(self):
        """Until the system has said its last word, or the power is off."""
        end = time.time() + TIME_LIMIT
        while not re.search(rb"\] @end", self.log.read_bytes()):
            if time.time() > end:
                sys.exit(f"the system did not come to its end:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.1)
        self.qmp.command("stop")

    def table(self, physical):
        """The 512 entries of a translation table."""
        if physical not in self.tables:
            self.qmp.command("pmemsave", val=physical, size=PAGE, filename=str(self.scratch))
            self.tables[physical] = struct.unpack("<512Q", self.scratch.read_bytes())
        return self.tables[physical]


# --- the walk ---------------------------------------------------------------------------------------

def field(word, hi, lo):
    return word >> lo & ((1 << hi - lo + 1) - 1)


def mappings(table, root, bits, base):
    """All of one half of the address space: 2^bits bytes from `base` on, pages of 4 KiB."""
    first = 3 - (bits - 12 - 1) // 9
    found = []

    def walk(physical, level, at, limits):
        shift = 12 + 9 * (3 - level)
        for index, entry in enumerate(table(physical)):
            here = at + (index << shift)
            if not entry & VALID or (level == first and index << shift >= 1 << bits):
                continue
            if level < 3 and entry & TABLE == TABLE:
                # What a table forbids to all below it: APTable, UXNTable, PXNTable.
                walk(field(entry, 47, 12) << 12, level + 1, here,
                     {"user": limits["user"] and not field(entry, 61, 61),
                      "write": limits["write"] and not field(entry, 62, 62),
                      "user_execute": limits["user_execute"] and not field(entry, 60, 60),
                      "execute": limits["execute"] and not field(entry, 59, 59)})
                continue
            size = 1 << shift
            found.append(Mapping(
                here, size, (field(entry, 47, 12) << 12) & ~(size - 1),
                user_access=limits["user"] and field(entry, 6, 6) == 1,
                user_execute=limits["user_execute"] and field(entry, 54, 54) == 0,
                write=limits["write"] and field(entry, 7, 7) == 0,
                execute=limits["execute"] and field(entry, 53, 53) == 0))

    walk(root, first, base, dict.fromkeys(("user", "write", "user_execute", "execute"), True))
    return found


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


def symbols_of(kernel):
    names = subprocess.run(["aarch64-linux-gnu-nm", kernel], capture_output=True, text=True, check=True).stdout
    return {name: int(value, 16) for value, _, name in (line.split() for line in names.splitlines())}


def main(folder):
    tool, build, system, configuration, *options = sys.argv[1:]
    subprocess.run([tool, "build", "--quiet", "--build-dir", build, "--config", configuration,
                    "--output", folder / "loader.elf", system], check=True)
    symbols = symbols_of(f"{build}/target/{configuration}/kernel/kernel.elf")
    machine = Machine(folder, folder / "loader.elf", ",".join(["virt", *options]))
    try:
        machine.await_end()
        gdb = Gdb(folder / "gdb")
        control = gdb.register("TCR_EL1")
        bits = {half: 64 - field(control, lo + 5, lo) for half, lo in (("user", 0), ("kernel", 16))}
        granules = field(control, 15, 14), field(control, 31, 30)
        if granules != (0b00, 0b10):
            sys.exit(f"TCR_EL1 {control:#x}: not pages of 4 KiB in both halves")
        root = {half: field(gdb.register(name), 47, 1) << 1 for half, name in
                (("user", "TTBR0_EL1"), ("kernel", "TTBR1_EL1"))}
        kernel = mappings(machine.table, root["kernel"], bits["kernel"], (1 << 64) - (1 << bits["kernel"]))
        user = mappings(machine.table, root["user"], bits["user"], 0) if root["user"] else []
    finally:
        machine.process.kill()
        machine.process.wait()
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
