/* Maths in prose gets the colours of the board: raw TeX in which names of values, functions and
 * index letters become objects.
 */
#ifndef VIEW_INKED_H
#define VIEW_INKED_H

#include "view/frame.h"

/* The letters that the lesson's derivations use as indices: known[letter]. */
struct cg_letters {
    bool known[128];
};
struct cg_letters cg_lesson_letters(const struct cg_lesson *lesson);

/* TeX with \obj{N}{...} around what is known, recorded in `objects`; the model (may be NULL), the
 * book (may be NULL) and letters say what that is. Everything else is copied as it stands. In
 * `arena`. */
const char *cg_ink_tex(struct cg_arena *arena, const struct cg_model *model,
                       const struct cg_book *book, const struct cg_letters *letters,
                       const char *tex, struct cg_objects *objects);

#endif
