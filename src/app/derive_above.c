/* Which derivations a derivation takes for granted: those whose results its chain rules use, but
 * that were derived before it. */
#include "app/derive.h"

struct search {
    const struct cg_book *book;
    struct cg_arena *arena;
    bool *seen; /* by the id of its first step: in the result already, or inside another */
    const struct cg_derivation **above;
    size_t n_above, above_capacity;
};

const struct cg_derivation *derive_named_by(const struct cg_book *book,
                                            const struct cg_expr *partial)
{
    const struct cg_expr *of = partial->args[0];
    if (of->op == CG_ENTRY)
        of = of->args[0];
    return partial->u.partial.total && of->op == CG_NAME
               ? cg_book_find(book, of->u.value, partial->u.partial.wrt)
               : NULL;
}

static bool is_seen(const struct search *search, const struct cg_derivation *derivation)
{
    return search->seen[derivation->steps[0]->id];
}

static void see(struct search *search, const struct cg_derivation *derivation)
{
    search->seen[derivation->steps[0]->id] = true;
}

static void see_steps(struct search *search, const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        see(search, steps[i]->derivation);
        see_steps(search, steps[i]->children, steps[i]->n_children);
    }
}

static void visit(struct search *search, const struct cg_derivation *derivation);

static void visit_expr(struct search *search, const struct cg_expr *expr)
{
    if (expr->op == CG_PARTIAL) {
        const struct cg_derivation *other = derive_named_by(search->book, expr);
        if (other && !is_seen(search, other)) {
            visit(search, other);
            search->above = cg_grow(search->arena, search->above, search->n_above,
                                    &search->above_capacity, sizeof *search->above);
            search->above[search->n_above++] = other;
        }
    }
    for (size_t i = 0; i < expr->n_args; i++)
        visit_expr(search, expr->args[i]);
}

static void visit_steps(struct search *search, const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i]->rule == CG_RULE_CHAIN)
            visit_expr(search, steps[i]->rhs);
        visit_steps(search, steps[i]->children, steps[i]->n_children);
    }
}

static void visit(struct search *search, const struct cg_derivation *derivation)
{
    see(search, derivation);
    see_steps(search, derivation->steps, derivation->n_steps);
    visit_steps(search, derivation->steps, derivation->n_steps);
}

void derive_collect_above(struct derive_result *result, struct cg_arena *arena)
{
    struct search search = {.book = result->book, .arena = arena};
    search.seen = cg_alloc_array(arena, result->book->n_steps, sizeof *search.seen);
    visit(&search, result->derivation);
    result->above = search.above;
    result->n_above = search.n_above;
}
