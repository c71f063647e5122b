// SPDX-License-Identifier: BSD-2-Clause

#include "disk_model.h"

#include <kaal/io_model.h>
#include <kaal/virtio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    QUEUE_MAX = 256,
    F_RO = 1u << 5,
    F_FLUSH = 1u << 9,
    INTERRUPT_USED = 1u << 0,
    PENDING_MAX = 256,
};

// As the device sees its queue; the driver has its own description of the same (virtq.c).
struct descriptor {
    uint64_t paddr;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

struct disk_model disk_model;
_Alignas(4096) uint8_t model_dma[MODEL_DMA_SIZE];
_Alignas(4096) uint8_t model_client[MODEL_CLIENT_SIZE];

static uint8_t registers[0x200]; // only its addresses count

static struct {
    uint32_t features_select;
    uint64_t features; // of the driver
    uint32_t driver_select;
    uint32_t queue_select;
    uint32_t queue_size;
    uint32_t page_size;
    uint64_t descriptors;
    uint64_t available;
    uint64_t used;
    bool ready;
    uint16_t available_seen;
    uint16_t used_count;
    uint32_t generation;
    uint16_t last_head;
    uint16_t pending[PENDING_MAX];
    uint32_t pending_count;
} device;

// --- memory --------------------------------------------------------------------------------------

// Where the device may write, too, is memory of one of the two.
static uint8_t *at(uint64_t paddr, uint64_t size)
{
    if (paddr >= MODEL_DMA_PADDR && paddr - MODEL_DMA_PADDR <= MODEL_DMA_SIZE &&
        size <= MODEL_DMA_SIZE - (paddr - MODEL_DMA_PADDR)) {
        return &model_dma[paddr - MODEL_DMA_PADDR];
    }
    if (paddr >= MODEL_CLIENT_PADDR && paddr - MODEL_CLIENT_PADDR <= MODEL_CLIENT_SIZE &&
        size <= MODEL_CLIENT_SIZE - (paddr - MODEL_CLIENT_PADDR)) {
        return &model_client[paddr - MODEL_CLIENT_PADDR];
    }
    fail_msg("the driver gave the device an address that is not its own");
    return model_dma; // not reached
}

static uint16_t read16(uint64_t paddr)
{
    uint16_t value;
    memcpy(&value, at(paddr, sizeof(value)), sizeof(value));
    return value;
}

static void write16(uint64_t paddr, uint16_t value)
{
    memcpy(at(paddr, sizeof(value)), &value, sizeof(value));
}

uint8_t *disk_model_used_ring(void)
{
    return device.used == 0 ? NULL : at(device.used, 4 + 8ul * device.queue_size);
}

// --- the disk ------------------------------------------------------------------------------------

static struct descriptor descriptor_at(uint16_t index)
{
    struct descriptor d;
    assert_true(index < device.queue_size);
    memcpy(&d, at(device.descriptors + 16ul * index, sizeof(d)), sizeof(d));
    return d;
}

// Moves one data part; the number of bytes.
static uint32_t transfer(uint32_t type, uint64_t sector, const struct descriptor *part)
{
    assert_true(part->length % 512 == 0);
    assert_true(sector + part->length / 512 <= MODEL_SECTORS);
    assert_int_equal((part->flags & 2) != 0, type == 0); // the device writes what is read
    uint8_t *memory = at(part->paddr, part->length);
    uint32_t bytes = disk_model.lie == LIE_SHORT_READ ? part->length / 2 : part->length;
    if (type == 0) {
        memcpy(memory, disk_model.sectors[sector], bytes);
    } else {
        memcpy(disk_model.sectors[sector], memory, bytes);
    }
    return bytes;
}

// Works through a chain: header, data or none, status. The bytes written to memory.
static uint32_t work(uint16_t head)
{
    struct descriptor d = descriptor_at(head);
    assert_int_equal(d.length, 16);
    assert_int_equal(d.flags, 1);
    uint32_t type;
    uint64_t sector;
    memcpy(&type, at(d.paddr, 16), sizeof(type));
    memcpy(&sector, at(d.paddr, 16) + 8, sizeof(sector));
    uint32_t written = 0;
    d = descriptor_at(d.next);
    if (type == 4) {
        assert_false(disk_model.no_flush);
        disk_model.flushes++;
    } else {
        assert_true(type == 0 || type == 1);
        uint32_t bytes = disk_model.fails ? 0 : transfer(type, sector, &d);
        written += type == 0 ? bytes : 0;
        assert_int_equal(d.flags & 1, 1);
        d = descriptor_at(d.next);
    }
    assert_int_equal(d.length, 1);
    assert_int_equal(d.flags, 2);
    if (disk_model.lie != LIE_NO_STATUS) {
        uint8_t good = disk_model.lie == LIE_STATUS ? 77 : 0;
        *at(d.paddr, 1) = disk_model.fails ? 1 : good;
    }
    return written + 1;
}

static void put_used(uint32_t head, uint32_t written)
{
    uint64_t element = device.used + 4 + 8ul * (device.used_count % device.queue_size);
    memcpy(at(element, 4), &head, 4);
    memcpy(at(element + 4, 4), &written, 4);
    device.used_count++;
    write16(device.used + 2, device.used_count);
    disk_model.interrupt_status |= INTERRUPT_USED;
}

static void answer(uint16_t head)
{
    uint32_t written = work(head);
    enum model_lie lie = disk_model.lie;
    uint32_t id = lie == LIE_USED_ID_TWICE ? device.last_head : head;
    id += lie == LIE_USED_ID_RANGE ? device.queue_size : 0;
    put_used(id, lie == LIE_USED_LENGTH ? UINT32_MAX : written);
    if (lie == LIE_USED_JUMPS) {
        write16(device.used + 2, (uint16_t)(device.used_count + 1000));
    } else if (lie == LIE_USED_BACK) {
        write16(device.used + 2, (uint16_t)(device.used_count - 4));
    }
    device.last_head = head;
}

static void fetch(void)
{
    if (!device.ready || (disk_model.status & KAAL_VIRTIO_DRIVER_OK) == 0) {
        return;
    }
    uint16_t count = read16(device.available + 2);
    while (device.available_seen != count) {
        assert_true(device.pending_count < device.queue_size);
        device.pending[device.pending_count++] =
            read16(device.available + 4 + 2ul * (device.available_seen % device.queue_size));
        device.available_seen++;
    }
}

void disk_model_run(void)
{
    fetch();
    if (disk_model.lie == LIE_NEVER_DONE) {
        return;
    }
    uint32_t count = device.pending_count;
    device.pending_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        answer(device.pending[disk_model.reversed ? count - 1 - i : i]);
    }
}

// --- registers -----------------------------------------------------------------------------------

static uint64_t offered(void)
{
    uint64_t features = (disk_model.read_only ? F_RO : 0) | (disk_model.no_flush ? 0 : F_FLUSH);
    bool version_1 = !disk_model.legacy && disk_model.lie != LIE_NO_VERSION_1;
    return features | 1 << 1 | (version_1 ? KAAL_VIRTIO_F_VERSION_1 : 0); // and one unknown to us
}

static uint32_t queue_max(void)
{
    if (disk_model.lie == LIE_NO_QUEUE || device.queue_select != 0) {
        return 0;
    }
    return disk_model.lie == LIE_SMALL_QUEUE ? 4 : QUEUE_MAX;
}

static uint32_t load_config(uint64_t offset)
{
    if (disk_model.lie == LIE_CONFIG_CHANGES) {
        device.generation++;
    }
    return offset == 0 ? MODEL_SECTORS : 0;
}

static uint64_t load(uint64_t offset, unsigned bytes)
{
    assert_int_equal(bytes, 4);
    if (offset >= offsetof(struct kaal_virtio_registers, config)) {
        return load_config(offset - offsetof(struct kaal_virtio_registers, config));
    }
    switch (offset) {
    case 0x000:
        return disk_model.lie == LIE_MAGIC ? 0 : KAAL_VIRTIO_MAGIC;
    case 0x004:
        return disk_model.lie == LIE_VERSION ? 3 : (disk_model.legacy ? 1 : 2);
    case 0x008:
        return disk_model.lie == LIE_DEVICE_ID ? 1 : 2;
    case 0x010:
        return (uint32_t)(offered() >> (device.features_select == 0 ? 0 : 32));
    case 0x034:
        return queue_max();
    case 0x060:
        return disk_model.interrupt_status;
    case 0x070:
        return disk_model.lie == LIE_RESET_NEVER_ENDS ? 1 : disk_model.status;
    case 0x0fc:
        return device.generation;
    default:
        fail_msg("read of register 0x%x", (unsigned)offset);
        return 0;
    }
}

static void set_status(uint32_t value)
{
    if (value == 0) {
        memset(&device, 0, sizeof(device));
        disk_model.resets++;
    }
    bool refused = disk_model.lie == LIE_FEATURES_REFUSED;
    disk_model.status = refused ? value & ~(uint32_t)KAAL_VIRTIO_FEATURES_OK : value;
}

static void store_legacy(uint64_t offset, uint32_t value)
{
    assert_true(disk_model.legacy);
    if (offset == 0x028) {
        device.page_size = value;
    } else if (offset == 0x03c) {
        assert_int_equal(value, 4096);
    } else {
        device.descriptors = (uint64_t)value * device.page_size;
        device.available = device.descriptors + 16ul * device.queue_size;
        uint64_t end = device.available + 4 + 2ul * device.queue_size + 2;
        device.used = (end + 4095) & ~UINT64_C(4095);
        device.ready = true;
    }
}

static void set_half(uint64_t *address, uint64_t offset, uint32_t value)
{
    assert_false(disk_model.legacy);
    *address |= (offset & 4) != 0 ? (uint64_t)value << 32 : value;
}

static void store_queue(uint64_t offset, uint32_t value)
{
    switch (offset) {
    case 0x080:
    case 0x084:
        set_half(&device.descriptors, offset, value);
        break;
    case 0x090:
    case 0x094:
        set_half(&device.available, offset, value);
        break;
    case 0x0a0:
    case 0x0a4:
        set_half(&device.used, offset, value);
        break;
    default:
        fail_msg("write to register 0x%x", (unsigned)offset);
    }
}

static void store(uint64_t offset, unsigned bytes, uint64_t word)
{
    uint32_t value = (uint32_t)word;
    assert_int_equal(bytes, 4);
    switch (offset) {
    case 0x014:
        device.features_select = value;
        break;
    case 0x020:
        device.features |= (uint64_t)value << (device.driver_select == 0 ? 0 : 32);
        assert_int_equal(device.features & ~offered(), 0);
        break;
    case 0x024:
        device.driver_select = value;
        break;
    case 0x028:
    case 0x03c:
    case 0x040:
        store_legacy(offset, value);
        break;
    case 0x030:
        device.queue_select = value;
        break;
    case 0x038:
        assert_true(value <= queue_max() && value != 0 && (value & (value - 1)) == 0);
        device.queue_size = value;
        break;
    case 0x044:
        assert_false(disk_model.legacy);
        device.ready = value == 1;
        break;
    case 0x050:
        assert_int_equal(value, 0);
        fetch();
        break;
    case 0x064:
        disk_model.interrupt_status &= ~value;
        break;
    case 0x070:
        set_status(value);
        break;
    default:
        store_queue(offset, value);
        break;
    }
}

void disk_model_plug(struct kaal_device *handle)
{
    static const struct kaal_io_model model = {
        .registers = registers,
        .size = sizeof(registers),
        .load = load,
        .store = store,
    };
    memset(&device, 0, sizeof(device));
    memset(model_dma, 0xa5, sizeof(model_dma));
    kaal_io_model_use(&model);
    *handle = (struct kaal_device){
        .registers = {{.at = registers, .size = sizeof(registers)}},
        .register_count = 1,
        .dma = {.memory = model_dma, .paddr = MODEL_DMA_PADDR, .size = MODEL_DMA_SIZE},
    };
}
