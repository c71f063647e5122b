// SPDX-License-Identifier: BSD-2-Clause
#include "tool/convert.h"

#include "tool/command.h"
#include "tool/options.h"
#include "tool/system.h"

#include "default_system.h"

#include <stdio.h>
#include <unistd.h>

static bool write_result(struct arena *a, const struct options *o, struct bytes text,
                         struct diag *d)
{
    if (o->output == NULL) {
        fflush(stdout);
        if (!file_write(STDOUT_FILENO, text)) {
            diag_error(d, place_none(), "cannot write the description; use --output");
            return false;
        }
        return true;
    }
    return output_write(a, o->output, text, d);
}

int cmd_convert(struct arena *a, struct options *o, struct diag *d)
{
    struct system s;
    struct bytes text;
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], NULL, &s, d)) {
        return STATUS_FAILED;
    }
    if (s.form == SD_FORM_XML) {
        text = system_to_toml(a, &s);
    } else if (!system_to_xml(a, &s, &text, d)) {
        return STATUS_FAILED;
    }
    return write_result(a, o, text, d) ? STATUS_OK : STATUS_FAILED;
}
