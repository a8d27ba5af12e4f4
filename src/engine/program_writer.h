/* What writes a program: names, numbers and operations (program_op.c), and what stands around them
 * (program.c). Private to these. */
#ifndef ENGINE_PROGRAM_WRITER_H
#define ENGINE_PROGRAM_WRITER_H

#include "engine/program.h"
#include "engine/trainer.h"

struct program {
    struct cg_strbuf *out, *numbers;
    const struct cg_trainer *trainer;
    const struct cg_train_options *options;
    struct cg_arena arena;
    const struct plan *plan; /* whose function is written */
    bool batches;            /* its rows come by their numbers in the data */
    bool reads;              /* the program reads a file */
    bool one_row, one_col;   /* the map at hand has no loop over these */
    size_t n_sums;           /* of maps, in this function, before the one at hand */
};

/* What a buffer is called: parameters and the optimiser's memory as in the plan of an update, which
 * all plans share; the others by their own plan's names. */
const char *program_buffer_name(struct program *p, size_t buffer);

/* An array with its first numbers, in the text where they are few, else from the file. */
void program_put_array(struct program *p, const char *name, size_t count, const double *numbers,
                       bool written);

void program_put_for(struct program *p, int indent, const char *index, size_t size,
                     const char *behind);

void program_put_op(struct program *p, const struct plan_op *op);

#endif
