#!/bin/sh
# FANN 2.2.0 (Debian's libfann2): a saved network has lost the scales of small columns.
# Expected: fann_save writes weights with 20 digits after the point, so the means, deviations and factors of
#   fann_set_scaling_params beside them come back as they were, and a loaded network answers like the saved one.
# Happens: those are written with "%f", six digits after the point. A column of about 2e-6 (metres for micrometres)
#   comes back with a mean of 0.000002 and a deviation of 0.000001: another network, without a word. One of about 2e-7
#   comes back with a deviation of 0 and enters the network as inf.
# Hurt: whoever trains on columns in SI units with FANN's own scaling, saves, and predicts from the file, in FANN or in
#   any other tool that reads it: the numbers are not in the file.
# Needs Debian 12's apt, and a C compiler. Exit status 0: FANN still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download libfann-dev=2.2.0+ds-8 libfann2=2.2.0+ds-8 2> log || { cat log; exit 1; }
for package in *.deb; do dpkg -x "$package" .; done
cat > scales.c <<'END'
#include <stdio.h>
#include <doublefann.h>
static double answer(struct fann *ann, double input)
{
    double row[] = {input};
    fann_scale_input(ann, row); /* what the network gets */
    return row[0];
}
int main(void)
{
    double units[] = {1.0, 1e-6, 1e-7};
    int u, r;
    for (u = 0; u < 3; u++) {
        struct fann *ann = fann_create_standard(3, 1, 2, 1), *again;
        struct fann_train_data *data = fann_create_train(5, 1, 1);
        for (r = 0; r < 5; r++) {
            data->input[r][0] = units[u] * (1.2 + 0.4 * r);
            data->output[r][0] = r;
        }
        fann_set_scaling_params(ann, data, -1, 1, -1, 1);
        fann_save(ann, "saved.net");
        again = fann_create_from_file("saved.net");
        printf("unit %g: %.3f when saved, %.3f when loaded\n", units[u], answer(ann, 2.7 * units[u]),
               answer(again, 2.7 * units[u]));
        fann_destroy_train(data);
        fann_destroy(ann);
        fann_destroy(again);
    }
    return 0;
}
END
library=$(dirname "$(find "$work" -name 'libdoublefann.so' | head -1)")
cc -w -I usr/include -L "$library" scales.c -o scales -ldoublefann -lm
LD_LIBRARY_PATH="$library" ./scales | tee seen
grep '^scale_.*_in=' saved.net
cat > expected <<'END'
unit 1: 1.237 when saved, 1.237 when loaded
unit 1e-06: 1.237 when saved, 0.700 when loaded
unit 1e-07: 1.237 when saved, inf when loaded
END
cmp seen expected
