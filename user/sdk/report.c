// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/console.h>

static void put_key(struct kaal_report *report, const char *key)
{
    fmt_char(&report->fmt, ' ');
    fmt_str(&report->fmt, key);
    fmt_char(&report->fmt, '=');
}

void kaal_report_begin(struct kaal_report *report, const char *event)
{
    fmt_init(&report->fmt, report->text, sizeof(report->text));
    fmt_char(&report->fmt, '@');
    fmt_str(&report->fmt, event);
}

void kaal_report_u64(struct kaal_report *report, const char *key, uint64_t value)
{
    put_key(report, key);
    fmt_u64(&report->fmt, value);
}

void kaal_report_hex(struct kaal_report *report, const char *key, uint64_t value)
{
    put_key(report, key);
    fmt_hex(&report->fmt, value);
}

void kaal_report_str(struct kaal_report *report, const char *key, const char *value)
{
    put_key(report, key);
    for (; *value != '\0'; value++) {
        fmt_char(&report->fmt, (char)(*value > ' ' && *value <= '~' ? *value : '_'));
    }
}

void kaal_report_rights(struct kaal_report *report, const char *key, uint32_t rights)
{
    static const char letters[] = "rwxg"; // of KAAL_RIGHT_READ, .. in order
    put_key(report, key);
    if (rights == 0) {
        fmt_char(&report->fmt, '-');
    }
    for (uint32_t i = 0; letters[i] != '\0'; i++) {
        if ((rights >> i & 1) != 0) {
            fmt_char(&report->fmt, letters[i]);
        }
    }
}

void kaal_report_text(struct kaal_report *report, const char *key, const char *value)
{
    put_key(report, key);
    fmt_char(&report->fmt, '"');
    for (; *value != '\0'; value++) {
        bool plain = *value >= ' ' && *value <= '~' && *value != '"';
        fmt_char(&report->fmt, (char)(plain ? *value : '_'));
    }
    fmt_char(&report->fmt, '"');
}

void kaal_report_error(struct kaal_report *report, const char *what, const char *name,
                       const char *cause)
{
    kaal_report_begin(report, "error");
    kaal_report_str(report, "what", what);
    if (name != NULL) {
        kaal_report_str(report, "name", name);
    }
    kaal_report_str(report, "cause", cause);
}
