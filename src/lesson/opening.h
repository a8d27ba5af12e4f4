/* What the parts of opening a lesson share. Private to the lesson. */
#ifndef LESSON_OPENING_H
#define LESSON_OPENING_H

#include "lesson/document.h"

struct cg_opening {
    struct cg_lesson *lesson;
    struct cg_source source;
    struct cg_document document;
    struct cg_error *error;
    const struct cg_value **data; /* the names of the data blocks, in order */
    size_t n_data, data_capacity;
    struct cg_work work; /* what is left for checking */
};

/* data.c. Gives inputs their rows: `data X Ystar`; keeps rows apart: `test X Ystar`. */
bool cg_read_data(struct cg_opening *opening, const struct cg_item *item);
bool cg_read_test(struct cg_opening *opening, const struct cg_item *item);

/* expression.c. Parses a matrix expression over the model and the results named so far.
 *
 * MISFIT: the sizes do not fit, or fit only because two different names happen to stand for the
 * same number (h = y = 2 does not make H * B right). The model is then as it was. The error is
 * filled for MISFIT and BAD. */
enum cg_fit { CG_FITS, CG_MISFIT, CG_BAD };
enum cg_fit cg_read_expr(struct cg_opening *opening, struct cg_slice text,
                         const struct cg_expr **expr, struct cg_error *error);

/* The same for an equation in index notation. */
bool cg_read_indexed(struct cg_opening *opening, struct cg_slice line, const struct cg_expr **left,
                     const struct cg_expr **right);

/* The rough TeX of an expression that may not fit: token by token, without reading it. */
char *cg_sketch_tex(struct cg_opening *opening, struct cg_slice text);

/* claim.c. One equation; a false one is kept, with its check. */
bool cg_read_claim(struct cg_opening *opening, struct cg_slice line, bool meant_false,
                   struct cg_claim *claim);

/* training.c. The `train` block; gradients that are missing are derived into the book. */
bool cg_read_training(struct cg_opening *opening, const struct cg_item *item);

/* question.c. `step` is the line where it is asked, or NULL. */
struct cg_question *cg_read_question(struct cg_opening *opening, const struct cg_item *item,
                                     const struct cg_step *step);

/* timeline.c. Derives, attaches the narration, and fills the lesson's chapters, beats, claims. */
bool cg_build_timeline(struct cg_opening *opening);

/* Is `derivation` the one that `text` names ("dJ/dW", "∂J/∂W", a result's name)? */
bool cg_names_derivation(const struct cg_derivation *derivation, const char *text);

/* proof.c. Verifies each derivation of the book; `places` are the lines of the `derive` blocks that
 * asked for them, by place in book->derivations ({0, 0}: made on the way). */
bool cg_prove(struct cg_opening *opening, const struct cg_derivation *const *derivations,
              const struct cg_place *places, size_t count);

#endif
