/* Promise 1: no line is shown that was not checked with numbers. */
#include "lesson/opening.h"

enum { TRIALS = 2 };

bool cg_prove(struct cg_opening *o, const struct cg_derivation *const *derivations,
              const struct cg_place *places, size_t count)
{
    struct cg_lesson *lesson = o->lesson;
    const struct cg_book *book = &lesson->book;
    lesson->checks = cg_alloc_array(&lesson->arena, book->n_steps, sizeof *lesson->checks);
    for (size_t i = 0; i < count; i++) {
        const struct cg_derivation *d = derivations[i];
        if (d->n_steps == 0 || lesson->checks[d->steps[0]->id].checked)
            continue; /* as part of another */
        cg_verify_within(book, d, &lesson->env, TRIALS, &o->work, lesson->checks);
        if (!cg_verified(d, lesson->checks, places[i], o->error))
            return false;
    }
    return true;
}
