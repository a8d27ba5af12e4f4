/* Which line of a derivation a bold name means. Private to the lesson. */
#ifndef LESSON_NARRATION_H
#define LESSON_NARRATION_H

#include "lesson/opening.h"

/* The lines of one `derive` block as a run of steps, and the reader's place in it: a rule's name
 * means its next line. */
struct cg_lines {
    const struct cg_step **steps;
    size_t count, capacity;
    size_t cursor;     /* the line that was named last */
    bool named;        /* there is one */
    enum cg_rule rule; /* by this rule; CG_RULE_COUNT: named by its number */
};

/* The steps of a derivation in the order in which they are shown: sub-derivations stand behind the
 * step that needs them; single rules that a step bundles are not shown. */
void cg_lines_add(struct cg_lines *lines, struct cg_arena *arena,
                  const struct cg_derivation *derivation);

/* The line that `name` means: "collapse", "chain rule of dY/dW", "dJ/dB", "line 3 of δ". Moves the
 * cursor to it. False with an error where there is none, at `place`. */
bool cg_lines_find(struct cg_lines *lines, struct cg_opening *opening, const char *name,
                   struct cg_place place, size_t *line);

#endif
