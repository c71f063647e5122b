# SPDX-License-Identifier: BSD-2-Clause
include_guard(GLOBAL)

# kaal_root_task(<name> SOURCES <file>...)
#
# The root task, bin/<name>.elf, its start-up code being among the files.
function(kaal_root_task name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    kaal_program(${name} ${KAAL_ROOT}/user/root/arch/${KAAL_ARCH}/root.ld)
endfunction()
