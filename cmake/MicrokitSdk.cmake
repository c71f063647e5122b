# SPDX-License-Identifier: BSD-2-Clause
#
# What `cmake --install --component microkit` of a target sub-build writes, which `kaal sdk --layout
# microkit` calls for one configuration of a board of Microkit's SDK:
#
#   include/            <microkit.h>, <sel4/...>, <kernel/gen_config.h>, <interfaces/...>, <autoconf.h>
#   include/{kernel,sel4}/gen_config.json
#   lib/                libmicrokit.a, microkit.ld
#   elf/                sel4.elf, loader.elf; root.elf and cap_broker.elf, which build the system
#   invocations_all.json, platform_gen.json
include_guard(GLOBAL)

set(component COMPONENT microkit EXCLUDE_FROM_ALL)
install(FILES $<TARGET_FILE:kernel.elf> DESTINATION elf ${component} RENAME sel4.elf)
install(FILES $<TARGET_FILE:loader> $<TARGET_FILE:root> $<TARGET_FILE:cap_broker>
    DESTINATION elf ${component})
install(FILES $<TARGET_FILE:microkit> ${KAAL_ROOT}/user/microkit/microkit.ld
    DESTINATION lib ${component})
install(FILES ${KAAL_ROOT}/user/microkit/include/microkit.h ${KAAL_ROOT}/abi/autoconf.h
    DESTINATION include ${component})
install(DIRECTORY ${KAAL_ROOT}/abi/sel4 ${KAAL_ROOT}/abi/interfaces
        ${KAAL_ROOT}/user/sdk/arch/${KAAL_ARCH}/include/sel4
        ${CMAKE_BINARY_DIR}/gen_config/kernel ${CMAKE_BINARY_DIR}/libsel4/gen_config/sel4
    DESTINATION include ${component} FILES_MATCHING PATTERN "*.h" PATTERN "*.json")

# The numbers of all invocations, as the headers have them.
set(labels ${CMAKE_BINARY_DIR}/invocations_all.json)
set(header ${KAAL_ROOT}/abi/sel4/arch/invocation.h)
set(includes $<TARGET_PROPERTY:kaal_abi,INTERFACE_INCLUDE_DIRECTORIES>)
add_custom_command(OUTPUT ${labels}
    COMMAND ${CMAKE_C_COMPILER} -E -P -o ${labels}.i
            "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>" -include ${header} -x c /dev/null
    COMMAND ${CMAKE_COMMAND} -DIN=${labels}.i -DOUT=${labels}
            -P ${CMAKE_CURRENT_LIST_DIR}/InvocationLabels.cmake
    DEPENDS ${header} ${KAAL_ROOT}/abi/sel4/invocation.h ${KAAL_ROOT}/abi/sel4/sel4_arch/invocation.h
            ${CMAKE_CURRENT_LIST_DIR}/InvocationLabels.cmake
    COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(invocation_labels ALL DEPENDS ${labels})
install(FILES ${labels} ${CMAKE_BINARY_DIR}/support/platform_gen.json DESTINATION . ${component})
