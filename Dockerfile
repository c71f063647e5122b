# SPDX-License-Identifier: BSD-2-Clause
#
# KaaL on a plain Debian image. The launcher installs what it needs.
#
#   docker build .                                        builds, boots, and runs every test
#   docker build --target artefacts --output OUT .        builds, boots, and leaves the artefacts in OUT
#
# scripts/check-ci reads this file and does what it says, without a container engine.
FROM debian:12 AS build
WORKDIR /kaal
COPY . .
RUN ./kaal run
RUN cmake --install build --prefix /opt/kaal
RUN ./kaal build --output /opt/kaal/loader.elf

FROM scratch AS artefacts
COPY --from=build /opt/kaal/loader.elf /opt/kaal/system.bin /opt/kaal/lib/kaal/mcs-dbg/kernel/kernel.elf /
COPY --from=build /opt/kaal /kaal

FROM build AS test
RUN ./kaal test
