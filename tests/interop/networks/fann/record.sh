#!/bin/sh
# Records the fixtures of this folder again: apt-get install libfann-dev=2.2.0+ds-8 (FANN, LGPL-2.1-or-later) and a
# C compiler are needed. Outside CI; run it in this folder.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O1 -Wall -Wno-unused -o "$work/double" record.c -ldoublefann -lm
cc -O1 -Wall -Wno-unused -DFLOAT -o "$work/float" record.c -lfloatfann -lm
{
    echo '{"tool": "FANN 2.2.0", "licence": "LGPL-2.1-or-later", "cases": ['
    { "$work/double"; "$work/float"; } | sed '$ s/,$//'
    echo ']}'
} > expected.json
sed -i 's/\.net"/.net.gz"/' expected.json
gzip -9nf *.net expected.json
