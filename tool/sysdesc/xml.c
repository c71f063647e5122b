// SPDX-License-Identifier: BSD-2-Clause
//
// expat finds the elements and judges the text. It tells where a tag starts, not where its
// attributes do: these are looked up in the tag's own text, which is well-formed by then.
//
//   <map mr="ring" perms="r"/>
//   ^    ^  ^
//   |    |  at                   of the value
//   |    name_at
//   place of the element         expat's
#include "tool/xml.h"

#include "tool/arena.h"
#include "tool/utf8.h"

#include <expat.h>
#include <string.h>

struct parser {
    XML_Parser expat;
    struct arena *arena;
    struct diag *diag;
    const char *text;
    size_t size;
    // The place of text[offset]; moves forward only, so that the whole text is walked once.
    size_t offset;
    struct place at;
    struct xml_element *root;
    struct xml_element *open;
    unsigned depth;
    bool stopped; // by a message of our own
};

// --- places ------------------------------------------------------------------------------------

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Columns count characters: bytes that continue one do not.
static struct place place_of(struct parser *p, size_t offset)
{
    if (offset < p->offset) {
        p->offset = 0;
        p->at.line = 1;
        p->at.column = 1;
    }
    for (; p->offset < offset && p->offset < p->size; p->offset++) {
        unsigned char c = (unsigned char)p->text[p->offset];
        if (c == '\n') {
            p->at.line++;
            p->at.column = 1;
        } else if ((c & 0xc0) != 0x80) {
            p->at.column++;
        }
    }
    return p->at;
}

static size_t current(const struct parser *p)
{
    XML_Index index = XML_GetCurrentByteIndex(p->expat);
    return index < 0 ? 0 : (size_t)index;
}

static void stop(struct parser *p)
{
    p->stopped = true;
    XML_StopParser(p->expat, XML_FALSE);
}

// --- elements ----------------------------------------------------------------------------------

static size_t skip_blanks(const struct parser *p, size_t at)
{
    while (at < p->size && is_blank(p->text[at])) {
        at++;
    }
    return at;
}

static size_t skip_name(const struct parser *p, size_t at)
{
    while (at < p->size && !is_blank(p->text[at]) && strchr("=/>", p->text[at]) == NULL) {
        at++;
    }
    return at;
}

// Where the value of the attribute ends whose opening quote is text[at].
static size_t skip_value(const struct parser *p, size_t at)
{
    if (at >= p->size) {
        return at;
    }
    const char *end = memchr(p->text + at + 1, p->text[at], p->size - at - 1);
    return end == NULL ? p->size : (size_t)(end - p->text) + 1;
}

static void add_attributes(struct parser *p, struct xml_element *e, size_t at,
                           const XML_Char **attributes)
{
    struct xml_attribute **last = &e->attributes;
    at = skip_name(p, at + 1);
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        size_t name = skip_blanks(p, at);
        size_t equals = skip_blanks(p, skip_name(p, name));
        size_t value = skip_blanks(p, equals + 1);
        struct xml_attribute *a = arena_alloc(p->arena, sizeof(*a));
        a->name = arena_string(p->arena, attributes[i]);
        a->value = arena_string(p->arena, attributes[i + 1]);
        a->name_at = place_of(p, name);
        a->at = place_of(p, value);
        *last = a;
        last = &a->next;
        at = skip_value(p, value);
    }
}

static void append(struct xml_element *parent, struct xml_element *e)
{
    if (parent->last == NULL) {
        parent->first = e;
    } else {
        parent->last->next = e;
    }
    parent->last = e;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct parser *p = user;
    size_t at = current(p);
    if (p->depth == XML_DEPTH_MAX) {
        diag_error(p->diag, place_of(p, at), "elements nest deeper than %d; flatten them",
                   XML_DEPTH_MAX);
        stop(p);
        return;
    }
    struct xml_element *e = arena_alloc(p->arena, sizeof(*e));
    e->name = arena_string(p->arena, name);
    e->at = place_of(p, at);
    e->parent = p->open;
    add_attributes(p, e, at, attributes);
    if (p->open == NULL) {
        p->root = e;
    } else {
        append(p->open, e);
    }
    p->open = e;
    p->depth++;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct parser *p = user;
    (void)name;
    if (!p->stopped) {
        p->open = p->open->parent;
        p->depth--;
    }
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length)
{
    struct parser *p = user;
    int blank = 0;
    while (blank < length && is_blank(text[blank])) {
        blank++;
    }
    if (blank == length || p->open == NULL || p->open->has_text) {
        return;
    }
    p->open->has_text = true;
    // What is an entity in the file is one character here: then its own place.
    diag_error(p->diag, place_of(p, current(p) + (size_t)blank),
               "text in `%s`; what is said of it are attributes, so make it one, or a comment",
               p->open->name);
}

static void XMLCALL on_document_type(void *user, const XML_Char *name, const XML_Char *system,
                                     const XML_Char *public, int internal)
{
    struct parser *p = user;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    size_t at = current(p); // behind the name
    while (at > 0 && (at >= p->size || p->text[at] != '<')) {
        at--;
    }
    diag_error(p->diag, place_of(p, at),
               "a document type (<!DOCTYPE) has no place in a description; remove it, and write "
               "what its entities stand for");
    stop(p);
}

// --- errors ------------------------------------------------------------------------------------

static const char *remedy(enum XML_Error error)
{
    switch ((int)error) {
    case XML_ERROR_NO_ELEMENTS:
        return "write <system> ... </system>";
    case XML_ERROR_INVALID_TOKEN:
        return "write values in quotes, &lt; for < and &amp; for & in them";
    case XML_ERROR_UNCLOSED_TOKEN:
        return "close the tag, the comment or the quote that begins here";
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
        return "keep one of the two";
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return "nothing but comments may follow the end of the first element";
    case XML_ERROR_BAD_CHAR_REF:
        return "remove it; of the characters below 32 there are &#9; &#10; &#13;";
    case XML_ERROR_UNDEFINED_ENTITY:
        return "known are &lt; &gt; &amp; &quot; &apos; and numbers as &#65;";
    default:
        return "correct it";
    }
}

static void report(struct parser *p)
{
    enum XML_Error error = XML_GetErrorCode(p->expat);
    struct place at = place_of(p, current(p));
    if (p->stopped) {
        return;
    }
    if (p->open != NULL && error == XML_ERROR_TAG_MISMATCH) {
        diag_error(p->diag, at, "another tag closes `%s` of line %u; close it with </%s> first",
                   p->open->name, p->open->at.line, p->open->name);
    } else if (p->open != NULL && error == XML_ERROR_NO_ELEMENTS) {
        diag_error(p->diag, at, "the file ends within `%s` of line %u; close it with </%s>",
                   p->open->name, p->open->at.line, p->open->name);
    } else {
        diag_error(p->diag, at, "this is no well-formed XML: %s; %s", XML_ErrorString(error),
                   remedy(error));
    }
}

static bool check_characters(struct parser *p)
{
    for (size_t i = 0; i < p->size;) {
        unsigned char c = (unsigned char)p->text[i];
        size_t length = utf8_length((const unsigned char *)p->text + i, p->size - i);
        if (length == 0) {
            diag_error(p->diag, place_of(p, i),
                       "byte 0x%02x is not UTF-8 here; save the file as UTF-8", c);
            return false;
        }
        if (c < 0x20 && !is_blank((char)c)) {
            diag_error(p->diag, place_of(p, i), "control character 0x%02x; remove it", c);
            return false;
        }
        i += length;
    }
    return true;
}

// --- the text ----------------------------------------------------------------------------------

static bool run(struct parser *p)
{
    XML_SetUserData(p->expat, p);
    XML_SetElementHandler(p->expat, on_start, on_end);
    XML_SetCharacterDataHandler(p->expat, on_text);
    XML_SetStartDoctypeDeclHandler(p->expat, on_document_type);
    return XML_Parse(p->expat, p->text, (int)p->size, XML_TRUE) == XML_STATUS_OK;
}

const struct xml_element *xml_parse(struct arena *a, const char *file, const char *text,
                                    size_t size, struct diag *d)
{
    struct parser p = {.arena = a, .diag = d, .text = text, .size = size, .at = place_start(file)};
    if (size > XML_SIZE_MAX) {
        diag_error(d, place_file(file), "the description is larger than %d bytes; split the system",
                   XML_SIZE_MAX);
        return NULL;
    }
    if (!check_characters(&p)) {
        return NULL;
    }
    p.expat = XML_ParserCreate("UTF-8");
    if (p.expat == NULL) {
        diag_error(d, place_file(file), "the host has no memory left; free some");
        return NULL;
    }
    bool whole = run(&p);
    if (!whole) {
        report(&p);
    }
    XML_ParserFree(p.expat);
    return whole ? p.root : NULL;
}

const struct xml_attribute *xml_get(const struct xml_element *e, const char *name)
{
    const struct xml_attribute *a = e->attributes;
    while (a != NULL && strcmp(a->name, name) != 0) {
        a = a->next;
    }
    return a;
}
