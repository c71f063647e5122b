# SPDX-License-Identifier: BSD-2-Clause
#
# What `cmake --install --component sel4` of a target sub-build writes, which `kaal sdk --layout sel4` calls:
# the layout of a seL4 installation, with what components need besides.
#
#   bin/kernel.elf
#   libsel4/include/                 <sel4/...>, <kernel/gen_config.h>, <interfaces/...>, <autoconf.h>
#   libsel4/include/{kernel,sel4}/gen_config.json
#   libsel4/src/ipc_buffer.c         the one definition that the headers leave to a program
#   support/platform_gen.{json,yaml}
#   include/                         <kaal/...>, <lib/...>
#   lib/                             libsel4.a, libkaal_*.a, crt0.o, note.o, component.ld
include_guard(GLOBAL)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME sel4)
set(headers libsel4/include)
install(TARGETS kernel.elf RUNTIME DESTINATION bin)
install(DIRECTORY ${KAAL_ROOT}/abi/sel4 ${KAAL_ROOT}/abi/interfaces
        ${KAAL_ROOT}/user/sdk/arch/${KAAL_ARCH}/include/sel4
    DESTINATION ${headers} FILES_MATCHING PATTERN "*.h")
install(FILES ${KAAL_ROOT}/abi/autoconf.h DESTINATION ${headers})
install(DIRECTORY ${CMAKE_BINARY_DIR}/gen_config/kernel ${CMAKE_BINARY_DIR}/libsel4/gen_config/sel4
    DESTINATION ${headers})
install(FILES ${KAAL_ROOT}/user/sdk/ipc_buffer.c DESTINATION libsel4/src)

# The memory and the devices that a machine without a device tree is taken to have.
file(STRINGS ${KAAL_ROOT}/config/${KAAL_CONFIG}/kernel/config.h line REGEX "KCFG_DEFAULT_RAM_MIB")
string(REGEX MATCH "= ([0-9]+)" line "${line}")
math(EXPR ram_end "0x40000000 + (${CMAKE_MATCH_1} << 20)")
math(EXPR ram_start "0x40000000")
math(EXPR device_end "1 << 40")
set(json)
set(yaml)
foreach(name devices memory)
    if(name STREQUAL "devices")
        # All but the pages of the interrupt controller, which are the kernel's.
        set(ranges 0 0x8000000 0x8001000 0x8010000 0x8011000 ${ram_start} ${ram_end} ${device_end})
    else()
        set(ranges ${ram_start} ${ram_end})
    endif()
    set(items)
    string(APPEND yaml "${name}:\n")
    while(ranges)
        list(POP_FRONT ranges start end)
        math(EXPR start "${start}")
        math(EXPR end "${end}")
        list(APPEND items "{\"start\": ${start}, \"end\": ${end}}")
        math(EXPR start "${start}" OUTPUT_FORMAT HEXADECIMAL)
        math(EXPR end "${end}" OUTPUT_FORMAT HEXADECIMAL)
        string(APPEND yaml "- start: ${start}\n  end: ${end}\n")
    endwhile()
    list(JOIN items ", " items)
    list(APPEND json "\"${name}\": [${items}]")
endforeach()
list(JOIN json ", " json)
kaal_write_if_different(${CMAKE_BINARY_DIR}/support/platform_gen.json "{${json}}\n")
kaal_write_if_different(${CMAKE_BINARY_DIR}/support/platform_gen.yaml "${yaml}")
install(DIRECTORY ${CMAKE_BINARY_DIR}/support DESTINATION .)

install(DIRECTORY ${KAAL_ROOT}/abi/kaal ${KAAL_ROOT}/user/sdk/include/kaal ${KAAL_ROOT}/lib/include/lib
    DESTINATION include FILES_MATCHING PATTERN "*.h")
install(TARGETS sel4 kaal_sdk kaal_lib kaal_mem ARCHIVE DESTINATION lib)

# The first instructions and the note about what begins with them, as one object; with what a C library
# needs besides, as another.
set(relocatable ${CMAKE_C_COMPILER} -nostdlib -r)
if(CMAKE_C_COMPILER_ID STREQUAL Clang)
    list(APPEND relocatable --target=${CMAKE_C_COMPILER_TARGET} -fuse-ld=lld)
endif()
foreach(name crt0 crt0_libc)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${name}.o
        COMMAND ${relocatable} -o ${CMAKE_BINARY_DIR}/${name}.o $<TARGET_OBJECTS:kaal_${name}>
        DEPENDS kaal_${name} $<TARGET_OBJECTS:kaal_${name}> COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(sdk_${name} ALL DEPENDS ${CMAKE_BINARY_DIR}/${name}.o)
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/crt0.o DESTINATION lib)
install(FILES $<TARGET_OBJECTS:kaal_note> DESTINATION lib RENAME note.o)
install(FILES ${KAAL_ROOT}/user/sdk/arch/${KAAL_ARCH}/component.ld DESTINATION lib)
