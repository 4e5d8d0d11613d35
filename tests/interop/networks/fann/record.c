/* Records networks of FANN, their inputs and FANN's own outputs; record.sh compiles and runs it.

   FANN 2.2.0 is LGPL-2.1-or-later; this file is Backlit's and links to the installed library only. Compiled with
   -DFLOAT against libfloatfann, otherwise against libdoublefann. Prints the rows of expected.json. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef FLOAT
#include <floatfann.h>
#define DIGITS "%.9g"
#define TOLERANCE(scaled) "1e-5"
#else
#include <doublefann.h>
#define DIGITS "%.17g"
#define TOLERANCE(scaled) (scaled ? "1e-6" : "1e-12") /* scales are float in both libraries */
#endif

static unsigned long state = 24; /* SEED in the environment: another one */

/* A number in -1..1, the same on every machine. */
static double drawn(void)
{
    state = (state * 1103515245UL + 12345UL) % 2147483648UL;
    return (double)(long)(state >> 7) / 8388608.0 - 1.0;
}

static void draw_weights(struct fann *ann, double width)
{
    unsigned int count = fann_get_total_connections(ann), i;
    struct fann_connection *connections = malloc(count * sizeof *connections);
    fann_get_connection_array(ann, connections);
    for (i = 0; i < count; i++)
        connections[i].weight = (fann_type)(width * drawn());
    fann_set_weight_array(ann, connections, count);
    free(connections);
}

static const double middle[] = {170.0, 0.5}, spread[] = {20.0, 0.25}; /* of the inputs of `scaled` */

static void print_vector(const fann_type *values, unsigned int count)
{
    unsigned int i;
    printf("[");
    for (i = 0; i < count; i++)
        printf("%s" DIGITS, i ? ", " : "", (double)values[i]);
    printf("]");
}

/* The file, and what FANN gives for `rows` rows within -width..width; `scaled` with its own scaling. */
static void record(struct fann *ann, const char *name, int rows, double width, int scaled)
{
    char path[64];
    unsigned int inputs = fann_get_num_input(ann), outputs = fann_get_num_output(ann), j;
    fann_type *x = malloc(rows * inputs * sizeof *x), *y = malloc(rows * outputs * sizeof *y);
    fann_type *row = malloc(inputs * sizeof *row);
    int r;
    sprintf(path, "%s.net", name);
    fann_save(ann, path);
    fann_destroy(ann);
    ann = fann_create_from_file(path); /* what is in the file, and nothing else, gives the outputs */
    for (r = 0; r < rows; r++) {
        for (j = 0; j < inputs; j++)
            x[r * inputs + j] = (fann_type)((scaled ? middle[j] : 0.0) + (scaled ? spread[j] : width) * drawn());
        memcpy(row, x + r * inputs, inputs * sizeof *row);
        if (scaled)
            fann_scale_input(ann, row);
        memcpy(y + r * outputs, fann_run(ann, row), outputs * sizeof *y);
        if (scaled)
            fann_descale_output(ann, y + r * outputs);
    }
    printf("  {\"file\": \"%s\", \"tolerance\": %s,\n   \"inputs\": [", path, TOLERANCE(scaled));
    for (r = 0; r < rows; r++) {
        printf("%s", r ? ", " : "");
        print_vector(x + r * inputs, inputs);
    }
    printf("],\n   \"outputs\": [");
    for (r = 0; r < rows; r++) {
        printf("%s", r ? ", " : "");
        print_vector(y + r * outputs, outputs);
    }
    printf("]},\n");
    fann_destroy(ann);
    free(x);
    free(y);
    free(row);
}

#ifndef FLOAT
/* Every activation once: kind + 9 in the hidden layer, kind at the output. */
static void each_activation(void)
{
    int kind;
    char name[64];
    for (kind = FANN_LINEAR; kind < 9; kind++) {
        struct fann *ann = fann_create_standard(3, 2, 2, 1);
        draw_weights(ann, 2.0);
        fann_set_activation_function_hidden(ann, (enum fann_activationfunc_enum)(kind + 9));
        fann_set_activation_function_output(ann, (enum fann_activationfunc_enum)kind);
        fann_set_activation_steepness_hidden(ann, 0.8);
        fann_set_activation_steepness_output(ann, 0.3);
        sprintf(name, "activations_%d_%d", kind + 9, kind);
        record(ann, name, 10, 3.0, 0);
    }
}

static void others(void)
{
    struct fann *ann = fann_create_standard(4, 3, 4, 3, 2); /* as created: stepwise, steepness 0.5 */
    draw_weights(ann, 3.0);
    record(ann, "as_created", 8, 2.0, 0);

    ann = fann_create_sparse(0.6f, 3, 4, 3, 2);
    draw_weights(ann, 2.0);
    fann_set_activation_function_hidden(ann, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(ann, FANN_LINEAR);
    record(ann, "sparse", 6, 1.0, 0);

    ann = fann_create_standard(3, 1, 2, 1); /* steepness x sum is held at +-150, that of a linear unit too */
    draw_weights(ann, 6.0);
    fann_set_activation_function_hidden(ann, FANN_LINEAR);
    fann_set_activation_function_output(ann, FANN_LINEAR);
    record(ann, "large_sums", 6, 1000.0, 0);

    ann = fann_create_shortcut(3, 2, 2, 1);
    draw_weights(ann, 2.0);
    record(ann, "refused_shortcut", 2, 1.0, 0);

    ann = fann_create_standard(3, 2, 2, 1);
    draw_weights(ann, 2.0);
    fann_set_activation_function(ann, FANN_SIN, 1, 0);
    record(ann, "mixed_in_a_layer", 4, 1.0, 0);
}

/* Sums beyond 150 / steepness, where FANN holds steepness x sum, of activations that are not level there. */
static void held(void)
{
    static const int pairs[][2] = {{10, 11}, {14, 15}, {16, 17}, {3, 5}, {7, 8}, {4, 6}};
    char name[64];
    unsigned int i;
    for (i = 0; i < 6; i++) {
        struct fann *ann = fann_create_standard(3, 2, 2, 1);
        draw_weights(ann, 2.0);
        fann_set_activation_function_hidden(ann, (enum fann_activationfunc_enum)pairs[i][0]);
        fann_set_activation_function_output(ann, (enum fann_activationfunc_enum)pairs[i][1]);
        fann_set_activation_steepness_hidden(ann, i == 5 ? 120.0 : 40.0);
        fann_set_activation_steepness_output(ann, i == 5 ? 110.0 : 60.0);
        sprintf(name, "held_%d_%d", pairs[i][0], pairs[i][1]);
        record(ann, name, 10, 0.1, 0);
    }
}

/* A regression on rows of its own, whose scaling FANN keeps in the file. */
static void scaled(void)
{
    struct fann_train_data *data = fann_create_train(40, 2, 2);
    struct fann *ann = fann_create_standard(3, 2, 4, 2);
    int r;
    for (r = 0; r < 40; r++) {
        double a = drawn(), b = drawn();
        data->input[r][0] = middle[0] + spread[0] * a;
        data->input[r][1] = middle[1] + spread[1] * b;
        data->output[r][0] = 1000.0 + 300.0 * a * b;
        data->output[r][1] = a - b;
    }
    draw_weights(ann, 0.5);
    fann_set_activation_function_hidden(ann, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(ann, FANN_LINEAR);
    fann_set_scaling_params(ann, data, -1, 1, -1, 1);
    fann_scale_train(ann, data);
    fann_set_training_algorithm(ann, FANN_TRAIN_RPROP);
    fann_train_on_data(ann, data, 200, 0, 0);
    fann_destroy_train(data);
    record(ann, "scaled", 8, 0.0, 1);
}
#endif

int main(void)
{
    if (getenv("SEED"))
        state = strtoul(getenv("SEED"), NULL, 10);
#ifdef FLOAT
    struct fann *ann = fann_create_standard(3, 2, 3, 1);
    draw_weights(ann, 2.0);
    fann_set_activation_function_hidden(ann, FANN_SIGMOID_SYMMETRIC);
    fann_set_activation_function_output(ann, FANN_SIGMOID);
    record(ann, "single_precision", 6, 2.0, 0);
#else
    struct fann *ann;
    each_activation();
    others();
    scaled();
    ann = fann_create_standard(3, 2, 2, 1);
    draw_weights(ann, 1.0);
    fann_save_to_fixed(ann, "refused_fixed.net");
    fann_destroy(ann);
    held();
#endif
    return 0;
}
