// SPDX-License-Identifier: BSD-2-Clause
//
// PCI functions as grants: what is refused, one function with all that it can do, and what becomes
// of it when its holder is killed in the middle of a transfer to memory. Two of them share an
// interrupt line.

#include "demo.h"
#include "edu.h"
#include "pci_test.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>
#include <kaal/time.h>

#include <lib/mem.h>
#include <lib/prng.h>

#define FIRST  EDU_PCI ":0"
#define SECOND EDU_PCI ":1"

enum {
    WORDS = EDU_BYTES / 8,
    PIECES = 4,           // of memory, among which is what the holder had
    TRANSFER_US = 300000, // more than the device needs
};

static struct kaal_device_grant function;

static void tell(const char *name, uint64_t result)
{
    struct kaal_report report;
    kaal_report_begin(&report, "pci");
    kaal_report_str(&report, "name", name);
    kaal_report_u64(&report, "result", result);
    kaal_report_end(&report);
}

static enum kaal_err ask(const char *text)
{
    return kaal_device_get(KAAL_DEVICE_PCI, text, &function);
}

static enum kaal_err have_holder(seL4_Word label, const char *text)
{
    seL4_Word words[2] = {0};
    if (text != NULL) {
        memcpy(words, text, strnlen(text, sizeof(words)));
    }
    seL4_SetMR(0, words[0]);
    seL4_SetMR(1, words[1]);
    seL4_MessageInfo_t info =
        seL4_Call(kaal_need(KAAL_START_CALL, "holder")->slot, seL4_MessageInfo_new(label, 0, 0, 2));
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

static struct kaal_component_info holder(void)
{
    struct kaal_component_info c = {0};
    while (kaal_component_next(&c) == KAAL_OK && strncmp(c.name, "holder", KAAL_NAME_SIZE) != 0) {
    }
    return c;
}

static void refusals(void)
{
    tell("unknown", ask("dead:beef"));
    tell("no_such_number", ask(EDU_PCI ":2"));
    tell("nonsense", ask("edu"));
    tell("bridge", ask("1b36:0008"));
    tell("not_permitted", ask("1af4:1005"));
    tell("rule", kaal_broker_last_detail());
}

// --- one function --------------------------------------------------------------------------------

static volatile struct edu_registers *registers(void)
{
    return (volatile struct edu_registers *)function.info.window[0].address; // NOLINT: granted
}

// The line may have been up for who had the device before.
static uint32_t await(void)
{
    uint32_t cause = 0;
    while (cause == 0) {
        (void)kaal_wait_for(function.info.interrupt[0].bit);
        cause = edu_cause(registers());
        kaal_irq_ack(kaal_need(KAAL_START_IRQ, EDU_PCI));
    }
    return cause;
}

static uint64_t round_trip(void)
{
    struct kaal_memory_grant out;
    struct kaal_memory_grant in;
    struct prng stream = demo_stream("pci");
    if (kaal_dma_get(EDU_PAGE, &out) != KAAL_OK || kaal_dma_get(EDU_PAGE, &in) != KAAL_OK) {
        kaal_stop("no memory for the device");
    }
    uint64_t *from = (uint64_t *)out.address; // NOLINT: granted
    uint64_t *to = (uint64_t *)in.address;    // NOLINT: granted
    for (uint32_t i = 0; i < WORDS; i++) {
        from[i] = prng_next(&stream);
    }
    edu_load(registers(), out.paddr);
    (void)await();
    edu_store(registers(), in.paddr);
    (void)await();
    uint64_t weighted = 0;
    kaal_io_acquire();
    for (uint64_t i = 0; i < WORDS; i++) {
        weighted += to[i] * (i + 1);
    }
    (void)kaal_memory_release(&out);
    (void)kaal_memory_release(&in);
    return weighted;
}

static void use(void)
{
    uint32_t complement = 0;
    tell("first", ask(FIRST));
    tell("windows", function.info.windows);
    tell("interrupts", function.info.interrupts);
    tell("config", kaal_io_load((const volatile void *)function.info.config, 4)); // NOLINT: granted
    tell("is_edu", edu_is(registers(), (uint32_t)demo_value("live"), &complement));
    tell("live", complement);
    edu_factorial(registers(), 12);
    tell("cause", await());
    tell("factorial", kaal_read(&registers()->factorial));
    tell("round_trip", round_trip());
}

static void exclusive(void)
{
    struct kaal_device_grant mine = function;
    tell("again", ask(FIRST));
    tell("same_line", ask(SECOND));
    tell("any", ask(EDU_PCI));
    tell("holder_too", have_holder(PCI_TAKE, FIRST));
    tell("released", kaal_device_release(&mine));
    tell("holder", have_holder(PCI_TAKE, FIRST));
    tell("now_held", ask(FIRST));
}

// The line of the list that is about the first function.
static void listed(void)
{
    struct kaal_device_node d = {0};
    struct kaal_component_info c = holder();
    uint64_t functions = 0;
    while (kaal_device_next(&d) == KAAL_OK) {
        if (strncmp(d.compatible, EDU_PCI, sizeof(d.compatible)) == 0 && functions++ == 0) {
            tell("listed_size", d.size);
            tell("listed_holder", d.holder == c.id);
        }
    }
    tell("listed", functions);
}

// --- its end -------------------------------------------------------------------------------------

// What the holder had is the judge's now, and the device was told to write there.
static uint64_t spoilt_words(uint64_t paddr)
{
    static struct kaal_memory_grant pieces[PIECES];
    const uint64_t *words = NULL;
    for (uint32_t i = 0; i < PIECES; i++) {
        if (kaal_dma_get(EDU_PAGE, &pieces[i]) == KAAL_OK && pieces[i].paddr == paddr) {
            words = (const uint64_t *)pieces[i].address; // NOLINT: granted
        }
    }
    if (words == NULL) {
        kaal_stop("the holder's memory has not come back");
    }
    uint64_t end = kaal_time_us() + TRANSFER_US;
    while (kaal_time_us() < end) {
        seL4_Yield();
    }
    uint64_t spoilt = 0;
    kaal_io_acquire();
    for (uint32_t i = 0; i < WORDS; i++) {
        spoilt += words[i] != 0;
    }
    for (uint32_t i = 0; i < PIECES; i++) {
        (void)kaal_memory_release(&pieces[i]);
    }
    return spoilt;
}

static uint64_t virtio_status(void)
{
    struct kaal_device_grant virtio;
    if (kaal_device_get(KAAL_DEVICE_PATH, VIRTIO, &virtio) != KAAL_OK) {
        kaal_stop("the other device is not free");
    }
    volatile uint8_t *at = (volatile uint8_t *)virtio.info.window[0].address; // NOLINT: granted
    uint64_t status = kaal_io_load(at + VIRTIO_STATUS, 4);
    (void)kaal_device_release(&virtio);
    return status;
}

static void killed(void)
{
    uint64_t generation = 0;
    uint32_t complement = 0;
    struct kaal_component_info c = holder();
    enum kaal_err begun = have_holder(PCI_BEGIN, NULL);
    uint64_t paddr = seL4_GetMR(0);
    tell("begun", begun);
    tell("virtio", have_holder(PCI_VIRTIO, NULL));
    tell("kill", kaal_component_kill(c.id));
    tell("spoilt", spoilt_words(paddr));
    tell("virtio_status", virtio_status());
    tell("free_again", ask(FIRST));
    (void)edu_cause(registers()); // of what came to nothing
    tell("answers", edu_is(registers(), 1, &complement));
    tell("round_trip_after", round_trip());
    tell("given_back", kaal_device_release(&function));
    tell("restart", kaal_component_restart(c.id, &generation));
    tell("taken_again", have_holder(PCI_TAKE, FIRST));
    tell("scribbled", have_holder(PCI_SCRIBBLE, NULL));
}

void init(void)
{
    refusals();
    use();
    exclusive();
    listed();
    killed();
    struct kaal_report report;
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
}
