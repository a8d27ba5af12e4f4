/* How far the lines of derivations were checked, and what was left out. Private to the app. */
#ifndef APP_EXTENT_H
#define APP_EXTENT_H

#include <chalkgrad/strbuf.h>
#include <chalkgrad/verify.h>

struct extent {
    size_t lines;
    size_t too_long, not_finite; /* not compared at the model's own numbers, and why */
    size_t own_only;             /* at no random numbers */
    size_t sampled;              /* compared there at some of their cells */
    double worst;                /* the largest error */
};

void extent_add(struct extent *extent, const struct cg_check *check);
/* The steps, and their children. */
void extent_add_steps(struct extent *extent, const struct cg_check *checks,
                      const struct cg_step *const *steps, size_t count);

/* What a reader must know of the numbers behind the checks, a line each behind `before`; nothing
 * where every cell was compared at the model's own numbers and in its own sizes. */
void extent_put(struct cg_strbuf *out, const char *before, const struct extent *extent,
                const struct cg_env *env);

#endif
