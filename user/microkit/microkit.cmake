# SPDX-License-Identifier: BSD-2-Clause
include_guard(GLOBAL)

# microkit_program(<name> SOURCES <file>...)
#
# A Microkit program: bin/<name>.elf.
function(microkit_program name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "microkit_program(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    set(script ${KAAL_ROOT}/user/microkit/microkit.ld)
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES
        SUFFIX .elf
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin
        LINK_DEPENDS ${script})
    target_link_options(${name} PRIVATE
        -Wl,-T,${script} -Wl,-z,max-page-size=4096 -Wl,-z,common-page-size=4096 -Wl,-z,norelro)
    target_link_libraries(${name} PRIVATE microkit kaal_mem)
    kaal_warnings(${name})
endfunction()
