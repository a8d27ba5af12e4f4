/* The trace of one derivation as it grows: lines, and the single rules that they bundle. Private to
 * the algebra.
 *
 * Rules are applied one at a time (atoms). Atoms since the last visible line wait in a group;
 * trace_close makes one visible line of them, with the atoms as its children where there are
 * several.
 */
#ifndef ALGEBRA_TRACE_H
#define ALGEBRA_TRACE_H

#include "algebra/rewrite.h"

struct steps {
    struct cg_step **items;
    size_t count, capacity;
};

void steps_add(struct cg_arena *arena, struct steps *steps, struct cg_step *step);

struct trace {
    struct cg_book *book;
    struct work work;
    struct cg_derivation *derivation;
    const struct cg_step *parent; /* of its visible lines */
    const struct cg_expr *lhs;
    const struct cg_expr *rhs; /* as it stands, after the last atom */
    struct steps lines;
    struct steps group;
};

/* `of` and `wrt` of the derivation are set by the caller. */
void trace_init(struct trace *trace, struct cg_book *book, const struct cg_value *of,
                const struct cg_value *wrt, const struct cg_step *parent);

/* Forgets the accounts of the rule before and takes the letters of the line: call it before rules
 * are applied to trace->rhs. */
void trace_begin(struct trace *trace);

/* An atom, with the accounts since trace_begin; nothing where rhs is what it was. True if it was
 * one. */
bool trace_atom(struct trace *trace, enum cg_rule rule, const struct cg_expr *rhs);

/* Applies a rule of the table everywhere; true if it applied anywhere. */
bool trace_apply(struct trace *trace, enum cg_rule rule);

/* Ends the group; its line, or NULL where there was no atom. */
struct cg_step *trace_close(struct trace *trace);

/* A line of its own, with the accounts since trace_begin (without any: the whole line). Closes the
 * group first. */
struct cg_step *trace_line(struct trace *trace, enum cg_rule rule, const struct cg_expr *lhs,
                           const struct cg_expr *rhs);

/* Derivations that belong to a line. */
void trace_children(struct trace *trace, struct cg_step *line, const struct steps *children);

/* Hands the lines to the derivation. */
void trace_finish(struct trace *trace);

#endif
