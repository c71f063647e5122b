// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/vspace.h>

seL4_Error kaal_vspace_map(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr,
                           seL4_CapRights_t rights, enum kaal_page_kind kind,
                           const struct kaal_table_source *tables)
{
    for (unsigned level = 0;; level++) {
        seL4_Error err =
            seL4_ARM_Page_Map(frame, vspace, vaddr, rights, kaal_page_attributes(kind));
        // FailedLookup: a table is missing on the way to the page. Any other error, and more
        // missing tables than there are levels, is final.
        if (err != seL4_FailedLookup || level == KAAL_TABLE_LEVELS) {
            return err;
        }
        seL4_CPtr table = seL4_CapNull;
        if (!tables->take(tables->context, &table)) {
            return seL4_NotEnoughMemory;
        }
        err = seL4_ARM_PageTable_Map(table, vspace, vaddr, seL4_ARM_Default_VMAttributes);
        if (err != seL4_NoError) {
            return err;
        }
    }
}
