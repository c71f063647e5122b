// SPDX-License-Identifier: BSD-2-Clause
#include "report_parts.h"

#include "tool/arena.h"
#include "tool/marks.h"
#include "tool/text.h"

#include <inttypes.h>
#include <string.h>

// The files beside this one, with a zero behind.
#define EMBED(name, file)                                                                          \
    __asm__(".section .rodata\n" name ":\n.incbin \"" KAAL_VIEW_DIR "/" file                       \
            "\"\n.byte 0\n.previous")

EMBED("report_style", "report.css");
EMBED("report_script", "report.js");
extern const char report_style[];
extern const char report_script[];

void put_text(const struct report *r, const char *text)
{
    text_escape(r->to, text);
}

void put_size(const struct report *r, uint64_t bytes)
{
    if (bytes != 0 && bytes % (1 << 20) == 0) {
        fprintf(r->to, "%" PRIu64 " MiB", bytes >> 20);
    } else if (bytes >= 1024 && bytes % 1024 == 0) {
        fprintf(r->to, "%" PRIu64 " KiB", bytes >> 10);
    } else {
        fprintf(r->to, "%" PRIu64 " B", bytes);
    }
}

void put_head(const struct report *r, const char *const *headings)
{
    fputs("<table><thead><tr>", r->to);
    for (; *headings != NULL; headings++) {
        bool number = (*headings)[0] == '>';
        fprintf(r->to, "<th%s>%s</th>", number ? " class=\"n\"" : "", *headings + number);
    }
    fputs("</tr></thead>\n<tbody>\n", r->to);
}

// --- picture and marks -------------------------------------------------------------------------

// Without what stands before the document's element.
static void put_picture(const struct report *r)
{
    const char *svg = strstr((const char *)r->page->svg.data, "<svg");
    fputs("<section id=\"picture\">\n<h2>Picture</h2>\n<figure>", r->to);
    fputs(svg == NULL ? "" : svg, r->to);
    fputs("</figure>\n<p class=\"quiet\">A click on a component shows its plan.</p>\n</section>\n",
          r->to);
}

static void put_marks(const struct report *r)
{
    static const char *const headings[] = {">", "kind", "what", "why", NULL};
    const struct marks *marks = r->page->marks;
    fputs("<section id=\"marks\">\n<h2>Marks</h2>\n", r->to);
    if (marks->count == 0) {
        fputs("<p>Nothing looks wrong.</p>\n</section>\n", r->to);
        return;
    }
    put_head(r, headings);
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->items[i];
        fprintf(r->to, "<tr><td class=\"n mark\">&#9888;%zu</td><td>%s</td><td>", i + 1,
                mark_word(mark->kind));
        put_text(r, mark->text);
        fputs("</td><td>", r->to);
        put_text(r, mark_legend(mark->kind));
        fputs("</td></tr>\n", r->to);
    }
    fputs("</tbody></table>\n</section>\n", r->to);
}

// --- the page ----------------------------------------------------------------------------------

static const char *system_name(const struct report *r)
{
    const char *name = r->page->view->plan->system->name.text;
    return name == NULL ? "system" : name;
}

static void put_top(const struct report *r)
{
    const struct plan *plan = r->page->view->plan;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          r->to);
    put_text(r, system_name(r));
    fprintf(r->to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", report_style);
    put_text(r, system_name(r));
    fprintf(r->to, "</h1>\n<p>Kernel configuration %s, %zu %s, %zu %s, %zu %s, ", plan->config,
            plan->pd_count, by_count(plan->pd_count, "domain", "domains"), plan->cap_count,
            by_count(plan->cap_count, "capability", "capabilities"), plan->map_count,
            by_count(plan->map_count, "map", "maps"));
    put_size(r, r->page->memory);
    const char *schedule = view_schedule(r->arena, plan->system);
    fputs(" of memory.", r->to);
    if (schedule != NULL) {
        fputs(" Schedule: ", r->to);
        put_text(r, schedule);
        fputs(".", r->to);
    }
    fputs("</p>\n<nav>", r->to);
    static const char *const parts[][2] = {
        {"picture", "Picture"},        {"marks", "Marks"},   {"components", "Components"},
        {"sizes", "Sizes and stacks"}, {"memory", "Memory"}, {"plan", "Plan"}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        fprintf(r->to, "<a href=\"#%s\">%s</a>", parts[i][0], parts[i][1]);
    }
    fputs("</nav>\n</header>\n<main>\n", r->to);
}

struct bytes report_page_make(struct arena *a, const struct report_page *page)
{
    struct text text;
    text_open(&text);
    const struct report r = {.to = text.to, .arena = a, .page = page};
    put_top(&r);
    put_picture(&r);
    put_marks(&r);
    put_components(&r);
    put_sizes(&r);
    put_memory(&r);
    put_plans(&r);
    fprintf(r.to, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", report_script);
    return text_close(&text, a);
}
