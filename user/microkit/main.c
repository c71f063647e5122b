// SPDX-License-Identifier: BSD-2-Clause
//
// The life of a Microkit program: init(), then one event after another.
//
//    receive ──► badge: call bit     protected(), its result is the next answer
//       ▲               fault bit    fault(), likewise if it says so
//       │               else         notified() for each bit that is set, the lowest first
//       └── answer, or what was deferred, is sent with the next receive
//
// What is filled in when the system is packed has bytes in the file, where they can be filled in
// without making it larger.

#include <kaal/microkit.h>
#include <kaal/note.h>

#include <microkit.h>

#define FILLED_IN __attribute__((section(".data.microkit")))

enum {
    INPUT = KAAL_MICROKIT_INPUT,
    REPLY = KAAL_MICROKIT_REPLY,
    CHANNEL_BITS = 0x3f,
    CHILD_BITS = 0xff,
};

_Static_assert(MONITOR_EP == KAAL_MICROKIT_MONITOR, "slots");
_Static_assert(TCB_CAP == KAAL_MICROKIT_TCB, "slots");
_Static_assert(ARM_SMC_CAP == KAAL_MICROKIT_SMC, "slots");
_Static_assert(BASE_OUTPUT_NOTIFICATION_CAP == KAAL_MICROKIT_NOTIFY, "slots");
_Static_assert(BASE_ENDPOINT_CAP == KAAL_MICROKIT_CALL, "slots");
_Static_assert(BASE_IRQ_CAP == KAAL_MICROKIT_IRQ, "slots");
_Static_assert(BASE_TCB_CAP == KAAL_MICROKIT_CHILD, "slots");
_Static_assert(PD_ROOT_CAP_BITS == KAAL_MICROKIT_ROOT_BITS, "slots");
_Static_assert(MICROKIT_MAX_CHANNEL_ID == KAAL_MICROKIT_ID_MAX, "identifiers");
_Static_assert(MICROKIT_PD_NAME_LENGTH == KAAL_MICROKIT_NAME_SIZE, "name");

extern seL4_Bool microkit_passive;
extern const struct kaal_note microkit_note;

// A reference, by which the note is linked.
extern const struct kaal_note *const microkit_made_for;
const struct kaal_note *const microkit_made_for = &microkit_note;

FILLED_IN char microkit_name[MICROKIT_PD_NAME_LENGTH] = "";
FILLED_IN seL4_Word microkit_irqs = 0;
FILLED_IN seL4_Word microkit_notifications = 0;
FILLED_IN seL4_Word microkit_pps = 0;
FILLED_IN seL4_Word microkit_ioports = 0;
FILLED_IN seL4_Bool microkit_passive = 0;

seL4_Bool microkit_have_signal;
seL4_CPtr microkit_signal_cap;
seL4_MessageInfo_t microkit_signal_msg;

// Who reads the program learns from its initial value where it expects the IPC buffer.
LIBSEL4_THREAD_LOCAL seL4_IPCBuffer *__sel4_ipc_buffer =
    (seL4_IPCBuffer *)KAAL_MICROKIT_IPC_BUFFER; // NOLINT: a fixed address

int main(void);

// --- constructors --------------------------------------------------------------------------------

typedef void (*constructor)(void);
extern const constructor __init_array_start[];
extern const constructor __init_array_end[];

static void construct(void)
{
    for (const constructor *next = __init_array_start; next != __init_array_end; next++) {
        (*next)();
    }
}

// --- one event -----------------------------------------------------------------------------------

static void deliver(seL4_Word bits)
{
    for (microkit_channel ch = 0; bits != 0; ch++, bits >>= 1) {
        if ((bits & 1) != 0) {
            notified(ch);
        }
    }
}

// True if *info is to be sent as an answer.
static seL4_Bool handle(seL4_Word badge, microkit_msginfo *info)
{
    if ((badge & UINT64_C(1) << 63) != 0) {
        *info = protected((microkit_channel)(badge & CHANNEL_BITS), *info);
        return seL4_True;
    }
    if ((badge & UINT64_C(1) << 62) != 0) {
        microkit_msginfo answer = seL4_MessageInfo_new(0, 0, 0, 0);
        seL4_Bool answers = fault((microkit_child)(badge & CHILD_BITS), *info, &answer);
        *info = answer;
        return answers;
    }
    deliver(badge);
    return seL4_False;
}

static microkit_msginfo receive(seL4_Bool answers, microkit_msginfo info, seL4_Word *badge)
{
    seL4_Bool signals = microkit_have_signal;
    microkit_have_signal = seL4_False;
    if (!answers) {
        return signals
                   ? seL4_NBSendRecv(microkit_signal_cap, microkit_signal_msg, INPUT, badge, REPLY)
                   : seL4_Recv(INPUT, badge, REPLY);
    }
    // One system call has room for one message. The answer is last: with it, a passive program
    // gives away the time that it runs on.
    if (signals) {
        seL4_Send(microkit_signal_cap, microkit_signal_msg);
    }
    return seL4_ReplyRecv(INPUT, info, badge, REPLY);
}

// An interrupt that came before anybody listened, or before a restart, would else never come again.
static void acknowledge(void)
{
    for (microkit_channel ch = 0; ch <= MICROKIT_MAX_CHANNEL_ID; ch++) {
        if ((microkit_irqs >> ch & 1) != 0) {
            seL4_IRQHandler_Ack(BASE_IRQ_CAP + ch);
        }
    }
}

int main(void)
{
    seL4_Bool answers = seL4_False;
    microkit_msginfo info = seL4_MessageInfo_new(0, 0, 0, 0);
    microkit_have_signal = seL4_False; // of the life before a restart
    construct();
    init();
    acknowledge();
    if (microkit_passive) {
        // Whoever hears this takes the scheduling context; a signal of init() goes before.
        if (microkit_have_signal) {
            seL4_NBSend(microkit_signal_cap, microkit_signal_msg);
        }
        microkit_internal_defer(MONITOR_EP, 0);
    }
    for (;;) {
        seL4_Word badge = 0;
        info = receive(answers, info, &badge);
        answers = handle(badge, &info);
    }
}
