#include "algebra/local.h"

#include "algebra/matrix_form.h"
#include "algebra/rules.h"

void lines_definition(struct trace *trace, const struct cg_expr *partial)
{
    trace_begin(trace);
    const struct cg_expr *entry = partial->args[0];
    const struct cg_value *value = entry->args[0]->u.value;
    const struct cg_expr *body =
        entry_push(&trace->work, value->body, entry->u.at.row, entry->u.at.col);
    if (body->op == CG_APPLY && value != trace->work.whole) {
        trace->work.own = entry;
        trace->work.apply = body;
    }
    body = rewrite_record(&trace->work, entry, body);
    const struct cg_expr *rhs = cg_partial(trace->work.arena, body, partial->u.partial.wrt,
                                           partial->u.partial.row, partial->u.partial.col, false);
    trace_line(trace, CG_RULE_DEFINITION, trace->lhs, cg_from(trace->work.arena, rhs, partial));
}

static bool has_direct_partial(const struct cg_expr *expr)
{
    if (expr->op == CG_PARTIAL && !expr->u.partial.total)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_direct_partial(expr->args[i]))
            return true;
    return false;
}

static bool simplify_atom(struct trace *trace, enum simplify_flags flags)
{
    trace_begin(trace);
    return trace_atom(trace, CG_RULE_SIMPLIFY, simplify(&trace->work, trace->rhs, flags));
}

/* One rule, the first that applies, everywhere it does. */
static bool apply_one(struct trace *trace)
{
    for (int rule = 0; rule < CG_RULE_COUNT; rule++)
        if (cg_rule_info((enum cg_rule)rule)->use == CG_USE_DERIVATIVE &&
            trace_apply(trace, (enum cg_rule)rule))
            return true;
    return false;
}

bool lines_differentiate(struct trace *trace)
{
    if (!has_direct_partial(trace->rhs))
        return true;
    for (;;) {
        while (!trace->work.failure && apply_one(trace))
            ;
        simplify_atom(trace, SIMPLIFY_PLAIN);
        trace_close(trace);
        if (trace->work.failure)
            return false;
        if (!trace_apply(trace, CG_RULE_WRITE_OUT))
            break;
        trace_close(trace);
    }
    if (has_direct_partial(trace->rhs) && !trace->work.failure)
        trace->work.failure = "no rule is known for one of its parts";
    return !trace->work.failure;
}

/* Factors without an index, then those with the row's index, then the rest, sums last. */
static int factor_class(struct trace *trace, const struct cg_expr *factor)
{
    struct cg_index free[1];
    if (factor->op == CG_NUMBER)
        return 0;
    if (cg_free_indices(factor, free, 1) == 0)
        return 1;
    struct cg_index first =
        trace->derivation->row.letter ? trace->derivation->row : trace->derivation->col;
    return cg_has_free_index(factor, first.letter) ? 2 : 3;
}

static const struct cg_expr *sorted_factors(struct trace *trace, const struct cg_expr *node)
{
    struct work *work = &trace->work;
    if (node->op == CG_MUL) {
        struct exprs factors = {0};
        for (int kind = 0; kind <= 4; kind++)
            for (size_t i = 0; i < node->n_args; i++)
                if (factor_class(trace, node->args[i]) == kind)
                    exprs_add(work->arena, &factors, node->args[i]);
        const struct cg_expr *sorted = cg_with_args(work->arena, node, factors.items);
        return sorted == node ? node : rewrite_record(work, node, sorted);
    }
    if (node->op != CG_ADD && node->op != CG_NEG && node->op != CG_SUM_OVER && node->op != CG_DIV)
        return node;
    const struct cg_expr **args = cg_alloc_array(work->arena, node->n_args, sizeof *args);
    for (size_t i = 0; i < node->n_args; i++)
        args[i] = sorted_factors(trace, node->args[i]);
    return cg_with_args(work->arena, node, args);
}

/* Quotients by something else than a number. */
static size_t count_quotients(const struct cg_expr *expr)
{
    size_t count = expr->op == CG_DIV && expr->args[1]->op != CG_NUMBER;
    for (size_t i = 0; i < expr->n_args; i++)
        count += count_quotients(expr->args[i]);
    return count;
}

/* What SIMPLIFY_FULL does, by the rule that it does it by: zeros and units are dropped, factors
 * leave sums, and where a quotient cancels that is a line of its own. */
static void simplify_fully(struct trace *trace)
{
    const struct cg_expr *plain = simplify(&trace->work, trace->rhs, SIMPLIFY_PLAIN);
    trace_begin(trace);
    const struct cg_expr *rhs = simplify(&trace->work, trace->rhs, SIMPLIFY_FULL);
    bool cancels = count_quotients(rhs) < count_quotients(trace->rhs);
    if (cancels)
        trace_close(trace);
    trace_atom(trace,
               cancels                     ? CG_RULE_CANCEL
               : cg_expr_equal(rhs, plain) ? CG_RULE_SIMPLIFY
                                           : CG_RULE_REORDER,
               rhs);
}

bool lines_collapse(struct trace *trace, bool sorted)
{
    for (;;) {
        if (trace_apply(trace, CG_RULE_COLLAPSE))
            continue;
        if (trace->work.failure)
            return false;
        trace_begin(trace);
        const struct cg_expr *rhs = rewrite_all(&trace->work, trace->rhs, rule_reorder);
        if (rhs == trace->rhs)
            break;
        trace_close(trace);
        if (!trace_atom(trace, CG_RULE_REORDER, rhs))
            return false;
        simplify_atom(trace, SIMPLIFY_FULL);
        trace_close(trace);
    }
    bool collapsed = trace->group.count > 0;
    simplify_fully(trace);
    if (sorted && collapsed) {
        trace_begin(trace);
        trace_atom(trace, CG_RULE_REORDER, sorted_factors(trace, trace->rhs));
    }
    trace_begin(trace);
    trace_atom(trace, CG_RULE_REORDER, gather_common_factors(&trace->work, trace->rhs));
    return !trace->work.failure;
}

/* How many entries are in it, those of compound matrices and those under a sum twice: one entry of
 * a name under functions and powers, as in f'(Z_i), reads best as it is. */
static size_t count_entries(const struct cg_expr *expr)
{
    if (expr->op == CG_ENTRY)
        return expr->args[0]->op == CG_NAME ? 1 : 2;
    size_t count = expr->op == CG_SUM_OVER;
    for (size_t i = 0; i < expr->n_args; i++)
        count += count_entries(expr->args[i]);
    return count;
}

static const struct cg_expr *recognize(struct work *work, const struct cg_expr *node)
{
    return count_entries(node) > 1 ? rule_recognize(work, node) : NULL;
}

bool lines_recognize(struct trace *trace)
{
    trace_begin(trace);
    const struct cg_expr *rhs = rewrite_all(&trace->work, trace->rhs, recognize);
    if (rhs->op == CG_ENTRY) /* the whole line: a step of its own */
        trace_close(trace);
    trace_atom(trace, CG_RULE_MATRIX_FORM, rhs);
    trace_close(trace);
    return !trace->work.failure;
}
