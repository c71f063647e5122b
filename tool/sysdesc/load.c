// SPDX-License-Identifier: BSD-2-Clause
//
// From a file to a judged model, and the files that a description names:
//
//   text -> TOML or XML -> struct system -> sizes of prefilled regions -> system_check()
#include "tool/arena.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/system.h"
#include "tool/toml.h"
#include "tool/xml.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

// --- searching ---------------------------------------------------------------------------------

static const char *in_folders(struct arena *a, const struct strings *search, const char *name)
{
    for (size_t i = 0; search != NULL && i < search->count; i++) {
        const char *path = path_join(a, search->items[i], name);
        if (file_exists(path)) {
            return path;
        }
    }
    return NULL;
}

const char *system_search(struct arena *a, const struct system *s, const struct strings *search,
                          const char *name)
{
    const char *beside = path_resolve(a, path_dir(a, s->file), name);
    bool xml = s->form == SD_FORM_XML;
    if (name[0] == '/' || (!xml && file_exists(beside))) {
        return file_exists(beside) ? beside : NULL;
    }
    const char *found = in_folders(a, search, name);
    if (found == NULL && xml) {
        found = file_exists(name) ? name : file_exists(beside) ? beside : NULL;
    }
    return found;
}

const char *system_search_places(struct arena *a, const struct system *s,
                                 const struct strings *search)
{
    bool xml = s->form == SD_FORM_XML;
    const char *places = "";
    for (size_t i = 0; search != NULL && i < search->count; i++) {
        places = arena_printf(a, xml ? "%sin %s, " : "%s, in %s", places, search->items[i]);
    }
    return xml ? arena_printf(a, "%sin the current folder, beside the description", places)
               : arena_printf(a, "beside the description%s", places);
}

// --- what regions hold -------------------------------------------------------------------------

static void find_prefill(struct arena *a, const struct system *s, struct sd_region *region,
                         const struct strings *search, struct diag *d)
{
    struct stat st;
    const struct sd_text *name = &region->prefill;
    const char *path = system_search(a, s, search, name->text);
    if (path == NULL) {
        diag_error(d, name->at,
                   "the file %s does not exist (looked %s); correct the path, or add a "
                   "--search-path",
                   name->text, system_search_places(a, s, search));
        return;
    }
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        diag_error(d, name->at, "%s is no regular file; give one", path);
    } else if (st.st_size == 0) {
        diag_error(d, name->at,
                   "%s is empty, so there is nothing to fill the region with; give "
                   "another file",
                   path);
    } else if (st.st_size > SD_REGION_MAX) {
        diag_error(d, name->at,
                   "%s is larger than a region may be, 0x%" PRIx64 " bytes; give "
                   "another file",
                   path, SD_REGION_MAX);
    } else {
        region->prefill_path = path;
        region->prefill_size = (uint64_t)st.st_size;
    }
}

static void size_region(struct sd_region *region)
{
    int64_t page = (int64_t)system_page_size(region);
    int64_t size = region->prefill_size == 0 ? 1 : (int64_t)region->prefill_size;
    if (region->size.given || page <= 0 || page > SD_REGION_MAX) {
        return;
    }
    region->size.value = (size + page - 1) / page * page;
}

bool system_prefill(struct arena *a, struct system *s, const struct strings *search, struct diag *d)
{
    size_t errors = d->errors;
    for (size_t i = 0; i < s->region_count; i++) {
        struct sd_region *region = &s->regions[i];
        if (region->prefill.text != NULL && search != NULL) {
            find_prefill(a, s, region, search, d);
        }
        if (region->prefill.text != NULL || region->prefill_fdt.value) {
            size_region(region);
        }
    }
    return d->errors == errors;
}

// --- the file ----------------------------------------------------------------------------------

// What begins with a tag is XML; TOML never does. Of what is empty the name decides.
static bool is_xml(const char *file, struct bytes text)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t i = text.size >= sizeof(mark) && memcmp(text.data, mark, sizeof(mark)) == 0 ? 3 : 0;
    while (i < text.size && strchr(" \t\r\n", text.data[i]) != NULL && text.data[i] != '\0') {
        i++;
    }
    const char *suffix = strrchr(file, '.');
    if (i == text.size) {
        return suffix != NULL && strcmp(suffix, ".system") == 0;
    }
    return text.data[i] == '<';
}

static bool read_model(struct arena *a, const char *file, struct bytes text, struct system *out,
                       struct diag *d, bool *ok)
{
    const char *chars = (const char *)text.data;
    size_t errors = d->errors;
    if (is_xml(file, text)) {
        const struct xml_element *document = xml_parse(a, file, chars, text.size, d);
        *ok = document != NULL && system_from_xml(a, file, document, out, d) && d->errors == errors;
        return document != NULL;
    }
    const struct toml_table *table = toml_parse(a, file, chars, text.size, d);
    *ok = table != NULL && system_from_toml(a, file, table, out, d);
    return table != NULL;
}

bool system_parse(struct arena *a, const char *file, struct bytes text,
                  const struct strings *search, struct system *out, struct diag *d)
{
    bool ok = true;
    *out = (struct system){.file = file, .root = SYSTEM_NONE, .broker = SYSTEM_NONE};
    if (!read_model(a, file, text, out, d, &ok)) {
        return false;
    }
    ok = system_prefill(a, out, search, d) && ok;
    return system_check(a, out, d) && ok;
}

bool system_load(struct arena *a, const char *file, const struct strings *search,
                 struct system *out, struct diag *d)
{
    struct bytes text;
    const char *cause;
    if (!file_read(a, file, TOML_SIZE_MAX, &text, &cause)) {
        *out = (struct system){.file = file, .root = SYSTEM_NONE, .broker = SYSTEM_NONE};
        // A folder stands for this file in it, and no SYSTEM for that of this folder.
        bool implied = strcmp(path_base(file), "system.toml") == 0;
        diag_error(d, place_file(file), "cannot read the description: %s; %s", cause,
                   implied ? "name a file, or make a project with `kaal new NAME`"
                           : "check the path");
        return false;
    }
    return system_parse(a, file, text, search, out, d);
}
