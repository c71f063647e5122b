# SPDX-License-Identifier: BSD-2-Clause
include_guard(GLOBAL)

# kaal_component(<name> SOURCES <file>...)
#
# A component: bin/<name>.elf, with start-up code, linker script and the note that names the kernel
# configuration that it is built for.
function(kaal_component name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE kaal_crt0)
    kaal_program(${name} ${KAAL_ROOT}/user/sdk/arch/${KAAL_ARCH}/component.ld)
endfunction()

# kaal_root_task(<name> SOURCES <file>...)
#
# The root task, bin/<name>.elf, its start-up code being among the files.
function(kaal_root_task name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    kaal_program(${name} ${KAAL_ROOT}/user/root/arch/${KAAL_ARCH}/root.ld)
endfunction()

# What components and the root task share: output name, libraries, linker script, note.
function(kaal_program name script)
    set_target_properties(${name} PROPERTIES
        SUFFIX .elf
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin
        LINK_DEPENDS ${script})
    # Pages of 4 KiB, and no segment for headers: the script lays out all.
    target_link_options(${name} PRIVATE
        -Wl,-T,${script} -Wl,-z,max-page-size=4096 -Wl,-z,common-page-size=4096 -Wl,-z,norelro)
    target_link_libraries(${name} PRIVATE kaal_note kaal_sdk)
    kaal_warnings(${name})
endfunction()
