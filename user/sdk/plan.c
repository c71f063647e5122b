// SPDX-License-Identifier: BSD-2-Clause
//
// The image as a whole: header, checksum, where the tables are. plan_check.c looks into them.

#include <kaal/plan.h>

#include "plan_check.h"

#include <lib/bits.h>
#include <lib/mem.h>
#include <lib/sum64.h>

enum { PAGE_SIZE = 4096 };

static const size_t entry_sizes[KAAL_TABLE_COUNT] = {
    [KAAL_TABLE_PDS] = sizeof(struct kaal_plan_pd),
    [KAAL_TABLE_REGIONS] = sizeof(struct kaal_plan_region),
    [KAAL_TABLE_DEVICES] = sizeof(struct kaal_plan_device),
    [KAAL_TABLE_CAPS] = sizeof(struct kaal_plan_cap),
    [KAAL_TABLE_MAPS] = sizeof(struct kaal_plan_map),
    [KAAL_TABLE_FILES] = sizeof(struct kaal_plan_file),
    [KAAL_TABLE_LINKS] = sizeof(struct kaal_plan_link),
    [KAAL_TABLE_PERMITS] = sizeof(struct kaal_plan_permit),
    [KAAL_TABLE_TURNS] = sizeof(struct kaal_plan_turn),
};

static const uint32_t count_limits[KAAL_TABLE_COUNT] = {
    [KAAL_TABLE_PDS] = KAAL_PD_MAX,         [KAAL_TABLE_REGIONS] = KAAL_REGION_MAX,
    [KAAL_TABLE_DEVICES] = KAAL_DEVICE_MAX, [KAAL_TABLE_CAPS] = KAAL_CAP_MAX,
    [KAAL_TABLE_MAPS] = KAAL_MAP_MAX,       [KAAL_TABLE_FILES] = KAAL_FILE_MAX,
    [KAAL_TABLE_LINKS] = KAAL_LINK_MAX,     [KAAL_TABLE_PERMITS] = KAAL_PERMIT_MAX,
    [KAAL_TABLE_TURNS] = KAAL_TURN_MAX,
};

// A component that the plan does not know has none.
struct plan_range plan_caps_of(const struct plan *plan, uint32_t pd)
{
    uint32_t pds = plan_count(plan, KAAL_TABLE_PDS);
    uint32_t end = plan_count(plan, KAAL_TABLE_CAPS);
    return (struct plan_range){.first = pd < pds ? plan_pd(plan, pd)->first_cap : end,
                               .end = pd + 1 < pds ? plan_pd(plan, pd + 1)->first_cap : end};
}

struct plan_range plan_maps_of(const struct plan *plan, uint32_t pd)
{
    uint32_t pds = plan_count(plan, KAAL_TABLE_PDS);
    uint32_t end = plan_count(plan, KAAL_TABLE_MAPS);
    return (struct plan_range){.first = pd < pds ? plan_pd(plan, pd)->first_map : end,
                               .end = pd + 1 < pds ? plan_pd(plan, pd + 1)->first_map : end};
}

const uint8_t *plan_file_data(const struct plan *plan, uint32_t index)
{
    return (const uint8_t *)plan->image + plan_file(plan, index)->offset;
}

bool plan_fail(struct plan_error *error, const char *what, uint32_t index, const char *cause)
{
    *error = (struct plan_error){.what = what, .index = index, .cause = cause};
    return false;
}

static bool header_ok(const struct kaal_image *image, size_t room, const char *config,
                      struct plan_error *error)
{
    if (room < sizeof(*image) || image->magic != KAAL_IMAGE_MAGIC) {
        return plan_fail(error, "image", KAAL_NONE, "no packed system at the address given");
    }
    if (image->version != KAAL_IMAGE_VERSION) {
        return plan_fail(error, "image", KAAL_NONE, "version of the image is not ours");
    }
    if (image->header_size < sizeof(*image) || !is_aligned(image->header_size, 8) ||
        image->size > room || !is_aligned(image->size, PAGE_SIZE) ||
        image->header_size > image->size) {
        return plan_fail(error, "image", KAAL_NONE, "sizes in the header do not fit the memory");
    }
    if (image->store_bits < KAAL_STORE_BITS_MIN || image->store_bits > KAAL_STORE_BITS_MAX) {
        return plan_fail(error, "image", KAAL_NONE, "size of the broker's capability space");
    }
    if (!plan_name_ok(image->system)) {
        return plan_fail(error, "image", KAAL_NONE, "a name without its end");
    }
    if (strncmp(image->config, config, KAAL_CONFIG_SIZE) != 0) {
        return plan_fail(error, "image", KAAL_NONE, "packed for another kernel configuration");
    }
    return true;
}

static bool tables_ok(const struct kaal_image *image, struct plan_error *error)
{
    for (uint32_t i = 0; i < KAAL_TABLE_COUNT; i++) {
        const struct kaal_table_ref *ref = &image->tables[i];
        if (ref->count > count_limits[i]) {
            return plan_fail(error, "table", i, "more entries than the limit");
        }
        if (ref->entry_size < entry_sizes[i] || !is_aligned(ref->entry_size, 8) ||
            !is_aligned(ref->offset, 8)) {
            return plan_fail(error, "table", i, "entries too small or not aligned");
        }
        // No overflow: count <= 8192, entry_size < 2^32.
        if (ref->offset < image->header_size ||
            !range_fits(ref->offset, (uint64_t)ref->count * ref->entry_size, image->size)) {
            return plan_fail(error, "table", i, "outside the image");
        }
    }
    size_t words = (kaal_image_tables_end(image) - image->header_size) / sizeof(uint64_t);
    if (sum64(0, (const uint8_t *)image + image->header_size, words) != image->checksum) {
        return plan_fail(error, "image", KAAL_NONE, "checksum differs");
    }
    return true;
}

bool plan_open(struct plan *plan, const void *image, size_t room, const char *config,
               struct plan_error *error)
{
    plan->image = image;
    plan->broker = KAAL_NONE;
    return header_ok(image, room, config, error) && tables_ok(image, error) &&
           plan_check(plan, error);
}
