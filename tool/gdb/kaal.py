# SPDX-License-Identifier: BSD-2-Clause
"""What `kaal run --gdb` has gdb do: one machine, many programs at the same addresses.

    kernel              always: its addresses are its own
    component that runs its start page is mapped at one address in every component, and has its name

At each stop the symbols of the component that runs take the place of those of the one before.

    component           who runs
    component NAME      its symbols, whoever runs
    stop-in NAME PLACE  a breakpoint that only this component stops at
    $component()        its name, for conditions: break *0x1040 if $_streq($component(), "hello")
"""
import os

import gdb

# abi/kaal/layout.h, abi/kaal/start.h
IMAGE_END = 0x0E00000000
START_PAGE = 0x0F00120000
START_MAGIC = b"KAALSTA1"
NAME_AT, NAME_SIZE = 16, 64

PROGRAMS = dict(line.split("\t") for line in os.environ["KAAL_GDB_PROGRAMS"].splitlines())
loaded = None
last = None


def running():
    """The component in whose address space the machine is; None before there is one."""
    try:
        page = gdb.selected_inferior().read_memory(START_PAGE, NAME_AT + NAME_SIZE).tobytes()
    except gdb.error:
        return None
    if not page.startswith(START_MAGIC):
        return None
    return page[NAME_AT:].split(b"\0")[0].decode(errors="replace")


def load(name):
    """The symbols of a component in place of those of the one before. True if they are others."""
    global loaded
    if name == loaded or name not in PROGRAMS:
        return False
    if loaded is not None and PROGRAMS[loaded] != PROGRAMS[name]:
        gdb.execute(f"remove-symbol-file '{PROGRAMS[loaded]}'", to_string=True)
    if loaded is None or PROGRAMS[loaded] != PROGRAMS[name]:
        gdb.execute(f"add-symbol-file '{PROGRAMS[name]}'", to_string=True)
    loaded = name
    return True


def on_stop(event):
    """Before this the place was shown with the symbols of who ran before; StopIn leaves that to us."""
    global last
    name = running()
    changed = load(name)
    if name is not None and name != last:
        print(f"component {name}")
        last = name
    own = [b for b in getattr(event, "breakpoints", []) if isinstance(b, StopIn)]
    for b in own:
        print(f"Breakpoint {b.number}, ", end="")
    if changed or own:
        gdb.execute("frame")


def find(place):
    """Behind the instructions that make a function's frame; not the kernel's function of that name."""
    probe = gdb.Breakpoint(place, internal=True)
    found = [location.address for location in probe.locations if location.address < IMAGE_END]
    probe.delete()
    if not found:
        raise gdb.GdbError(f'Function "{place}" not defined.')
    return found[0]


def address(name, place):
    """Where `place` is in a component, a function or a location of its sources."""
    before = loaded
    load(name)
    try:
        return find(place)
    finally:
        load(before)


class StopIn(gdb.Breakpoint):
    """A breakpoint that other components, who have other things at that address, run through."""

    def __init__(self, name, where):
        super().__init__(f"*{where:#x}")
        self.component = name
        self.silent = True

    def stop(self):
        return running() == self.component


class StopInCommand(gdb.Command):
    """stop-in NAME PLACE: a breakpoint that only the component NAME stops at."""

    def __init__(self):
        super().__init__("stop-in", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 2:
            raise gdb.GdbError("write stop-in NAME PLACE")
        if words[0] not in PROGRAMS:
            raise gdb.GdbError(f"no component {words[0]}; there are {', '.join(PROGRAMS)}")
        try:
            StopIn(words[0], address(*words))
        except gdb.error as error:
            raise gdb.GdbError(str(error)) from error


class ComponentCommand(gdb.Command):
    """component [NAME]: who runs; or the symbols of NAME, whoever runs."""

    def __init__(self):
        super().__init__("component", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if words and words[0] not in PROGRAMS:
            raise gdb.GdbError(f"no component {words[0]}; there are {', '.join(PROGRAMS)}")
        if words:
            load(words[0])
        print(words[0] if words else running() or "none yet")


class Component(gdb.Function):
    """The name of the component that runs, empty before there is one."""

    def __init__(self):
        super().__init__("component")

    def invoke(self):
        return running() or ""


def entry(name):
    """What a component begins with for its author."""
    for place in ("init", "main", "_start"):
        try:
            return address(name, place)
        except (gdb.error, gdb.GdbError):
            continue
    raise gdb.GdbError(f"{name} has neither init nor main nor _start")


def begin():
    for setting in ("confirm off", "pagination off", "architecture aarch64", "breakpoint pending off"):
        gdb.execute(f"set {setting}", to_string=True)
    gdb.execute(f"directory {os.environ['KAAL_GDB_SOURCES']}", to_string=True)
    gdb.execute(f"symbol-file '{os.environ['KAAL_GDB_KERNEL']}'", to_string=True)
    gdb.execute(f"target remote {os.environ['KAAL_GDB_SOCKET']}", to_string=True)
    StopInCommand()
    ComponentCommand()
    Component()
    name = os.environ["KAAL_GDB_STOP"]
    if not name:
        print("the machine stands at its reset; `stop-in NAME PLACE`, then `continue`")
        gdb.events.stop.connect(on_stop)
        return
    StopIn(name, entry(name))
    gdb.events.stop.connect(on_stop)
    gdb.execute("continue")


begin()
