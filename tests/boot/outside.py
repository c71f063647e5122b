# SPDX-License-Identifier: BSD-2-Clause
"""A machine seen from outside: registers through QEMU's GDB stub, physical memory through QMP, and translation
tables walked as the processor does."""
import collections
import json
import re
import socket
import struct
import subprocess
import sys
import time

TIME_LIMIT = 60
PAGE = 4096
TABLE = 0b11
VALID = 0b01

Mapping = collections.namedtuple("Mapping", "at size physical user_access user_execute write execute attribute")


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
        self.send(text)
        return self.answer()

    def file(self, name):
        text = b""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},ff0")
            text += re.sub(rb"}(.)", lambda m: bytes([m.group(1)[0] ^ 0x20]), part[1:], flags=re.S)
            if part[:1] == b"l":
                return text.decode()

    def send(self, text):
        packet = text.encode()
        self.socket.sendall(b"$" + packet + b"#%02x" % (sum(packet) % 256))

    def answer(self):
        data = b""
        while not re.search(rb"\$[^#]*#..", data):
            data += self.socket.recv(65536)
        self.socket.sendall(b"+")
        return re.search(rb"\$([^#]*)#..", data, re.S).group(1)

    def run_to(self, addresses):
        """Until an instruction at one of these addresses is next, in whatever address space."""
        for address in addresses:
            self.ask(f"Z1,{address:x},4")
        self.send("c")
        self.answer()
        for address in addresses:
            self.ask(f"z1,{address:x},4")

    def step(self):
        self.ask("s")

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
    def __init__(self, folder, image, machine, *options):
        self.scratch = folder / "memory"
        self.log = folder / "log"
        self.process = subprocess.Popen(
            ["qemu-system-aarch64", "-machine", machine, "-cpu", "cortex-a53", "-m", "512M", "-display", "none",
             "-icount", "shift=3,sleep=off", "-serial", f"file:{self.log}", "-monitor", "none", "-no-shutdown",
             "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off", "-gdb", f"unix:{folder / 'gdb'},server=on,wait=off",
             "-kernel", str(image), *options], stdin=subprocess.DEVNULL)
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

    def memory(self, physical, size):
        self.qmp.command("pmemsave", val=physical, size=size, filename=str(self.scratch))
        return self.scratch.read_bytes()

    def table(self, physical):
        """The 512 entries of a translation table."""
        if physical not in self.tables:
            self.tables[physical] = struct.unpack("<512Q", self.memory(physical, PAGE))
        return self.tables[physical]

    def end(self):
        self.process.kill()
        self.process.wait()


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
                execute=limits["execute"] and field(entry, 53, 53) == 0, attribute=field(entry, 4, 2)))

    walk(root, first, base, dict.fromkeys(("user", "write", "user_execute", "execute"), True))
    return found


def address_widths(gdb):
    """Bits of the addresses of each half, and that pages have 4 KiB in both."""
    control = gdb.register("TCR_EL1")
    granules = field(control, 15, 14), field(control, 31, 30)
    if granules != (0b00, 0b10):
        sys.exit(f"TCR_EL1 {control:#x}: not pages of 4 KiB in both halves")
    return {half: 64 - field(control, lo + 5, lo) for half, lo in (("user", 0), ("kernel", 16))}


def translation_roots(gdb):
    return {half: field(gdb.register(name), 47, 1) << 1 for half, name in
            (("user", "TTBR0_EL1"), ("kernel", "TTBR1_EL1"))}


def symbols_of(kernel):
    names = subprocess.run(["aarch64-linux-gnu-nm", kernel], capture_output=True, text=True, check=True).stdout
    return {name: int(value, 16) for value, _, name in (line.split() for line in names.splitlines())}
