// SPDX-License-Identifier: BSD-2-Clause
//
// The packed system: what `kaal build` adds to the root task's ELF, what the root task checks and
// the broker builds from, at boot and later. One page-aligned, read-only segment:
//
//   +0                header      struct kaal_image
//   +header_size      tables      pds, regions, devices, caps, maps, files, links, permits, turns,
//                                 one after another in this order, each 8-byte aligned,
//                                 located by header.tables[]
//   page-aligned      files       component ELFs up to the end of their last LOAD segment, and what
//                                 regions hold; each once, each starting on a page of its own
//   size              end         padded to a page with zeroes
//
// The root task finds it through the variable `kaal_image_address`, which the tool patches in the
// root task's data. Everything is little-endian. A name is KAAL_NAME_SIZE bytes, padded with
// zeroes: the last is 0. Capabilities and maps come in the order of their domains, so that those of
// one follow each other. Indices refer to the tables of this image; the tool has checked them, and
// the root task checks them again (an image is input). The loader has summed all that it loads, the
// files too (boot.h).
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

#define KAAL_IMAGE_MAGIC   UINT64_C(0x31474d494c41414b) // "KAALIMG1"
#define KAAL_IMAGE_VERSION 4u
#define KAAL_IMAGE_SYMBOL  "kaal_image_address"

// An index that names nothing.
#define KAAL_NONE UINT32_MAX

enum kaal_table {
    KAAL_TABLE_PDS,
    KAAL_TABLE_REGIONS,
    KAAL_TABLE_DEVICES,
    KAAL_TABLE_CAPS,
    KAAL_TABLE_MAPS,
    KAAL_TABLE_FILES,
    KAAL_TABLE_LINKS,
    KAAL_TABLE_PERMITS,
    KAAL_TABLE_TURNS,
    KAAL_TABLE_COUNT,
};

struct kaal_table_ref {
    uint64_t offset; // from the start of the image
    uint32_t count;
    uint32_t entry_size; // sizeof the entry; larger than ours is a newer minor version
};

struct kaal_image {
    uint64_t magic;
    uint32_t version;
    uint32_t header_size;
    uint64_t size;     // of the whole segment in bytes, a multiple of 4096
    uint64_t checksum; // sum64() of lib/sum64.h, seed 0, from header_size to the tables' end
    char system[KAAL_NAME_SIZE];
    char config[KAAL_CONFIG_SIZE]; // kernel configuration that the components were built for
    struct kaal_table_ref tables[KAAL_TABLE_COUNT];
    uint32_t store_bits; // log2 of the slots that the broker needs, KAAL_STORE_BITS_MIN to _MAX
    uint32_t reserved;
};

// Where the last of the tables ends, also in a header whose tables are not in order.
static inline uint64_t kaal_image_tables_end(const struct kaal_image *image)
{
    uint64_t end = image->header_size;
    for (uint32_t i = 0; i < KAAL_TABLE_COUNT; i++) {
        const struct kaal_table_ref *table = &image->tables[i];
        uint64_t after = table->offset + (uint64_t)table->count * table->entry_size;
        end = after > end ? after : end;
    }
    return end;
}

// --- protection domains -------------------------------------------------------------------------

enum kaal_role {
    KAAL_ROLE_COMPONENT,
    KAAL_ROLE_ROOT,
    KAAL_ROLE_BROKER,
};

// What its program finds when it starts.
enum kaal_abi {
    KAAL_ABI_KAAL,     // a start page (start.h), in which everything is named
    KAAL_ABI_MICROKIT, // slots and addresses that it knows (microkit.h), and no start page
};

enum kaal_pd_flag {
    KAAL_PD_PASSIVE = 1u << 0, // gives its scheduling context back after init
    KAAL_PD_INBOX = 1u << 1,   // has a CNode for capabilities that callers transfer
    KAAL_PD_FPU = 1u << 2,     // may use floating point
    KAAL_PD_AWAITED = 1u << 3, // in start_order: the next one starts when this one's init is done
    KAAL_PD_TIMEOUT = 1u << 4, // running out of budget is a failure (timeout fault)
    KAAL_PD_KEEP_MEMORY = 1u << 5, // at a restart its memory stays as it is
    KAAL_PD_GROUPS = 1u << 6,      // receives over channels in groups
};

// When a component is started again by itself.
enum kaal_restart {
    KAAL_RESTART_NEVER,      // it stays as it is
    KAAL_RESTART_ON_FAILURE, // after a fault, an exit status other than 0, a missed heartbeat
    KAAL_RESTART_ALWAYS,     // also after exit status 0
};

// What a component may ask the broker for, beyond what concerns itself. A refusal names the bit.
enum kaal_allow {
    KAAL_ALLOW_MEMORY = 1u << 0,  // memory regions
    KAAL_ALLOW_CHANNEL = 1u << 1, // notifications of its own; channels to published services
    KAAL_ALLOW_GIVE = 1u << 2,    // to hand on what it was granted
    KAAL_ALLOW_PUBLISH = 1u << 3, // to offer a service by name
    KAAL_ALLOW_SPAWN = 1u << 4,   // to start components, and to control those
    KAAL_ALLOW_DEVICE = 1u << 5,  // devices that its permits name
    KAAL_ALLOW_SEE = 1u << 6,     // what others hold, the audit ring
    KAAL_ALLOW_MANAGE = 1u << 7,  // to stop, kill and restart any component

    // Without a key `allow` in the description.
    KAAL_ALLOW_DEFAULT =
        KAAL_ALLOW_MEMORY | KAAL_ALLOW_CHANNEL | KAAL_ALLOW_GIVE | KAAL_ALLOW_PUBLISH,
};

// How a component is looked after, and how much it may have. 0 in a time: not at all.
struct kaal_policy {
    uint32_t restart;     // enum kaal_restart
    uint32_t restart_max; // restarts within the window; one more and the component is given up
    uint64_t window_us;
    uint64_t backoff_us; // before the first restart of a window; doubles with each, up to 64 times
    uint64_t heartbeat_us;     // longest time between two signs of life
    uint64_t quota_memory;     // bytes of what it asks for
    uint32_t quota_slots;      // capability slots of the broker for that
    uint32_t quota_components; // living components that it spawned, and their quotas
    uint32_t quota_cpu;        // thousandths of the processor of those, and their quotas
    uint32_t allow;            // enum kaal_allow
};

struct kaal_plan_pd {
    char name[KAAL_NAME_SIZE];
    char args[KAAL_ARGS_SIZE];
    uint32_t role;   // enum kaal_role
    uint32_t flags;  // enum kaal_pd_flag
    uint32_t file;   // index into files; KAAL_NONE for the root task, which is its own ELF
    uint32_t parent; // PD that gets this one's faults; KAAL_NONE: the broker
    uint32_t priority;
    uint32_t max_priority; // MCP
    uint64_t budget_us;
    uint64_t period_us;
    uint64_t stack_size;  // bytes, a multiple of 4096
    uint32_t start_rank;  // below KAAL_PD_MAX; PDs start in this order, lowest first; all differ
    uint32_t cspace_bits; // log2 slots of its CNode
    uint32_t inbox_slot;  // slot of the inbox CNode if KAAL_PD_INBOX, else 0
    uint32_t abi;         // enum kaal_abi
    uint32_t id;          // what its parent calls it: of the badge of its faults
    uint32_t domain;      // the kernel's, in whose turns it runs
    uint64_t stack_top;
    uint64_t ipc_buffer; // in a page of its own, or in one that the program writes
    uint32_t first_cap;  // its capabilities: from here to the next PD's
    uint32_t first_map;  // its maps in the same way
    struct kaal_policy policy;
};

// --- who depends on whom -----------------------------------------------------------------------

enum kaal_link_kind {
    KAAL_LINK_DEPENDS,  // `pd` is restarted when `on` was
    KAAL_LINK_WATCHES,  // `pd` is told by `badge`, a bit of its notification
    KAAL_LINK_ESCALATE, // when `pd` is given up, `on` has failed as well
};

struct kaal_plan_link {
    uint32_t pd;
    uint32_t on;
    uint32_t kind; // enum kaal_link_kind
    uint32_t reserved;
    uint64_t badge;
};

// Devices that a component may ask for.
struct kaal_plan_permit {
    char match_text[128];
    uint32_t match; // enum kaal_device_match
    uint32_t pd;
};

// --- memory ------------------------------------------------------------------------------------

enum kaal_region_flag {
    // Its frames follow each other in physical memory, and who maps it is told where (start page:
    // KAAL_START_DMA).
    KAAL_REGION_CONTIGUOUS = 1u << 0,
    KAAL_REGION_FIXED = 1u << 1, // lies at `paddr`: memory or the registers of a device
    KAAL_REGION_TREE = 1u << 2,  // holds the machine's device tree, from its start on
    KAAL_REGION_WORDS = 1u << 3, // the words of one component's channels to another, see below
};

struct kaal_plan_region {
    char name[KAAL_NAME_SIZE];
    uint64_t size;      // bytes, a multiple of the page size
    uint32_t page_bits; // 12 or 21
    uint32_t flags;     // enum kaal_region_flag
    uint64_t paddr;     // if KAAL_REGION_FIXED, else 0
    uint32_t file;      // index into files: what it holds from its start on; KAAL_NONE: zeroes
    uint32_t reserved;
};

enum kaal_rights {
    KAAL_RIGHT_READ = 1u << 0,
    KAAL_RIGHT_WRITE = 1u << 1,
    KAAL_RIGHT_EXECUTE = 1u << 2,
    KAAL_RIGHT_GRANT = 1u << 3,
};

enum kaal_object_source {
    KAAL_MAP_REGION, // object: index into regions
    KAAL_MAP_DEVICE, // object: index into devices; maps its register window `window`
};

struct kaal_plan_map {
    char name[KAAL_NAME_SIZE]; // in the start page of the PD
    uint32_t pd;
    uint32_t source; // enum kaal_object_source
    uint32_t object;
    uint32_t window; // register window of a device (index into its `reg`), or KAAL_WINDOW_CONFIG
    uint32_t rights; // enum kaal_rights
    uint32_t cached;
    uint64_t vaddr;
};

// --- devices -----------------------------------------------------------------------------------

enum kaal_device_match {
    KAAL_DEVICE_PATH,       // full device-tree path, "/pl011@9000000"
    KAAL_DEVICE_COMPATIBLE, // first node, in tree order, that has this compatible string
    KAAL_DEVICE_ALIAS,      // the node that /aliases names so
    KAAL_DEVICE_PCI,        // function of the PCI bus, "1234:11e8" (lib/pci_id.h)
    KAAL_DEVICE_MATCH_COUNT,
};

// Of a PCI function the windows are what its memory BARs stand for, in order; its configuration
// space is this one, to be read.
#define KAAL_WINDOW_CONFIG UINT32_MAX

// Registers and interrupt follow from the device tree that the machine boots with, and from its PCI
// bus.
struct kaal_plan_device {
    char name[KAAL_NAME_SIZE];
    char match_text[128];
    uint32_t match; // enum kaal_device_match
    uint32_t pd;    // its only holder
};

// --- capabilities ------------------------------------------------------------------------------

// Every capability that a component gets, with the slot that it gets it in. What is not listed here
// a component does not hold.
enum kaal_cap_kind {
    KAAL_CAP_ENDPOINT,      // object: PD whose endpoint this is; badge; R = receive, W = send
    KAAL_CAP_NOTIFICATION,  // object: PD whose notification this is; badge; R = wait, W = signal;
                            // `window`: number of the word of a channel in a group, else 0
    KAAL_CAP_REPLY,         // object: PD (the holder): its reply object
    KAAL_CAP_IRQ_HANDLER,   // object: device; its interrupt `window`; signals `badge` to the holder
    KAAL_CAP_CNODE,         // object: PD whose CNode
    KAAL_CAP_VSPACE,        // object: PD whose address space
    KAAL_CAP_TCB,           // object: PD whose thread
    KAAL_CAP_SCHED_CONTEXT, // object: PD whose scheduling context
    KAAL_CAP_FRAME,         // object: region; its page `window`; not mapped
    KAAL_CAP_INBOX,         // object: PD (the holder): CNode that receives transferred capabilities
    KAAL_CAP_IRQ_NUMBER,    // object: number of an interrupt; `window`: 1 if it is one of edges, 0
                            // of a level; signals `badge` to the holder
    KAAL_CAP_SMC,           // secure monitor calls
    KAAL_CAP_KIND_COUNT,
};

struct kaal_plan_cap {
    char name[KAAL_NAME_SIZE]; // in the start page of the PD
    uint32_t pd;
    uint32_t kind; // enum kaal_cap_kind
    uint32_t object;
    uint32_t window;
    uint32_t rights; // enum kaal_rights
    uint32_t slot;   // in the PD's CNode; with KAAL_SLOT_ROOT in the root CNode above it, which
                     // KAAL_ABI_MICROKIT has
    uint64_t badge;  // 0: unbadged
};

#define KAAL_SLOT_ROOT (UINT32_C(1) << 31)

// The receiving side of a channel needs no capability of its own (its endpoint or notification is
// one for all channels) but must tell senders apart: such an entry has slot 0 and is copied into
// the start page only. A component that watches another learns its bit in the same way: by a
// notification with slot 0, whose object is the one that is watched.
//
// A notification has KAAL_NOTIFY_BITS bits. Channels beyond those are in groups: those of a group
// have one badge, a bit, and each has a word in a region that its sender and its receiver map and
// nobody else. Who signals sets the word and then the bit (user/sdk/include/kaal/channel.h).
//
//    sender's entry    slot, badge, word in the sender's mappings
//    receiver's entry  slot 0, badge, word in the receiver's mappings     the same word

// --- files -------------------------------------------------------------------------------------

enum kaal_file_kind {
    KAAL_FILE_PROGRAM,  // with the notes of note.h
    KAAL_FILE_MICROKIT, // a Microkit program: whether it fits the kernel, the tool has judged
    KAAL_FILE_DATA,     // of a region
};

struct kaal_plan_file {
    char name[KAAL_NAME_SIZE];
    uint64_t offset; // from the start of the image, page-aligned
    uint64_t size;   // bytes
    uint32_t kind;   // enum kaal_file_kind
    uint32_t reserved;
};

// --- the kernel's domains ------------------------------------------------------------------------

// An entry of the kernel's schedule of domains, which goes from the first turn on to the end of
// those that follow each other, and then from the first again. Without turns the schedule stays the
// kernel's own: domain 0 for ever.
struct kaal_plan_turn {
    uint32_t index; // in the kernel's schedule
    uint32_t domain;
    uint64_t ticks; // of the kernel's timer
    uint32_t first; // 1: the first, when all components have begun
    uint32_t reserved;
};

// --- badges ------------------------------------------------------------------------------------

// What a component receives on its endpoint. Signals of its bound notification arrive there too,
// with neither of the top bits. At the broker the low half of a badge is the number of a component,
// and above it stands which of the components with that number is meant (KAAL_BADGE_SERIAL).
#define KAAL_BADGE_CALL                                                                            \
    (UINT64_C(1) << 63) // a call; low bits: number of the channel, or PD at the broker
#define KAAL_BADGE_FAULT        (UINT64_C(1) << 62) // a fault; low bits: `id` of the PD that faulted
#define KAAL_BADGE_DEAD         (UINT64_C(1) << 61) // at the broker: a call to a component that is gone
#define KAAL_BADGE_ID           UINT64_C(0xffffffff)
#define KAAL_BADGE_SERIAL_SHIFT 32
#define KAAL_BADGE_SERIAL       UINT64_C(0xffffff)

_Static_assert(sizeof(struct kaal_image) == 136 + 16 * KAAL_TABLE_COUNT, "image header layout");
_Static_assert(sizeof(struct kaal_policy) == 56, "plan layout");
_Static_assert(sizeof(struct kaal_plan_pd) == 344, "plan layout");
_Static_assert(sizeof(struct kaal_plan_link) == 24, "plan layout");
_Static_assert(sizeof(struct kaal_plan_permit) == 136, "plan layout");
_Static_assert(sizeof(struct kaal_plan_region) == 96, "plan layout");
_Static_assert(sizeof(struct kaal_plan_map) == 96, "plan layout");
_Static_assert(sizeof(struct kaal_plan_device) == 200, "plan layout");
_Static_assert(sizeof(struct kaal_plan_cap) == 96, "plan layout");
_Static_assert(sizeof(struct kaal_plan_file) == 88, "plan layout");
_Static_assert(sizeof(struct kaal_plan_turn) == 24, "plan layout");
