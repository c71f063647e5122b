// SPDX-License-Identifier: BSD-2-Clause
#include "plan_make.h"

#include <kaal/layout.h>
#include <kaal/plan.h>

#include <lib/sum64.h>

#include <stddef.h>
#include <string.h>

static const uint32_t READ = KAAL_RIGHT_READ;
static const uint32_t READ_WRITE = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;

static struct kaal_plan_pd pd(enum kaal_role role, uint32_t file, uint32_t rank)
{
    return (struct kaal_plan_pd){.role = role,
                                 .file = file,
                                 .parent = KAAL_NONE,
                                 .priority = 100,
                                 .budget_us = 1000,
                                 .period_us = 10000,
                                 .stack_size = 0x4000,
                                 .start_rank = rank,
                                 .cspace_bits = 4,
                                 .stack_top = KAAL_LAYOUT_STACK_TOP,
                                 .ipc_buffer = KAAL_LAYOUT_IPC_BUFFER};
}

static void make_pds(struct made_image *image)
{
    image->pds[MAKE_ROOT] = pd(KAAL_ROLE_ROOT, KAAL_NONE, 0);
    image->pds[MAKE_BROKER] = pd(KAAL_ROLE_BROKER, 0, 1);
    image->pds[MAKE_BROKER].priority = KAAL_PRIORITY_BROKER;
    image->pds[MAKE_BROKER].period_us = image->pds[MAKE_BROKER].budget_us;
    image->pds[MAKE_SERVER] = pd(KAAL_ROLE_COMPONENT, 1, 2);
    image->pds[MAKE_CLIENT] = pd(KAAL_ROLE_COMPONENT, 1, 3);
    image->pds[MAKE_SERVER].flags = KAAL_PD_PASSIVE | KAAL_PD_INBOX;
    image->pds[MAKE_SERVER].inbox_slot = 4;
    image->pds[MAKE_CLIENT].parent = MAKE_SERVER;
    strcpy(image->pds[MAKE_ROOT].name, "root");
    strcpy(image->pds[MAKE_BROKER].name, "cap_broker");
    strcpy(image->pds[MAKE_SERVER].name, "server");
    strcpy(image->pds[MAKE_CLIENT].name, "client");
    strcpy(image->pds[MAKE_CLIENT].args, "an argument");
}

static void make_memory(struct made_image *image)
{
    image->regions[MAKE_SMALL] = (struct kaal_plan_region){
        .name = "small", .size = 0x3000, .page_bits = 12, .file = KAAL_NONE};
    image->regions[MAKE_LARGE] = (struct kaal_plan_region){
        .name = "large", .size = 0x400000, .page_bits = 21, .file = KAAL_NONE};
    image->devices[0] = (struct kaal_plan_device){.name = "uart",
                                                  .match_text = "arm,pl011",
                                                  .match = KAAL_DEVICE_COMPATIBLE,
                                                  .pd = MAKE_SERVER};
    image->maps[MAKE_MAP_SMALL] = (struct kaal_plan_map){.name = "small",
                                                         .pd = MAKE_CLIENT,
                                                         .source = KAAL_MAP_REGION,
                                                         .object = MAKE_SMALL,
                                                         .rights = READ_WRITE,
                                                         .cached = 1,
                                                         .vaddr = KAAL_LAYOUT_MAP_START};
    image->maps[MAKE_MAP_DEVICE] = (struct kaal_plan_map){.name = "uart",
                                                          .pd = MAKE_SERVER,
                                                          .source = KAAL_MAP_DEVICE,
                                                          .rights = READ_WRITE,
                                                          .vaddr = KAAL_LAYOUT_MAP_START};
}

static struct kaal_plan_cap cap(uint32_t holder, uint32_t slot, enum kaal_cap_kind kind,
                                uint32_t object, uint32_t rights)
{
    return (struct kaal_plan_cap){.name = "cap",
                                  .pd = holder,
                                  .kind = kind,
                                  .object = object,
                                  .rights = rights,
                                  .slot = slot};
}

static void make_caps(struct made_image *image)
{
    const uint32_t s = MAKE_SERVER;
    const uint32_t c = MAKE_CLIENT;
    image->caps[MAKE_CAP_ENDPOINT] = cap(s, 1, KAAL_CAP_ENDPOINT, s, READ);
    image->caps[MAKE_CAP_NOTIFICATION] = cap(s, 2, KAAL_CAP_NOTIFICATION, s, READ);
    image->caps[MAKE_CAP_REPLY] = cap(s, 3, KAAL_CAP_REPLY, s, READ_WRITE);
    image->caps[MAKE_CAP_INBOX] = cap(s, 4, KAAL_CAP_INBOX, s, READ_WRITE);
    image->caps[MAKE_CAP_IRQ] = cap(s, 5, KAAL_CAP_IRQ_HANDLER, 0, READ_WRITE);
    image->caps[MAKE_CAP_IRQ].badge = 1;
    image->caps[MAKE_CAP_SERVES] = cap(s, 0, KAAL_CAP_ENDPOINT, s, READ);
    image->caps[MAKE_CAP_SERVES].badge = KAAL_BADGE_CALL;
    image->caps[MAKE_CAP_CALL] = cap(c, 1, KAAL_CAP_ENDPOINT, s, KAAL_RIGHT_WRITE);
    image->caps[MAKE_CAP_CALL].badge = KAAL_BADGE_CALL;
    image->caps[MAKE_CAP_TCB] = cap(c, 2, KAAL_CAP_TCB, s, READ_WRITE);
    image->caps[MAKE_CAP_FRAME] = cap(c, 3, KAAL_CAP_FRAME, MAKE_SMALL, READ);
    image->caps[MAKE_CAP_FRAME].window = 2;
    image->caps[MAKE_CAP_WATCHES] = cap(s, 0, KAAL_CAP_NOTIFICATION, c, READ);
    image->caps[MAKE_CAP_WATCHES].badge = 2;
}

static void make_first(struct made_image *image)
{
    for (uint32_t i = 0; i < MAKE_PDS; i++) { // each table ends with one of the last domain
        while (image->caps[image->pds[i].first_cap].pd < i) {
            image->pds[i].first_cap++;
        }
        while (image->maps[image->pds[i].first_map].pd < i) {
            image->pds[i].first_map++;
        }
    }
}

static void make_policy(struct made_image *image)
{
    image->pds[MAKE_CLIENT].policy = (struct kaal_policy){.restart = KAAL_RESTART_ON_FAILURE,
                                                          .restart_max = 3,
                                                          .window_us = 1000000,
                                                          .allow = KAAL_ALLOW_DEFAULT};
    image->links[MAKE_LINK_DEPENDS] =
        (struct kaal_plan_link){.pd = MAKE_CLIENT, .on = MAKE_SERVER, .kind = KAAL_LINK_DEPENDS};
    image->links[MAKE_LINK_WATCHES] = (struct kaal_plan_link){
        .pd = MAKE_SERVER, .on = MAKE_CLIENT, .kind = KAAL_LINK_WATCHES, .badge = 2};
    image->permits[0] = (struct kaal_plan_permit){
        .match_text = "virtio,mmio", .match = KAAL_DEVICE_COMPATIBLE, .pd = MAKE_CLIENT};
}

static void make_turns(struct made_image *image)
{
    image->pds[MAKE_SERVER].domain = 1;
    image->turns[0] = (struct kaal_plan_turn){.index = 2, .ticks = 1000};
    image->turns[1] = (struct kaal_plan_turn){.index = 3, .domain = 1, .ticks = 500, .first = 1};
}

#define TABLE(field)                                                                               \
    {                                                                                              \
        offsetof(struct made_image, field),                                                        \
            sizeof(((struct made_image *)0)->field) / sizeof(((struct made_image *)0)->field[0]),  \
            sizeof(((struct made_image *)0)->field[0])                                             \
    }

void make_image(struct made_image *image)
{
    memset(image, 0, sizeof(*image));
    image->header = (struct kaal_image){
        .magic = KAAL_IMAGE_MAGIC,
        .version = KAAL_IMAGE_VERSION,
        .header_size = sizeof(image->header),
        .store_bits = KAAL_STORE_BITS_MIN,
        .size = sizeof(*image),
        .system = "test",
        .config = MAKE_CONFIG,
        .tables =
            {
                [KAAL_TABLE_PDS] = TABLE(pds),
                [KAAL_TABLE_REGIONS] = TABLE(regions),
                [KAAL_TABLE_DEVICES] = TABLE(devices),
                [KAAL_TABLE_CAPS] = TABLE(caps),
                [KAAL_TABLE_MAPS] = TABLE(maps),
                [KAAL_TABLE_FILES] = TABLE(files),
                [KAAL_TABLE_LINKS] = TABLE(links),
                [KAAL_TABLE_PERMITS] = TABLE(permits),
                [KAAL_TABLE_TURNS] = TABLE(turns),
            },
    };
    make_pds(image);
    make_memory(image);
    make_caps(image);
    make_first(image);
    make_policy(image);
    make_turns(image);
    for (uint32_t i = 0; i < MAKE_FILES; i++) {
        strcpy(image->files[i].name, "program");
        image->files[i].offset = offsetof(struct made_image, bytes) + (uint64_t)i * MAKE_PAGE;
        image->files[i].size = MAKE_PAGE - 1;
    }
    image->files[MAKE_FILE_MICROKIT].kind = KAAL_FILE_MICROKIT;
    image->files[MAKE_FILE_DATA].kind = KAAL_FILE_DATA;
    make_sum(image);
}

void make_sum(struct made_image *image)
{
    const uint32_t from = sizeof(image->header);
    const uint64_t end = kaal_image_tables_end(&image->header);
    image->header.checksum = end < sizeof(*image) ? sum64(0, (const uint8_t *)image + from,
                                                          (end - from) / sizeof(uint64_t))
                                                  : 0;
}
