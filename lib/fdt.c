// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fdt.h"

#include "lib/bits.h"
#include "lib/mem.h"

enum {
    HEADER_SIZE = 40,
    H_MAGIC = 0,
    H_TOTAL = 4,
    H_STRUCT = 8,
    H_STRINGS = 12,
    H_RSVMAP = 16,
    H_VERSION = 20,
    H_LAST_COMPATIBLE = 24,
    H_STRINGS_SIZE = 32,
    H_STRUCT_SIZE = 36,
    RSV_SIZE = 16,
};

#define MAGIC   0xd00dfeedu
#define VERSION 17u

// Below this, no sum of an offset, a size and a padding wraps 32 bits, nor does a packed size.
#define SIZE_LIMIT (1u << 30)

enum token {
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROP = 3,
    NOP = 4,
    END = 9,
};

// A cell of the structure block: both the blob and the block are aligned, and walking is all loads.
static uint32_t cell_at(const struct dt *dt, uint32_t at)
{
    typedef uint32_t cell_t __attribute__((may_alias));
    return __builtin_bswap32(*(const cell_t *)(const void *)(dt->structs + at));
}

// Is one of the four bytes 0?
static bool has_zero(uint32_t cell)
{
    return ((cell - 0x01010101u) & ~cell & 0x80808080u) != 0;
}

// --- opening -----------------------------------------------------------------------------------

uint32_t dt_probe(const void *blob)
{
    const uint8_t *p = blob;
    uint32_t total = load_be32(p + H_TOTAL);
    return load_be32(p + H_MAGIC) == MAGIC && total >= HEADER_SIZE ? total : 0;
}

static enum dt_err check_header(struct dt *dt, const uint8_t *blob, size_t size)
{
    if (size < HEADER_SIZE) {
        return DT_SHORT;
    }
    if (load_be32(blob + H_MAGIC) != MAGIC) {
        return DT_MAGIC;
    }
    if (load_be32(blob + H_VERSION) < VERSION || load_be32(blob + H_LAST_COMPATIBLE) > VERSION) {
        return DT_VERSION;
    }
    dt->total_size = load_be32(blob + H_TOTAL);
    if (dt->total_size < HEADER_SIZE || dt->total_size > size) {
        return DT_SHORT;
    }
    if (!is_aligned((uintptr_t)blob, 8)) {
        return DT_ALIGN;
    }
    return dt->total_size <= SIZE_LIMIT ? DT_OK : DT_LAYOUT;
}

static void use_up_to(struct dt *dt, uint32_t end)
{
    dt->used = end > dt->used ? end : dt->used;
}

static enum dt_err check_blocks(struct dt *dt)
{
    const uint8_t *blob = dt->blob;
    uint32_t structs = load_be32(blob + H_STRUCT);
    uint32_t strings = load_be32(blob + H_STRINGS);
    dt->struct_size = load_be32(blob + H_STRUCT_SIZE);
    dt->strings_size = load_be32(blob + H_STRINGS_SIZE);
    dt->rsvmap = load_be32(blob + H_RSVMAP);
    if (!is_aligned(structs, 4) || !is_aligned(dt->rsvmap, 8) || structs < HEADER_SIZE ||
        strings < HEADER_SIZE || dt->rsvmap < HEADER_SIZE ||
        !range_fits(structs, dt->struct_size, dt->total_size) ||
        !range_fits(strings, dt->strings_size, dt->total_size)) {
        return DT_LAYOUT;
    }
    dt->structs = blob + structs;
    dt->strings = (const char *)blob + strings;
    while (dt->strings_size != 0 && dt->strings[dt->strings_size - 1] != '\0') {
        dt->strings_size--;
    }
    dt->used = HEADER_SIZE;
    use_up_to(dt, structs + dt->struct_size);
    use_up_to(dt, strings + dt->strings_size);
    return DT_OK;
}

// The reservation map has no size of its own: an entry of two zeros ends it.
static enum dt_err check_rsvmap(struct dt *dt)
{
    for (uint64_t at = dt->rsvmap; range_fits(at, RSV_SIZE, dt->total_size); at += RSV_SIZE) {
        if (load_be64(dt->blob + at) == 0 && load_be64(dt->blob + at + 8) == 0) {
            dt->rsvmap_size = (uint32_t)(at + RSV_SIZE - dt->rsvmap);
            use_up_to(dt, dt->rsvmap + dt->rsvmap_size);
            return DT_OK;
        }
    }
    return DT_RESERVED;
}

// The walk over the structure block that everything else relies on.
//
//    at -> |BEGIN_NODE|name ..0 pad4|    depth + 1, properties may follow
//          |PROP|len|nameoff|data pad4|  only before the first child
//          |END_NODE|                    depth - 1, no properties may follow
struct walk {
    const struct dt *dt;
    uint32_t at;
    uint32_t depth;
    bool props; // properties are allowed here
};

static enum dt_err check_begin(struct walk *w)
{
    const uint32_t size = w->dt->struct_size;
    uint32_t at = w->at;
    while (range_fits(at, 4, size) && !has_zero(cell_at(w->dt, at))) {
        at += 4;
    }
    if (!range_fits(at, 4, size)) {
        return DT_NAME;
    }
    if (w->depth > DT_DEPTH_MAX) {
        return DT_DEEP;
    }
    w->depth++;
    w->props = true;
    w->at = at + 4;
    return DT_OK;
}

static enum dt_err check_prop(struct walk *w)
{
    const struct dt *dt = w->dt;
    if (!w->props || w->depth == 0 || !range_fits(w->at, 8, dt->struct_size)) {
        return DT_STRUCTURE;
    }
    uint32_t len = cell_at(dt, w->at);
    uint32_t name = cell_at(dt, w->at + 4);
    w->at += 8;
    if (!range_fits(w->at, len, dt->struct_size)) {
        return DT_STRUCTURE;
    }
    if (name >= dt->strings_size) {
        return DT_NAME; // no terminator at or after it
    }
    // At most 3 beyond the block, which the next token's check finds.
    w->at += (uint32_t)align_up(len, 4);
    return DT_OK;
}

static enum dt_err check_token(struct walk *w, uint32_t token)
{
    switch (token) {
    case BEGIN_NODE:
        // One root, and nothing beside it.
        return w->depth == 0 && w->props ? DT_STRUCTURE : check_begin(w);
    case PROP:
        return check_prop(w);
    case END_NODE:
        if (w->depth == 0) {
            return DT_STRUCTURE;
        }
        w->depth--;
        w->props = w->depth == 0; // at depth 0: the root has been there
        return DT_OK;
    case NOP:
        return DT_OK;
    default:
        return DT_STRUCTURE;
    }
}

static enum dt_err check_structure(struct dt *dt)
{
    struct walk w = {.dt = dt};
    enum dt_err err = DT_OK;
    while (err == DT_OK) {
        if (!range_fits(w.at, 4, dt->struct_size)) {
            return DT_STRUCTURE;
        }
        uint32_t token = cell_at(dt, w.at);
        w.at += 4;
        if (token == END) {
            dt->struct_size = w.at;
            return w.depth == 0 && w.props ? DT_OK : DT_STRUCTURE;
        }
        err = check_token(&w, token);
    }
    return err;
}

enum dt_err dt_open(struct dt *dt, const void *blob, size_t size)
{
    *dt = (struct dt){.blob = blob};
    enum dt_err err = check_header(dt, blob, size);
    if (err == DT_OK) {
        err = check_blocks(dt);
    }
    if (err == DT_OK) {
        err = check_rsvmap(dt);
    }
    return err == DT_OK ? check_structure(dt) : err;
}

const char *dt_strerror(enum dt_err err)
{
    static const char *const texts[DT_ERR_COUNT] = {
        [DT_OK] = "no error",
        [DT_SHORT] = "device tree is cut off",
        [DT_MAGIC] = "not a device tree",
        [DT_VERSION] = "device tree is not of version 17",
        [DT_ALIGN] = "device tree does not begin at a multiple of 8",
        [DT_LAYOUT] = "device tree has a block outside itself",
        [DT_RESERVED] = "device tree's reservation map has no end",
        [DT_STRUCTURE] = "device tree is wrongly nested or cut off",
        [DT_DEEP] = "device tree is nested too deeply",
        [DT_NAME] = "device tree has a name without an end",
    };
    return (unsigned)err < DT_ERR_COUNT ? texts[err] : "unknown error";
}

// --- walking -----------------------------------------------------------------------------------
//
// From here on the block is known to be well-formed.

// Behind the property at `at`.
static inline uint32_t after_prop(const struct dt *dt, uint32_t at)
{
    return (at + 12 + cell_at(dt, at + 4) + 3) & ~3u;
}

// Behind the beginning of the node at `at`, and its name.
static inline uint32_t after_begin(const struct dt *dt, uint32_t at)
{
    do {
        at += 4;
    } while (!has_zero(cell_at(dt, at)));
    return at + 4;
}

// The token behind the one at `at`, which is not END.
static uint32_t token_after(const struct dt *dt, uint32_t at)
{
    switch (cell_at(dt, at)) {
    case BEGIN_NODE:
        return after_begin(dt, at);
    case PROP:
        return after_prop(dt, at);
    default:
        return at + 4;
    }
}

// The first token from `at` on that is neither a property nor a NOP.
static uint32_t skip_props(const struct dt *dt, uint32_t at)
{
    for (uint32_t token = cell_at(dt, at); token == PROP || token == NOP; token = cell_at(dt, at)) {
        at = token == PROP ? after_prop(dt, at) : at + 4;
    }
    return at;
}

// The node that begins at `at`, if one does.
static struct dt_node node_at(const struct dt *dt, uint32_t at)
{
    if (cell_at(dt, at) != BEGIN_NODE) {
        return dt_none();
    }
    return (struct dt_node){at};
}

struct dt_node dt_root(const struct dt *dt)
{
    return node_at(dt, skip_props(dt, 0));
}

struct dt_node dt_next(const struct dt *dt, struct dt_node node)
{
    uint32_t at = skip_props(dt, after_begin(dt, node.at));
    while (cell_at(dt, at) == END_NODE) {
        at = skip_props(dt, at + 4);
    }
    return node_at(dt, at);
}

struct dt_node dt_child(const struct dt *dt, struct dt_node node)
{
    return node_at(dt, skip_props(dt, after_begin(dt, node.at)));
}

struct dt_node dt_sibling(const struct dt *dt, struct dt_node node)
{
    uint32_t at = skip_props(dt, after_begin(dt, node.at));
    for (uint32_t depth = 1; depth != 0;) {
        if (cell_at(dt, at) == BEGIN_NODE) {
            depth++;
            at = after_begin(dt, at);
        } else {
            depth--;
            at += 4;
        }
        at = skip_props(dt, at);
    }
    return node_at(dt, at);
}

struct dt_node dt_parent(const struct dt *dt, struct dt_node node)
{
    uint32_t open[DT_DEPTH_MAX + 1] = {0}; // the nodes around `at`
    uint32_t depth = 0;
    for (uint32_t at = dt_root(dt).at; at != node.at; at = skip_props(dt, at)) {
        if (cell_at(dt, at) == BEGIN_NODE) {
            open[depth++] = at;
            at = after_begin(dt, at);
        } else {
            depth--;
            at += 4;
        }
    }
    return depth != 0 ? node_at(dt, open[depth - 1]) : dt_none();
}

const char *dt_name(const struct dt *dt, struct dt_node node)
{
    return (const char *)dt->structs + node.at + 4;
}

// --- properties --------------------------------------------------------------------------------

// The property at the token `at`.
static void prop_read(const struct dt *dt, uint32_t at, struct dt_prop *out)
{
    out->size = cell_at(dt, at + 4);
    out->name = dt->strings + cell_at(dt, at + 8);
    out->data = dt->structs + at + 12;
}

bool dt_prop(const struct dt *dt, struct dt_node node, const char *name, struct dt_prop *out)
{
    for (uint32_t at = after_begin(dt, node.at);; at = token_after(dt, at)) {
        uint32_t token = cell_at(dt, at);
        if (token == PROP) {
            prop_read(dt, at, out);
            if (strcmp(out->name, name) == 0) {
                return true;
            }
        } else if (token != NOP) {
            return false;
        }
    }
}

bool dt_prop_at(const struct dt *dt, struct dt_node node, unsigned index, struct dt_prop *out)
{
    for (uint32_t at = after_begin(dt, node.at);; at = token_after(dt, at)) {
        uint32_t token = cell_at(dt, at);
        if (token == PROP && index-- == 0) {
            prop_read(dt, at, out);
            return true;
        }
        if (token != PROP && token != NOP) {
            return false;
        }
    }
}

bool dt_prop_u32(const struct dt *dt, struct dt_node node, const char *name, uint32_t *out)
{
    struct dt_prop prop;
    if (!dt_prop(dt, node, name, &prop) || prop.size != 4) {
        return false;
    }
    *out = load_be32(prop.data);
    return true;
}

const char *dt_prop_string_at(const struct dt *dt, struct dt_node node, const char *name,
                              unsigned index)
{
    struct dt_prop prop;
    if (!dt_prop(dt, node, name, &prop)) {
        return NULL;
    }
    const uint8_t *s = prop.data;
    const uint8_t *end = prop.data + prop.size;
    while (s < end) {
        const uint8_t *zero = memchr(s, '\0', (size_t)(end - s));
        if (zero == NULL) {
            return NULL;
        }
        if (index-- == 0) {
            return (const char *)s;
        }
        s = zero + 1;
    }
    return NULL;
}

const char *dt_prop_string(const struct dt *dt, struct dt_node node, const char *name)
{
    return dt_prop_string_at(dt, node, name, 0);
}

// --- searching ---------------------------------------------------------------------------------

// Does `name` (a node's) answer to the `len` characters of path component `want`? Without '@' in
// the latter, a unit address is passed over.
static bool name_matches(const char *name, const char *want, size_t len)
{
    if (strncmp(name, want, len) != 0) {
        return false;
    }
    return name[len] == '\0' || (name[len] == '@' && memchr(want, '@', len) == NULL);
}

static struct dt_node child_named(const struct dt *dt, struct dt_node node, const char *name,
                                  size_t len)
{
    struct dt_node child = dt_child(dt, node);
    while (!dt_is_none(child) && !name_matches(dt_name(dt, child), name, len)) {
        child = dt_sibling(dt, child);
    }
    return child;
}

static size_t component_length(const char *path)
{
    size_t len = 0;
    while (path[len] != '\0' && path[len] != '/' && path[len] != ':') {
        len++;
    }
    return len;
}

static struct dt_node descend(const struct dt *dt, struct dt_node node, const char *path)
{
    while (!dt_is_none(node) && *path == '/') {
        path++;
        size_t len = component_length(path);
        if (len != 0) {
            node = child_named(dt, node, path, len);
        }
        path += len;
    }
    return node;
}

// The path that /aliases has for the first `len` characters of `name`.
static const char *alias_path(const struct dt *dt, const char *name, size_t len)
{
    struct dt_node aliases = child_named(dt, dt_root(dt), "aliases", 7);
    struct dt_prop prop;
    if (dt_is_none(aliases)) {
        return NULL;
    }
    for (unsigned i = 0; dt_prop_at(dt, aliases, i, &prop); i++) {
        if (strncmp(prop.name, name, len) == 0 && prop.name[len] == '\0') {
            return dt_prop_string(dt, aliases, prop.name);
        }
    }
    return NULL;
}

struct dt_node dt_find(const struct dt *dt, const char *path)
{
    if (*path == '/') {
        return descend(dt, dt_root(dt), path);
    }
    size_t len = component_length(path);
    const char *target = len != 0 ? alias_path(dt, path, len) : NULL;
    // Aliases do not refer to aliases: what they hold is a full path.
    if (target == NULL || *target != '/') {
        return dt_none();
    }
    return descend(dt, descend(dt, dt_root(dt), target), path + len);
}

bool dt_is_compatible(const struct dt *dt, struct dt_node node, const char *compatible)
{
    struct dt_prop prop;
    if (!dt_prop(dt, node, "compatible", &prop)) {
        return false;
    }
    size_t want = strlen(compatible) + 1;
    const uint8_t *s = prop.data;
    const uint8_t *end = prop.data + prop.size;
    while ((size_t)(end - s) >= want) {
        if (memcmp(s, compatible, want) == 0) {
            return true;
        }
        const uint8_t *zero = memchr(s, '\0', (size_t)(end - s));
        if (zero == NULL) {
            return false;
        }
        s = zero + 1;
    }
    return false;
}

// Where a search begins.
static struct dt_node following(const struct dt *dt, struct dt_node after)
{
    return dt_is_none(after) ? dt_root(dt) : dt_next(dt, after);
}

struct dt_node dt_find_compatible(const struct dt *dt, struct dt_node after, const char *compatible)
{
    struct dt_node node = following(dt, after);
    while (!dt_is_none(node) && !dt_is_compatible(dt, node, compatible)) {
        node = dt_next(dt, node);
    }
    return node;
}

struct dt_node dt_find_type(const struct dt *dt, struct dt_node after, const char *type)
{
    for (struct dt_node n = following(dt, after); !dt_is_none(n); n = dt_next(dt, n)) {
        const char *found = dt_prop_string(dt, n, "device_type");
        if (found != NULL && strcmp(found, type) == 0) {
            return n;
        }
    }
    return dt_none();
}

struct dt_node dt_find_phandle(const struct dt *dt, uint32_t phandle)
{
    for (struct dt_node n = dt_root(dt); !dt_is_none(n); n = dt_next(dt, n)) {
        uint32_t found;
        if ((dt_prop_u32(dt, n, "phandle", &found) ||
             dt_prop_u32(dt, n, "linux,phandle", &found)) &&
            found == phandle) {
            return n;
        }
    }
    return dt_none();
}

// --- copying -----------------------------------------------------------------------------------

uint32_t dt_packed_size(const struct dt *dt)
{
    return HEADER_SIZE + dt->rsvmap_size + dt->struct_size + dt->strings_size;
}

bool dt_pack(const struct dt *dt, void *to, size_t room, struct dt *copy)
{
    uint8_t *out = to;
    uint32_t size = dt_packed_size(dt);
    uint32_t structs = HEADER_SIZE + dt->rsvmap_size;
    uint32_t strings = structs + dt->struct_size;
    if (size > room) {
        return false;
    }
    memcpy(out, dt->blob, HEADER_SIZE);
    memcpy(out + HEADER_SIZE, dt->blob + dt->rsvmap, dt->rsvmap_size);
    memcpy(out + structs, dt->structs, dt->struct_size);
    memcpy(out + strings, dt->strings, dt->strings_size);
    store_be32(out + H_TOTAL, size);
    store_be32(out + H_STRUCT, structs);
    store_be32(out + H_STRINGS, strings);
    store_be32(out + H_RSVMAP, HEADER_SIZE);
    store_be32(out + H_VERSION, VERSION);
    store_be32(out + H_STRINGS_SIZE, dt->strings_size);
    store_be32(out + H_STRUCT_SIZE, dt->struct_size);
    // What was checked once need not be walked again: the bytes are the same.
    *copy = (struct dt){
        .blob = out,
        .structs = out + structs,
        .strings = (const char *)out + strings,
        .struct_size = dt->struct_size,
        .strings_size = dt->strings_size,
        .rsvmap = HEADER_SIZE,
        .rsvmap_size = dt->rsvmap_size,
        .used = size,
        .total_size = size,
    };
    return true;
}
