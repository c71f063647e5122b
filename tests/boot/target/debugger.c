// SPDX-License-Identifier: BSD-2-Clause
//
// Debugs its child with the processor's means. Each stop of the child comes here as a fault; the
// debugger reports it and asks for the next one, along this script:
//
//    brk      set a breakpoint at the first addition
//    0x04     unset it; 2 steps
//    0x0c     3 steps, the second of which is a system call with the instruction behind it
//    0x1c     an answer without words: one step
//    0x20     no more steps; watch the words that the child stores and loads
//    0x28     unwatch the one that is stored
//    0x2c     unwatch the other
//    brk      the end

#include "debuggee.h"

#include <kaal/component.h>

enum {
    FIRST_CODE = 5,
    FIRST_DATA = seL4_FirstWatchpoint,
    SECOND_DATA = seL4_FirstWatchpoint + 3,
    INSTRUCTION = 4,
    NOWHERE = 0x7000,
    STOPS = 8,
};

static struct {
    struct board *board;
    seL4_CPtr child;
    uint64_t stops;
} debugger;

static void must(seL4_Error err, const char *what)
{
    if (err != seL4_NoError) {
        kaal_stop(what);
    }
}

static const char *reason_name(seL4_Word reason)
{
    static const char *const names[] = {"data", "instruction", "step", "software"};
    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}

static void report_stop(const seL4_Fault_t *stop, seL4_Word length)
{
    seL4_Word reason = seL4_Fault_DebugException_get_ExceptionReason(*stop);
    seL4_Word address = seL4_Fault_DebugException_get_TriggerAddress(*stop);
    seL4_Word base =
        reason == seL4_DataBreakpoint ? (seL4_Word)debugger.board : debugger.board->play;
    struct kaal_report report;
    kaal_report_begin(&report, "stop");
    kaal_report_u64(&report, "n", debugger.stops);
    kaal_report_str(&report, "reason", reason_name(reason));
    kaal_report_hex(&report, "offset",
                    seL4_Fault_DebugException_get_FaultIP(*stop) - debugger.board->play);
    if (length == seL4_DebugException_Length) {
        kaal_report_u64(&report, "number", seL4_Fault_DebugException_get_BreakpointNumber(*stop));
        kaal_report_hex(&report, "at", address - base);
    }
    kaal_report_end(&report);
}

// The child goes on behind where it stands.
static void skip(void)
{
    seL4_UserContext registers = {.pc = 0};
    must(seL4_TCB_ReadRegisters(debugger.child, 0, 0, 1, &registers), "read");
    registers.pc += INSTRUCTION;
    must(seL4_TCB_WriteRegisters(debugger.child, 0, 0, 1, &registers), "write");
}

static void set(seL4_Uint16 number, seL4_Word address)
{
    bool code = number < seL4_FirstWatchpoint;
    must(seL4_TCB_SetBreakpoint(debugger.child, number, address,
                                code ? seL4_InstructionBreakpoint : seL4_DataBreakpoint,
                                code ? 0 : sizeof(uint32_t), seL4_BreakOnRead),
         "set");
}

// Away from where it was. To where nothing is, because seL4 with assertions stops itself when a
// breakpoint is met while others have never been set.
static void unset(seL4_Uint16 number)
{
    must(seL4_TCB_UnsetBreakpoint(debugger.child, number), "unset");
    set(number, NOWHERE);
}

static void watch(seL4_Uint16 number, volatile uint64_t *word, seL4_Word size, seL4_Word access)
{
    must(seL4_TCB_SetBreakpoint(debugger.child, number, (seL4_Word)word, seL4_DataBreakpoint, size,
                                access),
         "watch");
    *word = 1; // the child's breakpoint, not ours
}

static void begin(void)
{
    for (seL4_Uint16 number = 0; number < seL4_NumHWBreakpoints; number++) {
        unset(number);
    }
    set(FIRST_CODE, debugger.board->play + PLAY_ADDS);
    skip();
}

static void begin_steps(void)
{
    unset(FIRST_CODE);
    must((seL4_Error)seL4_TCB_ConfigureSingleStepping(debugger.child, 0, 2).error, "step");
}

static void begin_watching(void)
{
    watch(FIRST_DATA, &debugger.board->stored, sizeof(uint64_t), seL4_BreakOnWrite);
    watch(SECOND_DATA, &debugger.board->loaded, sizeof(uint32_t), seL4_BreakOnReadWrite);
}

static void end(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "words");
    kaal_report_u64(&report, "stored", debugger.board->stored);
    kaal_report_end(&report);
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}

// Answers with how many steps to do, if that is asked for.
static seL4_MessageInfo_t steps(seL4_Word count)
{
    seL4_SetMR(0, count);
    return seL4_MessageInfo_new(0, 0, 0, 1);
}

static seL4_MessageInfo_t answer(uint64_t stop)
{
    switch (stop) {
    case 0:
        begin();
        break;
    case 1:
        begin_steps();
        break;
    case 2:
        return steps(3);
    case 4:
        begin_watching();
        return steps(0);
    case 5:
        unset(FIRST_DATA);
        break;
    case 6:
        unset(SECOND_DATA);
        break;
    case STOPS - 1:
        end();
        skip();
        break;
    default:
        break;
    }
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply)
{
    (void)badge; // one child
    seL4_Fault_t stop = seL4_getFault(info);
    if (seL4_Fault_get_seL4_FaultType(stop) != seL4_Fault_DebugException) {
        return false;
    }
    report_stop(&stop, seL4_MessageInfo_get_length(info));
    *reply = answer(debugger.stops);
    debugger.stops++;
    return true;
}

void init(void)
{
    debugger.board = (struct board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    debugger.child = kaal_need(KAAL_START_TCB, "debuggee")->slot;
}
