#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char network_xor[] =
    "dims n = 4, x = 2, h = 3, y = 1\n"
    "X : n x x = [[0, 0], [0, 1], [1, 0], [1, 1]]; T : n x y = [[0], [1], [1], [0]]\n"
    "W1 : x x h = uniform(-1, 1); B1 : 1 x h = uniform(-1, 1)\n"
    "W2 : h x y = uniform(-1, 1); B2 : 1 x y = uniform(-1, 1); f = sigmoid\n"
    "Z1 = X @ W1 + B1; H = f(Z1); Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)";

const char network_large[] =
    "X : 64 x 784; T : 64 x 10; W1 : 784 x 128; B1 : 1 x 128; W2 : 128 x 10; B2 : 1 x 10\n"
    "H = sigmoid(X @ W1 + B1); Y = sigmoid(H @ W2 + B2); J = 1/2 * sum((Y - T)^2)";

void network_stop(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    exit(1);
}

void network_init(struct network *net, const char *text)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"}, *const rows[] = {"X", "T"};
    struct cg_error error;
    cg_arena_init(&net->arena);
    cg_model_init(&net->model, &net->arena, "bench");
    if (!cg_model_add(&net->model, text, strlen(text), 1, &error))
        network_stop(&error);
    cg_book_init(&net->book, &net->model, &net->arena);
    for (int i = 0; i < 4; i++)
        net->params[i] = cg_model_find(&net->model, params[i]);
    for (int i = 0; i < 2; i++)
        net->rows[i] = cg_model_find(&net->model, rows[i]);
    net->options = (struct cg_train_options){.params = net->params,
                                             .n_params = 4,
                                             .rows = net->rows,
                                             .n_rows = 2,
                                             .loss = cg_model_find(&net->model, "J"),
                                             .rate = 1,
                                             .epochs = 1000,
                                             .seed = 3};
}

void network_finish(struct network *net)
{
    cg_arena_finish(&net->arena);
}

void network_derive(struct network *net)
{
    struct cg_error error;
    for (int i = 0; i < 4; i++)
        if (!cg_derive(&net->book, net->options.loss, net->params[i], NULL, NULL,
                       (struct cg_place){0}, &error))
            network_stop(&error);
}

void *network_numbers(size_t count, enum cg_precision precision)
{
    void *to = aligned_alloc(128, (count * sizeof(double) + 127) / 128 * 128);
    for (size_t i = 0; i < count; i++) {
        double number = (double)(i * 2654435761u % 1000) / 5000 - 0.1;
        if (precision == CG_F32)
            ((float *)to)[i] = (float)number;
        else
            ((double *)to)[i] = number;
    }
    return to;
}
