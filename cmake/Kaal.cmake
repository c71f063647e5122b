# SPDX-License-Identifier: BSD-2-Clause
#
# What every CMakeLists.txt of the project uses: warnings, host unit tests.
include_guard(GLOBAL)

# All warnings of docs/style.md are errors, with gcc and with clang.
function(kaal_warnings target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wstrict-prototypes
        -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings
        -Wswitch-enum -Wundef -Wvla -Wformat=2 -Wnull-dereference -Wredundant-decls
        $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches
            -Wcast-align=strict>)
    # A frame too large for a small stack is a bug in what runs freestanding; the sanitizers' own
    # frames are not ours to judge.
    if(NOT KAAL_HOST)
        target_compile_options(${target} PRIVATE $<$<C_COMPILER_ID:GNU>:-Wstack-usage=1024>)
    endif()
endfunction()

# The user's own folders (KAAL_EXTRA), on the host and for the target.
function(kaal_extra)
    foreach(folder IN LISTS KAAL_EXTRA)
        get_filename_component(name ${folder} NAME)
        add_subdirectory(${folder} ${CMAKE_BINARY_DIR}/extra/${name})
    endforeach()
endfunction()

# kaal_test(<name> SOURCES <file>... [LINK <library>...] [ARGS <argument>...])
#
# A host unit test on cmocka. The sanitizers come from the preset (KAAL_SANITIZE).
function(kaal_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINK;ARGS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LINK} ${KAAL_CMOCKA})
    kaal_warnings(${name})
    add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()
