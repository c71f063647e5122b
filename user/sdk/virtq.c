// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/virtq.h>

#include <kaal/io.h>

#include <lib/bits.h>

#include <stddef.h>

// virtio 1.2, 2.7.5.
struct kaal_virtq_descriptor {
    uint64_t paddr;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

enum descriptor_flag {
    DESCRIPTOR_NEXT = 1u << 0,
    DESCRIPTOR_WRITE = 1u << 1,
};

// 2.7.6
struct kaal_virtq_available {
    uint16_t flags;
    uint16_t count; // "idx"
    uint16_t heads[];
};

// 2.7.8
struct used_element {
    uint32_t head; // "id"
    uint32_t written;
};

struct kaal_virtq_used {
    uint16_t flags;
    uint16_t count;
    struct used_element elements[];
};

// Behind each ring stands a word for event suppression, which is not used.
enum { EVENT_BYTES = 2 };

_Static_assert(sizeof(struct kaal_virtq_descriptor) == 16, "virtio 1.2, 2.7.5");
_Static_assert(KAAL_VIRTQ_MAX * 16 + 4 + KAAL_VIRTQ_MAX * 2 + EVENT_BYTES <= KAAL_VIRTQ_ALIGN,
               "descriptors and available ring fit below the used ring");
_Static_assert(4 + KAAL_VIRTQ_MAX * 8 + EVENT_BYTES <= KAAL_VIRTQ_ALIGN, "so does the used ring");

bool kaal_virtq_open(struct kaal_virtq *queue, uint16_t size, struct kaal_dma *dma)
{
    uint64_t paddr = 0;
    uint8_t *memory = kaal_dma_take(dma, KAAL_VIRTQ_BYTES, KAAL_VIRTQ_ALIGN, &paddr);
    if (memory == NULL || !is_pow2(size) || size > KAAL_VIRTQ_MAX) {
        return false;
    }
    size_t available = size * sizeof(struct kaal_virtq_descriptor);
    *queue = (struct kaal_virtq){
        .descriptors = (void *)memory,
        .available = (void *)&memory[available],
        .used = (void *)&memory[KAAL_VIRTQ_ALIGN],
        .descriptors_paddr = paddr,
        .available_paddr = paddr + available,
        .used_paddr = paddr + KAAL_VIRTQ_ALIGN,
        .size = size,
        .free_count = size,
    };
    for (uint16_t i = 0; i < size; i++) {
        queue->next[i] = (uint16_t)(i + 1);
    }
    return true;
}

static uint16_t take_free(struct kaal_virtq *queue)
{
    uint16_t index = queue->first_free;
    queue->first_free = queue->next[index];
    queue->free_count--;
    return index;
}

bool kaal_virtq_add(struct kaal_virtq *queue, const struct kaal_virtq_buffer *buffers,
                    uint16_t count, uint16_t *head)
{
    if (queue->broken || count == 0 || count > queue->free_count) {
        return false;
    }
    *head = queue->first_free;
    queue->room[*head] = 0;
    for (uint16_t i = 0; i < count; i++) {
        uint16_t index = take_free(queue);
        uint16_t flags = buffers[i].device_writes ? DESCRIPTOR_WRITE : 0;
        queue->room[*head] += buffers[i].device_writes ? buffers[i].length : 0;
        // The next free one is the next of the chain.
        queue->descriptors[index] = (struct kaal_virtq_descriptor){
            .paddr = buffers[i].paddr,
            .length = buffers[i].length,
            .flags = (uint16_t)(i + 1 < count ? flags | DESCRIPTOR_NEXT : flags),
            .next = i + 1 < count ? queue->first_free : 0,
        };
    }
    queue->lengths[*head] = count;
    queue->outstanding++;

    // The chain before its head, the head before the count that makes it the device's.
    queue->available->heads[queue->available_count & (queue->size - 1)] = *head;
    kaal_io_publish();
    queue->available_count++;
    __atomic_store_n(&queue->available->count, queue->available_count, __ATOMIC_RELAXED);
    kaal_io_publish();
    return true;
}

static void give_back(struct kaal_virtq *queue, uint16_t head)
{
    uint16_t last = head;
    for (uint16_t i = 1; i < queue->lengths[head]; i++) {
        last = queue->next[last];
    }
    queue->next[last] = queue->first_free;
    queue->first_free = head;
    queue->free_count = (uint16_t)(queue->free_count + queue->lengths[head]);
    queue->lengths[head] = 0;
    queue->outstanding--;
}

bool kaal_virtq_take(struct kaal_virtq *queue, uint16_t *head, uint32_t *written)
{
    uint16_t count = __atomic_load_n(&queue->used->count, __ATOMIC_RELAXED);
    uint16_t done = (uint16_t)(count - queue->used_count);
    // More than it has is a lie, whichever way it comes about.
    queue->broken = queue->broken || done > queue->outstanding;
    if (queue->broken || done == 0) {
        return false;
    }
    kaal_io_acquire();
    struct used_element *element = &queue->used->elements[queue->used_count & (queue->size - 1)];
    uint32_t id = __atomic_load_n(&element->head, __ATOMIC_RELAXED);
    uint32_t length = __atomic_load_n(&element->written, __ATOMIC_RELAXED);
    if (id >= queue->size || queue->lengths[id] == 0 || length > queue->room[id]) {
        queue->broken = true;
        return false;
    }
    queue->used_count++;
    *head = (uint16_t)id;
    *written = length;
    give_back(queue, *head);
    return true;
}
