# SPDX-License-Identifier: BSD-2-Clause
include_guard(GLOBAL)

# kaal_system(<name> [DESCRIPTION <file>] [COMPONENTS <component>...])
#
# Packs a system when all is built: image/<name>/loader.elf and system.bin in the build folder. DESCRIPTION is
# system.toml if not given; COMPONENTS are those of this project that it has. With include(CTest), the test
# <name> boots and verifies it.
function(kaal_system name)
    cmake_parse_arguments(arg "" "DESCRIPTION" "COMPONENTS" ${ARGN})
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "kaal_system(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT DEFINED arg_DESCRIPTION)
        set(arg_DESCRIPTION system.toml)
    endif()
    get_filename_component(description ${arg_DESCRIPTION} ABSOLUTE)
    if(NOT EXISTS ${description})
        message(FATAL_ERROR "kaal_system(${name}): there is no ${description}")
    endif()
    set(kaal ${KAAL_PREFIX}/bin/kaal)
    set(place --build-dir ${KAAL_PREFIX} --config ${KAAL_CONFIG} --search-path ${CMAKE_BINARY_DIR}/bin)
    set(image ${CMAKE_BINARY_DIR}/image/${name}/loader.elf)
    add_custom_command(OUTPUT ${image}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/image/${name}
        COMMAND ${kaal} build --quiet ${place} --output ${image} ${description}
        DEPENDS ${description} ${kaal} ${arg_COMPONENTS}
        COMMENT "system ${name}" VERBATIM)
    add_custom_target(${name}-image ALL DEPENDS ${image})
    if(BUILD_TESTING)
        add_test(NAME ${name} COMMAND ${kaal} run ${place} ${description})
    endif()
endfunction()
