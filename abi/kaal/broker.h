// SPDX-License-Identifier: BSD-2-Clause
//
// The capability broker's protocol (see protocol.h for the frame of a message). Every component
// has the broker's endpoint with a badge of its own: who asks is never an argument.
//
// Three things are named in messages:
//
//    component   index | serial of its number << 32         struct kaal_component_info.id
//    grant       index | serial << 32                       what was given, until it is taken back
//    rule        enum kaal_rule                             why something was refused
//
// A name of something that is no more is answered with KAAL_ERR_STALE and never means its
// successor.
//
//    request   arguments (from MR1 on)                       results (from MR0 on)
//    MEMORY    bytes, enum kaal_rights | enum kaal_memory    address, bytes, grant, paddr
//    CHANNEL   badge                                         CPtr to wait, CPtr to signal, grant
//    STARTED   -                                             -
//    PASSIVE   - (sent, not called)                          none
//    STOP      bytes of text, status, text                   none: the caller has ended
//    LOG       -                                             bytes of text, text
//    RELEASE   grant                                         -
//    DEVICE    enum kaal_device_match, bytes of text, text   grant, struct kaal_device_info
//    GIVE      grant, component, enum kaal_rights            grant, CPtr or address at the receiver
//    REVOKE    grant; 0: all that the caller gave            how many were taken back
//    CONNECT   component, enum kaal_connect                  grant, CPtr
//    SPAWN     struct kaal_spawn                             component
//    KILL      component                                     -
//    SUSPEND   component                                     -
//    RESUME    component                                     -
//    RESTART   component                                     generation
//    WAIT      component                                     struct kaal_exit
//    LIST      component number to begin at                  struct kaal_component_info
//    GRANTS    component, grant number to begin at           struct kaal_grant_info
//    PUBLISH   name                                          -
//    LOOKUP    enum kaal_lookup, name                        grant, CPtr, component
//    AUDIT     sequence number to begin at                   struct kaal_audit_info
//    TOTALS    -                                             struct kaal_totals
//    DEVICES   number of a device to begin at                struct kaal_device_node
//    CAPS      -                                             -
//    ALIVE     -                                             -
//
// Structures travel as words, in this order, and names in them are padded with zeroes; a longer one
// than ours is a newer minor version. After an error nothing has changed. Every grant is accounted
// to the component and limited by its quota; after KAAL_ERR_DENIED MR0 is the enum kaal_rule.
#pragma once

#include <kaal/image.h>
#include <kaal/limits.h>
#include <kaal/protocol.h>

#include <stdint.h>

enum {
    KAAL_BROKER_MAJOR = 2,
    KAAL_BROKER_MINOR = 0,

    // What a component may hold at a time of what it asked for, if its description, or who spawns
    // it, says nothing; and one that may spawn others, who have theirs out of this.
    KAAL_BROKER_MEMORY_QUOTA = 2 << 20, // bytes
    KAAL_BROKER_SLOT_QUOTA = 320,
    KAAL_BROKER_MEMORY_QUOTA_SPAWN = 8 << 20,
    KAAL_BROKER_SLOT_QUOTA_SPAWN = 2048,
    KAAL_BROKER_COMPONENT_QUOTA = 16,
    KAAL_BROKER_CPU_QUOTA = 1000,

    // Each grant counts as so many slots more: the broker's book of grants is as long as it takes
    // those who have all of these slots between them.
    KAAL_BROKER_GRANT_SLOTS = 4,
    KAAL_BROKER_SHARED_SLOTS = 8192,

    // The longest text of STOP and LOG.
    KAAL_BROKER_TEXT_MAX = 640,

    KAAL_SPAWN_GIVE_MAX = 4,   // capabilities that a component gets with its birth
    KAAL_BROKER_GIFTS_MAX = 8, // that it has of one who is not its parent, at a time
};

enum kaal_broker_request {
    // Zeroed memory, mapped into the caller's address space where the broker chooses. The size is
    // rounded up to pages. Rights: READ, or READ and WRITE. `paddr` is 0 unless DMA was asked for.
    KAAL_BROKER_MEMORY = 1,

    // A notification: one capability to wait with and one, badged, to signal with, for the caller
    // to pass on over a channel that grants.
    KAAL_BROKER_CHANNEL = 2,

    // The caller has finished its start: the next one in the start order may begin.
    KAAL_BROKER_STARTED = 3,

    // As STARTED, from a passive component that is about to wait: the broker takes back its
    // scheduling context. Sent in the same system call that begins the wait, so not answered.
    KAAL_BROKER_PASSIVE = 4,

    // The caller ends with a status, 0 for success. The text is reported with its name.
    KAAL_BROKER_STOP = 5,

    // For the console alone: the broker's next output, whole lines with their ends and with the
    // broker's name in front, to be put out as they are; 0 bytes: none left. With the first LOG the
    // console takes over the serial port.
    KAAL_BROKER_LOG = 6,

    // Gives a grant back, with all that was handed on of it.
    KAAL_BROKER_RELEASE = 7,

    // A device for the caller alone, until it is released or the caller ends: registers mapped,
    // interrupts bound to bits of its notification. They appear in its start page. A PCI function
    // answers and reaches memory from then on, and no longer. KAAL_ERR_BUSY: somebody else has it,
    // or a device with the same interrupt line.
    KAAL_BROKER_DEVICE = 8,

    // Hands a grant on, with the same rights or fewer, to a child, the parent, or a component with
    // which the caller has a channel, whoever calls whom. Memory is mapped there, a channel's
    // capability copied. It appears in the start page of the receiver. To give the same channel
    // once
    // more changes nothing.
    KAAL_BROKER_GIVE = 9,

    // Takes back what the caller gave, wherever it is by now.
    KAAL_BROKER_REVOKE = 10,

    // A channel to a component that the caller spawned, or that spawned the caller: the one that
    // there is between the two, if there is one.
    KAAL_BROKER_CONNECT = 11,

    KAAL_BROKER_SPAWN = 12,

    // For components that the caller spawned; for any with KAAL_ALLOW_MANAGE.
    KAAL_BROKER_KILL = 13,
    KAAL_BROKER_SUSPEND = 14,
    KAAL_BROKER_RESUME = 15,
    KAAL_BROKER_RESTART = 16,

    // Answered when the component has ended and is not going to be restarted.
    KAAL_BROKER_WAIT = 17,

    // The first component, or grant of a component, from this number on. KAAL_ERR_NOTFOUND: none.
    KAAL_BROKER_LIST = 18,
    KAAL_BROKER_GRANTS = 19,

    // Offers the caller's endpoint under a name; gets a channel to who offers it, as CONNECT does.
    KAAL_BROKER_PUBLISH = 20,
    KAAL_BROKER_LOOKUP = 21,

    // What was granted, taken back, refused: the first event from this number on.
    KAAL_BROKER_AUDIT = 22,

    KAAL_BROKER_TOTALS = 23,

    // The sign of life of a component with a heartbeat.
    KAAL_BROKER_ALIVE = 24,

    // The first device of the device tree, or behind those of the PCI bus, from this number on.
    // KAAL_ERR_NOTFOUND: none.
    KAAL_BROKER_DEVICES = 25,

    // For the console alone: who holds what is put out with the answers to LOG that follow,
    // compared
    // with what the kernel says:
    //
    //    @cap component=.. number=.. slot=.. kind=.. kernel=.. name=.. peer=.. rights=..
    //    @map component=.. number=.. kind=.. name=.. address=.. size=.. rights=..
    //    @caps components=.. slots=.. held=.. maps=.. differ=.. open=.. lost=.. kinds=..
    //
    // KAAL_ERR_BUSY: it is being put out.
    KAAL_BROKER_CAPS = 26,
};

// --- names ---------------------------------------------------------------------------------------

static inline uint64_t kaal_id(uint32_t index, uint32_t serial)
{
    return (uint64_t)serial << 32 | index;
}

static inline uint32_t kaal_id_index(uint64_t id)
{
    return (uint32_t)id;
}

static inline uint32_t kaal_id_serial(uint64_t id)
{
    return (uint32_t)(id >> 32);
}

// Why a request was denied. Numbers are ABI: add at the end.
enum kaal_rule {
    KAAL_RULE_NONE,
    KAAL_RULE_ALLOW_MEMORY,     // `allow` of the description has no "memory"
    KAAL_RULE_ALLOW_CHANNEL,    // ..
    KAAL_RULE_ALLOW_GIVE,       // ..
    KAAL_RULE_ALLOW_PUBLISH,    // ..
    KAAL_RULE_ALLOW_SPAWN,      // ..
    KAAL_RULE_ALLOW_DEVICE,     // ..
    KAAL_RULE_ALLOW_SEE,        // ..
    KAAL_RULE_ALLOW_MANAGE,     // ..
    KAAL_RULE_QUOTA_MEMORY,     // more bytes than its quota
    KAAL_RULE_QUOTA_SLOTS,      // more slots
    KAAL_RULE_QUOTA_COMPONENTS, // more living components
    KAAL_RULE_QUOTA_CPU,        // more processor time for them
    KAAL_RULE_PRIORITY,         // a priority above its own
    KAAL_RULE_PERMIT,           // no permit names this device
    KAAL_RULE_RIGHTS,           // more rights than it has itself
    KAAL_RULE_HOLDER,           // the grant is not the caller's
    KAAL_RULE_RELATION,         // what the two components are to each other does not allow it
    KAAL_RULE_CONSOLE,          // for the console alone
    KAAL_RULE_GIFTS,            // more gifts than the receiver takes of the caller
    KAAL_RULE_COUNT,
};

// --- memory, devices, channels -------------------------------------------------------------------

// Beside the rights in the argument of MEMORY.
enum kaal_memory {
    KAAL_MEMORY_UNCACHED = 1u << 8,
    KAAL_MEMORY_LARGE = 1u << 9, // pages of 2 MiB; the size is a multiple of that
    KAAL_MEMORY_DMA = 1u << 10,  // contiguous, and the caller is told where
};

enum kaal_connect {
    KAAL_CONNECT_CALL,   // to call it; its entry SERVES has the caller's name
    KAAL_CONNECT_SIGNAL, // to signal it
};

enum kaal_lookup {
    KAAL_LOOKUP_NOW,  // KAAL_ERR_NOTFOUND if nobody offers it
    KAAL_LOOKUP_WAIT, // answered when somebody does
};

// --- components ----------------------------------------------------------------------------------

enum kaal_component_state {
    KAAL_STATE_NONE,
    KAAL_STATE_BUILT,     // not begun
    KAAL_STATE_RUNNING,   // begun; it may be waiting for messages
    KAAL_STATE_SUSPENDED, // by request
    KAAL_STATE_FAULTED,   // stays where it faulted
    KAAL_STATE_BACKOFF,   // waits for its restart
    KAAL_STATE_ENDED,     // its memory is gone; it can be restarted
    KAAL_STATE_COUNT,
};

enum kaal_end {
    KAAL_END_NONE,
    KAAL_END_EXIT,      // by itself, with a status
    KAAL_END_FAULT,     //
    KAAL_END_KILLED,    // by request
    KAAL_END_HEARTBEAT, // no sign of life
    KAAL_END_TIMEOUT,   // its budget ran out
    KAAL_END_DEPENDS,   // what it depends on was restarted
    KAAL_END_GIVEN_UP,  // too many restarts
    KAAL_END_COUNT,
};

struct kaal_exit {
    uint32_t end; // enum kaal_end
    uint32_t generation;
    int64_t status; // of KAAL_END_EXIT
};

enum kaal_spawn_flag {
    KAAL_SPAWN_HELD = 1u << 0,    // does not begin until RESUME
    KAAL_SPAWN_KEEP = 1u << 1,    // lives on when its parent is restarted
    KAAL_SPAWN_CONSOLE = 1u << 2, // gets a channel to the console as its parent has one
    KAAL_SPAWN_FPU = 1u << 3,     // may use floating point
};

// The program is a file of the image by its name, or `program_size` bytes (4 MiB at most) at the
// start of a memory grant of the caller that was not handed on; it may be released afterwards.
struct kaal_spawn {
    char name[KAAL_NAME_SIZE];
    char program[KAAL_NAME_SIZE]; // empty: from `program_grant`
    char args[KAAL_ARGS_SIZE];
    uint64_t program_grant;
    uint64_t program_size;
    uint64_t budget_us;
    uint64_t period_us;
    uint64_t stack_size;                // bytes, a multiple of 4096
    uint32_t priority;                  // at most the caller's
    uint32_t flags;                     // enum kaal_spawn_flag
    struct kaal_policy policy;          // a window of at least `restart_max` periods, or 0
    uint64_t give[KAAL_SPAWN_GIVE_MAX]; // grants of the caller; 0: none
};

struct kaal_component_info {
    uint64_t id;
    char name[KAAL_NAME_SIZE];
    uint64_t parent; // component; its own id if it was described
    uint32_t state;  // enum kaal_component_state
    uint32_t generation;
    uint32_t priority;
    uint32_t restarts;
    uint32_t flags; // enum kaal_pd_flag
    uint32_t last_end;
    uint64_t budget_us;
    uint64_t period_us;
    uint64_t consumed_us; // processor time since it was built
    uint64_t memory;      // bytes that it is built of
    uint64_t granted;     // bytes of what it asked for
    uint64_t quota;
    uint32_t slots; // of the broker, for all of this
    uint32_t components;
};

enum kaal_grant_kind {
    KAAL_GRANT_NONE,
    KAAL_GRANT_MEMORY,
    KAAL_GRANT_DEVICE,  // registers
    KAAL_GRANT_IRQ,     // an interrupt handler, of a device
    KAAL_GRANT_CALL,    // a channel to `peer`
    KAAL_GRANT_SIGNAL,  // ..
    KAAL_GRANT_CHANNEL, // a notification of its own: to wait with, and to signal with
    KAAL_GRANT_KIND_COUNT,
};

struct kaal_grant_info {
    uint64_t id;
    uint64_t holder;
    uint64_t giver; // 0: the broker
    uint64_t from;  // grant that it was handed on from, or 0
    uint64_t peer;  // component at the other end, or 0
    uint32_t kind;  // enum kaal_grant_kind
    uint32_t rights;
    uint64_t slot; // CPtr at the holder, 0 if none
    uint64_t address;
    uint64_t size;
    uint32_t broker_slots;
    uint32_t reserved;
};

struct kaal_device_info {
    uint32_t windows;    // of registers, up to 4
    uint32_t interrupts; // up to 4
    struct {
        uint64_t address;
        uint64_t size;
    } window[4];
    struct {
        uint64_t slot; // CPtr of its handler
        uint64_t bit;  // of the caller's notification
    } interrupt[4];
    uint64_t config; // address of a PCI function's configuration space, to be read; 0: it is none
};

enum { KAAL_DEVICE_PATH_SIZE = 64, KAAL_DEVICE_COMPATIBLE_SIZE = 48 };

// Names that are too long are cut.
struct kaal_device_node {
    uint32_t number; // in the order of the tree and of the bus
    uint32_t interrupts;
    uint64_t holder; // component, or 0
    uint64_t paddr;  // of its first registers
    uint64_t size;
    char path[KAAL_DEVICE_PATH_SIZE];
    char compatible[KAAL_DEVICE_COMPATIBLE_SIZE];
};

struct kaal_totals {
    uint64_t memory; // bytes that the broker manages
    uint64_t memory_free;
    uint64_t largest; // bytes of the largest region that can be had
    uint64_t slots;
    uint64_t slots_free;
    uint64_t components;
    uint64_t grants;
    uint64_t time_us; // 0: the system has no clock
};

// `object` is a grant's id and `detail` its kind, or as is said.
enum kaal_audit_event {
    KAAL_AUDIT_NONE,
    KAAL_AUDIT_GRANT,   // subject got something from the broker
    KAAL_AUDIT_GIVE,    // .. from actor
    KAAL_AUDIT_REVOKE,  // actor took back what subject had
    KAAL_AUDIT_RELEASE, // actor gave it back itself
    KAAL_AUDIT_REFUSE,  // actor's request `detail` was answered with `error`; `rule` if denied
    KAAL_AUDIT_SPAWN,   // of subject, by actor
    KAAL_AUDIT_BEGIN,   // ..
    KAAL_AUDIT_SUSPEND, // ..
    KAAL_AUDIT_RESTART, // .. or by the broker: `detail` is the generation
    KAAL_AUDIT_END,     // .. `detail` is the enum kaal_end, `object` the status
    KAAL_AUDIT_FAULT,   // subject did: `detail` is the seL4 fault, `object` its address
    KAAL_AUDIT_PUBLISH, // actor offers a service
    KAAL_AUDIT_COUNT,
};

struct kaal_audit_info {
    uint64_t sequence;
    uint64_t lost; // events between the one asked for and this
    uint64_t time_us;
    uint64_t actor;   // component; 0: the broker itself
    uint64_t subject; // component
    uint64_t object;  // grant, or what the event has: end, status
    uint32_t event;   // enum kaal_audit_event
    uint32_t detail;  // enum kaal_grant_kind, kaal_end or kaal_broker_request, by the event
    uint32_t rule;    // enum kaal_rule
    uint32_t error;   // enum kaal_err
};

#define KAAL_BROKER_WORD                                                                           \
    kaal_protocol_word(KAAL_PROTOCOL_BROKER, KAAL_BROKER_MAJOR, KAAL_BROKER_MINOR)

_Static_assert(sizeof(struct kaal_spawn) == 64 + 64 + 128 + 40 + 8 + 56 + 32, "protocol layout");
_Static_assert(sizeof(struct kaal_component_info) == 160, "protocol layout");
_Static_assert(sizeof(struct kaal_grant_info) == 80, "protocol layout");
_Static_assert(sizeof(struct kaal_device_info) == 144, "protocol layout");
_Static_assert(sizeof(struct kaal_audit_info) == 64, "protocol layout");
_Static_assert(sizeof(struct kaal_device_node) == 144, "protocol layout");
