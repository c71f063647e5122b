# SPDX-License-Identifier: BSD-2-Clause
#
# Used by this tree and, as a part of find_package(KaaL), by others. Whoever includes it says with
# KAAL_COMPONENT_SCRIPT where the linker script is, and has the targets kaal_sdk, kaal_note, kaal_crt0 and
# kaal_crt0_libc and the function kaal_warnings().
include_guard(GLOBAL)

# Of binutils: others cannot take the bytes of a section away.
find_program(KAAL_OBJCOPY aarch64-linux-gnu-objcopy REQUIRED)

# kaal_component(<name> SOURCES <file>... [LIBC [HEAP <bytes>]])
#
# A component: bin/<name>.elf, with start-up code, linker script and the notes that tell what it is
# built for. LIBC: with picolibc and floating point; malloc() has HEAP bytes, 64 KiB if not given.
function(kaal_component name)
    cmake_parse_arguments(arg "LIBC" "HEAP" "SOURCES" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "kaal_component(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
    elseif(DEFINED arg_HEAP AND NOT arg_LIBC)
        message(FATAL_ERROR "kaal_component(${name}): HEAP without LIBC has no meaning")
    elseif(DEFINED arg_HEAP AND NOT arg_HEAP MATCHES "^(0x[0-9a-fA-F]+|[0-9]+)$")
        message(FATAL_ERROR "kaal_component(${name}): HEAP ${arg_HEAP}: give a number of bytes")
    endif()
    add_executable(${name} ${arg_SOURCES})
    if(NOT arg_LIBC)
        kaal_component_program(${name} kaal_crt0)
        return()
    endif()
    if(NOT DEFINED arg_HEAP)
        set(arg_HEAP 0x10000)
    endif()
    kaal_compile_with_libc(${name})
    # Before the script, which asks whether it is defined.
    target_link_options(${name} PRIVATE -Wl,--defsym=kaal_heap_size=${arg_HEAP})
    kaal_component_program(${name} kaal_crt0_libc)
    kaal_link_with_libc(${name})
endfunction()

# Makes a component of an executable.
function(kaal_component_program name start_code)
    target_link_libraries(${name} PRIVATE ${start_code})
    kaal_program(${name} ${KAAL_COMPONENT_SCRIPT})
    kaal_move_initial_values(${name})
endfunction()

# Moves the initial values of .data to their place among the constants (component.ld): .data itself
# then has no bytes in the file.
function(kaal_move_initial_values name)
    set(bytes ${CMAKE_CURRENT_BINARY_DIR}/${name}.data.bin)
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND ${KAAL_OBJCOPY} -O binary -j .data $<TARGET_FILE:${name}> ${bytes}
        COMMAND ${KAAL_OBJCOPY} --update-section .kaal.data_image=${bytes}
                --rename-section .data=.data,alloc $<TARGET_FILE:${name}>)
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
    set_property(GLOBAL APPEND PROPERTY KAAL_PROGRAMS ${name})
endfunction()
