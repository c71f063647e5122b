# SPDX-License-Identifier: BSD-2-Clause
#
# What `cmake --install --component kaal` of a target sub-build writes, which the superbuild's installation
# calls (cmake/Install.cmake): PREFIX/lib/kaal/<configuration>/, where the tool finds it (tool/image/products.c)
# and find_package(KaaL) does.
#
#   kernel/kernel.elf, loader/loader.elf
#   gen_config/kernel/gen_config.json
#   bin/            root task, broker, drivers, services
#   include/        <sel4/...>, <kaal/...>, <lib/...>, <kernel/gen_config.h>, <interfaces/...>, <autoconf.h>
#   lib/            libsel4.a, libkaal_*.a, crt0.o, crt0_libc.o, note.o, component.ld
include_guard(GLOBAL)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME kaal)
install(TARGETS kernel.elf RUNTIME DESTINATION kernel)
install(TARGETS loader RUNTIME DESTINATION loader)
install(TARGETS ${KAAL_STOCK_PROGRAMS} RUNTIME DESTINATION bin)
install(FILES ${CMAKE_BINARY_DIR}/gen_config/kernel/gen_config.json DESTINATION gen_config/kernel)
install(DIRECTORY ${KAAL_ROOT}/abi/sel4 ${KAAL_ROOT}/abi/interfaces ${KAAL_ROOT}/abi/kaal
        ${KAAL_ROOT}/user/sdk/arch/${KAAL_ARCH}/include/sel4 ${KAAL_ROOT}/user/sdk/include/kaal
        ${KAAL_ROOT}/lib/include/lib
        ${CMAKE_BINARY_DIR}/gen_config/kernel ${CMAKE_BINARY_DIR}/libsel4/gen_config/sel4
    DESTINATION include FILES_MATCHING PATTERN "*.h")
install(FILES ${KAAL_ROOT}/abi/autoconf.h DESTINATION include)
install(TARGETS sel4 kaal_sdk kaal_lib kaal_mem ARCHIVE DESTINATION lib)
install(FILES ${CMAKE_BINARY_DIR}/crt0.o ${CMAKE_BINARY_DIR}/crt0_libc.o ${KAAL_COMPONENT_SCRIPT}
    DESTINATION lib)
install(FILES $<TARGET_OBJECTS:kaal_note> DESTINATION lib RENAME note.o)
