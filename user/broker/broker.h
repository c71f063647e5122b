// SPDX-License-Identifier: BSD-2-Clause
//
// The capability broker: holds every capability that no component needs to hold, builds components,
// and has all policy about who gets more.
//
//    root task ── table ──► broker ◄── requests, faults ── components
//                             │
//                             └── lines ──► serial port at first, then the console asks for them
//
// It never waits for a component: it sends nothing that could block, it only answers. So whatever a
// component does, the broker is waiting in its loop when the next one calls.
//
// The files, from the bottom up:
//
//    pool, slots       untyped memory and slots, pure book-keeping
//    memory            both with the kernel behind them; arenas: what one component is made of
//    image, machine    the packed system; devices of the tree and of the PCI bus
//    pci               that bus: pure but for its registers
//    quiet             devices that are to leave memory alone
//    regions           frames, and the memory regions of the description
//    component, build  the table of components; one of them out of its plan
//    wire              capabilities between components
//    grants, audit     who holds what; what happened: pure book-keeping
//    grant*            what is granted at run time
//    life, supervise   begin, end, restart; when
//    spawn, control, names, inspect, devices, caps, later, main    requests
//    handover, system  from the root task to components that are built
//    start             their order of beginning
//    fault             what is told of faults and restarts
//    log               output
#pragma once

#include "grants.h"
#include "pci.h"
#include "pool.h"
#include "slots.h"

#include <kaal/broker.h>
#include <kaal/builder.h>
#include <kaal/component.h>
#include <kaal/error.h>
#include <kaal/handover.h>
#include <kaal/plan.h>
#include <kaal/start.h>
#include <kaal/time_page.h>

#include <lib/fdt.h>

#include <sel4/sel4.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    PAGE_BITS = 12,
    PAGE_SIZE = 1 << PAGE_BITS,
};

#define NO_COMPONENT UINT32_MAX

// --- memory.c ------------------------------------------------------------------------------------

enum { ARENA_PARTS = 12 };

// Slots of the store in a row, of which the first `used` are taken.
struct run {
    uint32_t first;
    uint32_t count;
    uint32_t used;
};

// All that one component is made of, so that it can be taken back as a whole:
//
//    pieces    |frames.. tables.. TCB, CNode, ..|     untyped memory; revoking it destroys these
//    objects   |slot|slot|slot| .. | free |           slots of the store with their capabilities
//    copies    |slot|slot| .. | free |                slots with copies of what is not its own
struct arena {
    struct {
        uint32_t node; // of the pool
        uint64_t used; // bytes
    } pieces[ARENA_PARTS];
    struct run objects[ARENA_PARTS];
    struct run copies[ARENA_PARTS];
    uint8_t piece_count;
    uint8_t object_runs;
    uint8_t copy_runs;
};

// Takes the memory of the table into the pool, and its slots.
enum kaal_err memory_open(void);

// Room for what the broker itself needs for so many components.
enum kaal_err memory_grow_own(uint32_t components);

// Memory for about `bytes`, slots for about so many objects and copies. More is taken later where
// that was too little. After an error nothing has been taken.
enum kaal_err arena_reserve(struct arena *arena, uint64_t bytes, uint32_t objects, uint32_t copies);

// `count` objects in consecutive slots from *first on.
enum kaal_err arena_objects(struct arena *arena, seL4_Word type, uint8_t size_bits, uint32_t count,
                            uint32_t *first);

// An empty slot for a copy.
enum kaal_err arena_slot(struct arena *arena, uint32_t *slot);

// A copy of a capability of the store.
enum kaal_err arena_copy(struct arena *arena, uint32_t from, seL4_CapRights_t rights,
                         uint32_t *slot);

// Destroys all of it. The arena is empty then.
void arena_release(struct arena *arena);

// Bytes of memory, and slots.
uint64_t arena_bytes(const struct arena *arena);
uint32_t arena_slots(const struct arena *arena);

// Maps a frame into the broker's own address space; tables come from its own arena.
enum kaal_err memory_map_own(uint32_t frame, uint64_t vaddr, seL4_CapRights_t rights, bool cached);

// --- component.c ---------------------------------------------------------------------------------

enum { COMPONENT_IRQS = KAAL_NOTIFY_BITS };

struct component {
    struct kaal_plan_pd spec; // what it is built from
    uint32_t number;          // of its place in the table
    uint32_t serial;          // which of the components that have had this number
    uint32_t state;           // enum kaal_component_state
    uint32_t generation;
    uint32_t parent;       // who spawned it; its own number: the description
    bool described;        // in the plan, under its own number
    bool keep;             // lives on when its parent is restarted
    bool charged;          // its quota is taken out of its parent's
    bool finished;         // its start is over: init() done, or it has faulted or ended
    bool passive;          // its scheduling context has been taken back
    bool cut_off;          // channels to it lead to the broker
    bool devices;          // registers have been mapped for it
    struct kaal_exit exit; // how it ended last

    // What it is made of; nothing in state NONE and ENDED.
    struct arena arena;
    struct arena tables; // page tables of what it was granted, and one piece that waits for more
    uint32_t tcb;
    uint32_t sched_context;
    uint32_t cnode; // no guard
    uint32_t cspace_top;
    uint32_t inbox;
    uint32_t vspace;
    uint32_t endpoint;
    uint32_t notification;
    uint32_t reply;
    uint32_t ipc_frame;
    uint32_t fault_handler; // where its faults go
    uint32_t stack_frame;   // first of its stack
    uint32_t start_frame;   // first of its start page
    uint32_t start_pages;
    struct kaal_start *start; // its start page, as the broker sees it
    struct kaal_entry entry;
    uint32_t irqs[COMPONENT_IRQS]; // interrupt handlers
    uint32_t irq_count;
    bool starts_clean;
    bool serves;            // has an endpoint that it receives from
    bool notified;          // has a notification that is bound to it
    bool holds_own_space;   // and may have changed it
    uint32_t channels_to;   // of others, in the plan
    const struct use *uses; // of its objects, in the plan: wire.c
    bool linked;            // somebody depends on it or watches it

    // Its capability space: slots from first_free on that are taken, and bits of its notification.
    uint32_t first_free;
    uint64_t slots_taken;
    uint64_t bits_taken;
    uint64_t dynamic_from[2]; // its dynamic addresses below are all taken: of small, of large pages

    // What it asked for.
    uint64_t granted; // bytes
    uint32_t granted_slots;
    uint32_t granted_channels;
    uint32_t components; // living, that it spawned
    uint32_t promised;   // components that those may spawn
    uint32_t cpu;        // thousandths, of those and promised to them

    // How it is looked after.
    uint32_t restarts;     // in the window
    uint64_t window_start; // microseconds
    uint64_t restart_at;   // in state BACKOFF
    uint64_t alive_at;
    uint64_t consumed_us;
};

struct broker {
    const struct kaal_handover *table; // NULL until the root task has handed over
    const struct kaal_time *clock;     // NULL: the description has none
    struct plan plan;
    struct dt dt;
    struct slots slots;
    struct arena own;         // what the broker needs itself
    uint32_t component_count; // numbers in use lie below
    seL4_Error refusal;       // what the kernel said last when it refused something
    uint32_t rule;            // enum kaal_rule of the last KAAL_ERR_DENIED
    uint32_t console;         // component that prints our lines
    seL4_CPtr reply;          // to receive with next
    uint32_t spare_reply;     // for what the broker receives in the place of others
    uint64_t signals;         // that came meanwhile, for the broker itself
    bool starting;            // some of the start order have not begun
    struct component *components;
    uint32_t component_room; // of the table
    struct pool pool;
    struct grants grants;
};

extern struct broker broker;

static inline struct component *component_at(uint32_t number)
{
    return &broker.components[number];
}

static inline uint32_t component_number(const struct component *c)
{
    return c->number;
}

static inline uint64_t component_id(const struct component *c)
{
    return kaal_id(component_number(c), c->serial);
}

// What it may use of the processor, in thousandths.
static inline uint32_t component_cpu(const struct component *c)
{
    return (uint32_t)(c->spec.budget_us * KAAL_CPU_WHOLE / c->spec.period_us);
}

// Was it spawned by `parent`?
static inline bool component_is_child(const struct component *c, const struct component *parent)
{
    return !c->described && c->parent == component_number(parent);
}

// Is there something that can run?
static inline bool component_built(const struct component *c)
{
    return c->state != KAAL_STATE_NONE && c->state != KAAL_STATE_ENDED;
}

static inline seL4_CPtr store(void)
{
    return broker.table->caps[KAAL_HANDOVER_STORE];
}

// Bits of an index into the store.
static inline seL4_Uint8 store_depth(void)
{
    return (seL4_Uint8)broker.table->store_bits;
}

static inline seL4_CPtr own_cap(enum kaal_handover_cap cap)
{
    return broker.table->caps[cap];
}

// `count` slots of the store in a row. KAAL_ERR_SLOTS: there are none, even after merging memory.
enum kaal_err store_merge_and_take(uint32_t count, uint32_t *first); // memory.c
static inline enum kaal_err store_take(uint32_t count, uint32_t *first)
{
    return slots_take(&broker.slots, count, first) ? KAAL_OK : store_merge_and_take(count, first);
}

// KAAL_ERR_KERNEL, the kernel's error being kept for the answer.
static inline enum kaal_err refused(seL4_Error err)
{
    if (err == seL4_NoError) {
        return KAAL_OK;
    }
    broker.refusal = err;
    return KAAL_ERR_KERNEL;
}

static inline enum kaal_err denied(enum kaal_rule rule)
{
    broker.rule = rule;
    return KAAL_ERR_DENIED;
}

// Microseconds since the clock of the description began; 0 without one.
static inline uint64_t broker_now(void)
{
    const struct kaal_time *clock = broker.clock;
    return clock == NULL ? 0 : __atomic_load_n(&clock->ticks, __ATOMIC_RELAXED) * clock->tick_us;
}

// The badge of a component's capability to the broker's endpoint: of its calls or its faults.
static inline uint64_t broker_badge(const struct component *c, uint64_t kind)
{
    return kind | (uint64_t)(c->serial & KAAL_BADGE_SERIAL) << KAAL_BADGE_SERIAL_SHIFT |
           component_number(c);
}

// The component whom a badge means; NULL if that one is no more.
static inline struct component *component_of_badge(uint64_t badge)
{
    uint32_t number = (uint32_t)(badge & KAAL_BADGE_ID);
    if (number >= broker.component_count) {
        return NULL;
    }
    struct component *c = component_at(number);
    uint64_t differ = (badge >> KAAL_BADGE_SERIAL_SHIFT ^ c->serial) & KAAL_BADGE_SERIAL;
    return differ == 0 && component_built(c) ? c : NULL;
}

// The component with this id, NULL if it is no more.
struct component *component_find(uint64_t id);

// The table, with room for the components of the plan and for what they may spawn.
enum kaal_err component_open(void);

// A free number, with the next serial; NULL if all are taken.
struct component *component_new(void);

// --- image.c, machine.c --------------------------------------------------------------------------

// Maps the packed system and finds its tables.
enum kaal_err image_open(void);

// The program of a file, ready to be built: until the next one is asked for. NULL, or the cause.
const char *image_program(uint32_t index, const struct kaal_program **program);

// Is the code at `at` to be executed for the first time?
bool image_is_new_code(const uint8_t *at);

// The bytes of a file, mapped.
enum kaal_err image_data(uint32_t index, const uint8_t **data);

// A read-only copy of the frame that `at` lies in.
enum kaal_err image_share(struct arena *arena, const uint8_t *at, uint32_t *frame);

enum kaal_err machine_open(void);

// A node of the device tree, or a function of the PCI bus.
struct device {
    struct dt_node node;
    const struct pci_function *function; // NULL: a node
};

static inline struct device no_device(void)
{
    return (struct device){.node = dt_none()};
}

static inline bool device_exists(struct device d)
{
    return !dt_is_none(d.node) || d.function != NULL;
}

static inline bool device_same(struct device a, struct device b)
{
    return a.node.at == b.node.at && a.function == b.function;
}

// Nodes in the order of the tree, then functions in that of the bus.
struct device machine_next(struct device after);

// The next that is meant behind `after`, from no_device() on. Only a compatible string and a PCI ID
// without a number mean several. no_device(): this machine has no more.
struct device machine_find(enum kaal_device_match match, const char *text, struct device after);
bool machine_means(enum kaal_device_match match, const char *text, struct device d);

// A device of the plan.
struct device machine_device(uint32_t device);

// Register window, or KAAL_WINDOW_CONFIG; the base that tells it from all others; interrupt.
bool machine_window(struct device d, uint32_t window, struct dt_range *range);
uint64_t machine_base(struct device d);
bool machine_line(struct device d, uint32_t number, struct dt_irq *irq);

// Pages of 2^bits bytes that a range touches.
static inline uint32_t range_pages(const struct dt_range *range, uint8_t bits)
{
    uint64_t end = range->base + range->size + (UINT64_C(1) << bits) - 1;
    return (uint32_t)((end >> bits) - (range->base >> bits));
}

// What it is called in a start page.
void machine_name(struct device d, char name[KAAL_NAME_SIZE]);

// The bus that functions are on, once one has been found.
const struct pci *machine_pci(void);

// Makes the frames of a large window as one, if that is possible. Pages that are missing are made
// one by one later.
void machine_join(const struct dt_range *window);

// The page of registers, as the broker sees it until the next call. NULL: it cannot be had.
volatile uint8_t *machine_registers(uint64_t paddr);

// Is there room for the frames over these registers?
bool machine_has_room(const struct dt_range *ranges, uint32_t count);

// A copy of the frame over a page of device registers, in an empty slot.
enum kaal_err machine_frame_into(uint32_t slot, uint64_t paddr);
enum kaal_err machine_frame(struct arena *arena, uint64_t paddr, uint32_t *frame);

// A handler for interrupt `number`, in `slot` of the store. KAAL_ERR_BUSY: somebody else has that
// line.
enum kaal_err machine_irq(struct device d, uint32_t number, uint32_t slot);

// The same for an interrupt of the controller.
enum kaal_err machine_irq_number(uint32_t number, bool edge, uint32_t slot);

// --- quiet.c -------------------------------------------------------------------------------------

// A device that begins to have a holder; that has none any more, after which it reaches no memory.
void device_start(struct device d, bool interrupts);
void device_quiet(struct device d);

// The same for the devices that the description gives `c`; the second also for what was granted.
// Only for those that have `devices`: most are restarted without a look.
void devices_start(const struct component *c);
void devices_quiet(const struct component *c);

// --- regions.c -----------------------------------------------------------------------------------

// `count` frames of 2^bits bytes, out of a node of their own, in slots from `first` on.
enum kaal_err frames_retype(uint32_t node, uint8_t bits, uint32_t first, uint32_t count);

// Memory for a table of the broker's own, zeroed.
enum kaal_err own_table(uint64_t bytes, void **table);

// Shared memory regions of the description.
enum kaal_err regions_build(void);

// First frame of a region.
uint32_t region_frame(uint32_t region);

// --- build.c -------------------------------------------------------------------------------------

// Kernel objects, program, stack and start page. After an error there is nothing of it.
enum kaal_err build_component(struct component *c, const char **cause);

// The same out of a program that has been opened. `shares`: it lies in the image.
enum kaal_err build_program(struct component *c, const struct kaal_program *program, bool shares);

// Maps a granted frame into a component that is alive. The page tables that it lacks are taken out
// of its quota, a piece of memory at a time. build_unmap(): nothing is mapped any more; they go
// back.
enum kaal_err build_map(struct component *c, uint32_t frame, uint64_t vaddr,
                        seL4_CapRights_t rights, bool cached);
void build_unmap(struct component *c);

// What the plan maps into the broker itself.
enum kaal_err build_own_maps(void);

// Its capabilities are in place: the thread, ready to be resumed.
enum kaal_err build_thread(struct component *c);

// Faults of those whose parent the description says this is go to it from now on, or to the broker
// if it does not hear of them.
void build_fault_handlers(const struct component *parent);

// --- wire.c --------------------------------------------------------------------------------------

// Reads the plan once.
enum kaal_err wire_open(void);

// Puts what the plan gives to `c`; what it gives to others of the objects of `c`.
enum kaal_err wire_own(struct component *c);
enum kaal_err wire_others(struct component *c);

// Calls of others to `c` are answered by the broker from now on, signals go nowhere.
void wire_dead(struct component *c);

// What a slot of `holder` leads to now that `dead`, which it led to, is no more.
void wire_redirect(struct component *holder, uint32_t slot, bool call, uint32_t dead);

// Does the plan have a channel by which `from` may call `to`, or, unless `call`, signal it?
bool wire_reaches(uint32_t from, uint32_t to, bool call);

// Interrupts of this handler signal `c`, over `signal`, an empty slot of the store.
enum kaal_err wire_irq(const struct component *c, uint32_t handler, uint32_t signal,
                       uint64_t badge);

// Lets all interrupts of `c` come again.
void wire_acknowledge(const struct component *c);

// Tells the others the generation of `c`; 0: it is no more.
void wire_generation(const struct component *c, uint64_t generation);

// One signal to `c`, with this bit.
void wire_signal(const struct component *c, uint64_t badge);

// A signal over each notify channel of the plan from `c`.
void wire_signal_all(const struct component *c);

// Takes a slot of a component's capability space, gives it back.
bool cspace_take(struct component *c, uint32_t *slot);
bool cspace_take_pair(struct component *c, uint32_t *first); // neighbours
void cspace_give(struct component *c, uint32_t slot);

// A copy of a capability of the store in a slot of a component; badge 0: as it is. And its removal.
enum kaal_err cspace_put(struct component *c, uint32_t slot, uint32_t from, seL4_CapRights_t rights,
                         uint64_t badge);
void cspace_clear(struct component *c, uint32_t slot);

// Removes what was derived from the capability in a slot.
void cspace_revoke(struct component *c, uint32_t slot);

// --- log.c ---------------------------------------------------------------------------------------

// From the first instruction on, through the mapping of the serial port.
void log_open(void);

// One line. If there is no room for it, it is dropped and counted.
void log_report(const struct kaal_report *report);

// "@error what=.. name=.. cause=..".
void log_error(const char *what, const char *name, const char *cause);

// The same if it is an error; what the kernel refused is told by its own error. Is it one?
bool log_failure(const char *what, const char *name, enum kaal_err err);

// Does what is reported leave at once? If not, the console is to be woken when there is something.
bool log_direct(void);
void log_wake(void);

// The console asks for output: moves at most KAAL_BROKER_TEXT_MAX bytes of whole lines into message
// registers from `at` on. The first time, the broker leaves the serial port. Returns the bytes, 0
// if there is no output left.
unsigned log_take(unsigned at);

// --- fault.c -------------------------------------------------------------------------------------

// A component has faulted with this message: reported, and treated by its policy. NULL: one that is
// no more.
void fault_taken(struct component *c, seL4_MessageInfo_t info);

// It is going to be restarted: to be reported.
void fault_restart(const struct component *c, enum kaal_end after, uint64_t delay_us);

// Its number may become another's: what is still to be told of it is put into words.
void fault_forget(const struct component *c);

// Puts the next line of faults and restarts that wait to be reported into words. False: there is
// none.
bool fault_next_line(struct kaal_report *report);

// --- handover.c, system.c, start.c ---------------------------------------------------------------

// Takes over from the root task and removes it. False, and reported, if something is not as it must
// be.
bool handover_take(void);

// Builds all components of the plan. False, and reported, if one cannot be built.
bool system_build(void);

// Begins components, lowest rank first, until one is to be waited for.
void start_continue(void);

// The start of a component is over, one way or another.
void start_finished(struct component *c);

// A passive component is about to wait: its scheduling context goes to its notification.
void start_passive(struct component *c);
