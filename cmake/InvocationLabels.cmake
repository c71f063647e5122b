# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -DIN=FILE -DOUT=FILE -P InvocationLabels.cmake
#
# IN is <sel4/arch/invocation.h> after the preprocessor: three enums, each of which goes on where the
# one before ends. OUT gets {"UntypedRetype": 1, ...}.
file(READ ${IN} text)
string(REGEX MATCHALL "enum [a-z0-9_]*invocation_label {[^}]*}" enums "${text}")
set(number 0)
set(items)
foreach(enum ${enums})
    string(REGEX REPLACE "^[^{]*{|}$|[ \n]" "" enum "${enum}")
    string(REPLACE "," ";" names "${enum}")
    foreach(name ${names})
        if(name MATCHES "^n.*Labels$") # how many there are
            continue()
        endif()
        string(REGEX REPLACE "=.*" "" name "${name}")
        if(NOT name STREQUAL "InvalidInvocation")
            list(APPEND items "\"${name}\": ${number}")
        endif()
        math(EXPR number "${number} + 1")
    endforeach()
endforeach()
list(JOIN items ", " items)
file(WRITE ${OUT} "{${items}}\n")
