/* Promise 1: no line is shown that was not checked with numbers. */
#include "lesson/opening.h"

#include <chalkgrad/print.h>

enum { TRIALS = 2 };

/* The first line that does not hold, in the order of the steps; NULL where all do. */
static const struct cg_step *find_false(const struct cg_check *checks,
                                        const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cg_step *step = steps[i];
        const struct cg_step *inner = find_false(checks, step->children, step->n_children);
        if (inner)
            return inner;
        if (!checks[step->id].holds)
            return step;
    }
    return NULL;
}

static bool refuse(struct cg_opening *o, const struct cg_derivation *derivation,
                   const struct cg_step *step, struct cg_place place)
{
    const struct cg_check *check = &o->lesson->checks[step->id];
    struct cg_strbuf line;
    cg_strbuf_init(&line);
    cg_print_line(&line, &o->lesson->model, step->lhs, step->rhs);
    cg_source_fail(&o->source, o->error, place, 1,
                   "the derivation of d%s/d%s does not hold: by the rule '%s' the line %s came out "
                   "as %.6g instead of %.6g in row %zu, column %zu",
                   derivation->of->name, derivation->wrt->name, cg_rule_info(step->rule)->key,
                   line.text, check->got, check->expected, check->row + 1, check->col + 1);
    cg_strbuf_finish(&line);
    return false;
}

bool cg_prove(struct cg_opening *o, const struct cg_derivation *const *derivations,
              const struct cg_place *places, size_t count)
{
    struct cg_lesson *lesson = o->lesson;
    const struct cg_book *book = &lesson->book;
    double work = CG_WORK;
    lesson->checks = cg_alloc_array(&lesson->arena, book->n_steps, sizeof *lesson->checks);
    for (size_t i = 0; i < count; i++) {
        const struct cg_derivation *d = derivations[i];
        if (d->n_steps == 0 || lesson->checks[d->steps[0]->id].checked)
            continue; /* as part of another */
        cg_verify_within(book, d, &lesson->env, TRIALS, &work, lesson->checks);
        const struct cg_step *step = find_false(lesson->checks, d->steps, d->n_steps);
        if (step)
            return refuse(o, d, step, places[i]);
    }
    return true;
}
