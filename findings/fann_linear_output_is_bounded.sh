#!/bin/sh
# FANN 2.2.0 (Debian's libfann2): a LINEAR unit is not linear.
# Expected: FANN_LINEAR gives steepness x sum for every sum; fann_data.h says that its span is -inf < y < inf.
# Happens: the product is held at +-150 / steepness, before the activation, in every layer and for every activation.
#   At the usual steepness of 0.5 no network of FANN answers above 300 or below -300; at 1 it ends at 150.
# Hurt: regressions on targets in their own units (prices, counts), which look converged and stop at one number; and
#   whoever moves such a network to another tool, where it answers differently for large inputs only.
# Needs Debian 12's apt, and a C compiler. Exit status 0: FANN still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq download libfann-dev=2.2.0+ds-8 libfann2=2.2.0+ds-8 2> log || { cat log; exit 1; }
for package in *.deb; do dpkg -x "$package" .; done
cat > linear.c <<'END'
#include <stdio.h>
#include <doublefann.h>
int main(void)
{
    double steepness[] = {0.5, 1.0}, inputs[] = {100.0, 500.0, 1000.0, -1000.0};
    int s, i;
    for (s = 0; s < 2; s++) {
        struct fann *ann = fann_create_standard(2, 1, 1);
        struct fann_connection weights[2];
        fann_get_connection_array(ann, weights);
        weights[0].weight = 1.0; /* of the input */
        weights[1].weight = 0.0; /* of the bias */
        fann_set_weight_array(ann, weights, 2);
        fann_set_activation_function_output(ann, FANN_LINEAR);
        fann_set_activation_steepness_output(ann, steepness[s]);
        for (i = 0; i < 4; i++)
            printf("steepness %g, sum %g: %g\n", steepness[s], inputs[i], *fann_run(ann, &inputs[i]));
        fann_destroy(ann);
    }
    return 0;
}
END
library=$(dirname "$(find "$work" -name 'libdoublefann.so' | head -1)")
cc -w -I usr/include -L "$library" linear.c -o linear -ldoublefann -lm
LD_LIBRARY_PATH="$library" ./linear | tee seen
cat > expected <<'END'
steepness 0.5, sum 100: 50
steepness 0.5, sum 500: 250
steepness 0.5, sum 1000: 300
steepness 0.5, sum -1000: -300
steepness 1, sum 100: 100
steepness 1, sum 500: 150
steepness 1, sum 1000: 150
steepness 1, sum -1000: -150
END
cmp seen expected
