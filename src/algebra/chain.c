/* The chain rule: a sum over every entry of every value between. */
#include "algebra/chain.h"

#include "algebra/monomial.h"
#include "algebra/rules.h"

#include <chalkgrad/strbuf.h>

struct entry_letters entry_fresh(struct trace *trace, const struct cg_value *value,
                                 enum index_role role)
{
    struct cg_index row = index_fresh(&trace->work, value->shape.rows, role);
    return (struct entry_letters){row, index_fresh(&trace->work, value->shape.cols, role)};
}

const struct cg_expr *entry_of(struct trace *trace, const struct cg_value *value,
                               struct entry_letters at)
{
    struct cg_arena *arena = trace->work.arena;
    return cg_entry(arena, cg_name(arena, value), at.row, at.col);
}

static const struct cg_expr *sum_over_entry(struct trace *trace, struct entry_letters at,
                                            const struct cg_expr *body)
{
    if (at.col.letter)
        body = cg_sum_over(trace->work.arena, at.col, body);
    return at.row.letter ? cg_sum_over(trace->work.arena, at.row, body) : body;
}

/* One summand of a chain rule: S d of / d user * d user / d wrt. */
struct link {
    const struct cg_value *user;
    struct entry_letters at;
    const struct cg_expr *outer, *inner; /* the two derivatives */
    const struct cg_derivation *local;   /* of the inner one */
    bool derived_here;                   /* the outer one is a child of this chain step */
};

struct links {
    struct link *items;
    size_t count, capacity;
    const struct cg_expr *direct; /* d (body of `of`) / d wrt, or NULL */
};

/* The definitions between wrt and `of` that use wrt. */
static struct links find_links(struct request *request, struct trace *trace)
{
    const struct cg_model *model = request->book->model;
    const struct cg_derivation *own = trace->derivation;
    struct links links = {0};
    for (size_t i = own->wrt->id + 1; i < model->n_values; i++) {
        const struct cg_value *user = model->values[i];
        if (!request->needed[i] || !user->body || user == request->of ||
            !cg_mentions(user->body, own->wrt))
            continue;
        struct link link = {.user = user};
        links.items = cg_grow(trace->work.arena, links.items, links.count, &links.capacity,
                              sizeof *links.items);
        links.items[links.count++] = link;
    }
    return links;
}

/* The terms of a sum in which wrt stands itself. */
static const struct cg_expr *own_terms(struct trace *trace, const struct cg_expr *body)
{
    if (body->op != CG_ADD)
        return body;
    struct exprs terms = {0};
    for (size_t i = 0; i < body->n_args; i++)
        if (cg_mentions(body->args[i], trace->derivation->wrt))
            exprs_add(trace->work.arena, &terms, own_terms(trace, body->args[i]));
    return cg_nary(trace->work.arena, CG_ADD, terms.count, terms.items, body->shape);
}

static struct cg_step *chain_line(struct request *request, struct trace *trace, struct links *links)
{
    struct cg_arena *arena = trace->work.arena;
    const struct cg_derivation *own = trace->derivation;
    trace_begin(trace);
    struct exprs terms = {0};
    for (size_t i = 0; i < links->count; i++) {
        struct link *link = &links->items[i];
        link->at = entry_fresh(trace, link->user, INDEX_SUMMED);
        link->outer = cg_partial(arena, entry_of(trace, request->of, request->of_at), link->user,
                                 link->at.row, link->at.col, true);
        link->inner = cg_partial(arena, entry_of(trace, link->user, link->at), own->wrt, own->row,
                                 own->col, false);
        exprs_add(
            arena, &terms,
            sum_over_entry(trace, link->at, scalar_times(&trace->work, link->outer, link->inner)));
    }
    if (cg_mentions(request->of->body, own->wrt)) {
        const struct cg_expr *body = own_terms(trace, request->of->body);
        links->direct = cg_partial(
            arena, entry_push(&trace->work, body, request->of_at.row, request->of_at.col), own->wrt,
            own->row, own->col, false);
        exprs_add(arena, &terms, links->direct);
    }
    struct cg_step *line = trace_line(trace, CG_RULE_CHAIN, trace->lhs,
                                      scalar_sum(&trace->work, terms.count, terms.items));
    if (links->direct)
        line->note = cg_format(arena, "and where %s itself uses %s, the other names held fixed",
                               request->of->name, own->wrt->name);
    return line;
}

static void add_children(struct request *request, struct steps *children,
                         const struct cg_derivation *derivation)
{
    for (size_t i = 0; i < derivation->n_steps; i++)
        steps_add(request->book->arena, children, (struct cg_step *)derivation->steps[i]);
}

/* Gradients of the values between, from `of` downwards, each from the one above it. */
static bool derive_between(struct request *request, struct links *links,
                           const struct cg_step *parent, struct steps *children)
{
    const struct cg_model *model = request->book->model;
    const struct cg_value *wrt = parent->derivation->wrt;
    for (size_t i = model->n_values; i-- > wrt->id + 1;) {
        const struct cg_value *value = model->values[i];
        if (!request->needed[i] || !request->reached[i] || value == request->of ||
            request_find(request, value))
            continue;
        struct entry_letters at = {0};
        for (size_t u = 0; u < links->count; u++)
            if (links->items[u].user == value) {
                at = links->items[u].at;
                links->items[u].derived_here = true;
            }
        const struct cg_derivation *derivation =
            gradient_derive(request, value, at, parent, NULL, NULL);
        if (!derivation)
            return false;
        add_children(request, children, derivation);
    }
    return true;
}

static bool has_sum(const struct cg_expr *expr)
{
    if (expr->op == CG_SUM || expr->op == CG_MEAN || expr->op == CG_TRACE || expr->op == CG_DOT ||
        expr->op == CG_NORM2)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_sum(expr->args[i]))
            return true;
    return false;
}

static bool is_quotient(const struct cg_expr *matrix)
{
    while (matrix->op == CG_NEG)
        matrix = matrix->args[0];
    return matrix->op == CG_DIV && !has_sum(matrix);
}

bool is_sum_of_quotients(const struct cg_expr *matrix)
{
    while (matrix->op == CG_NEG || (matrix->op == CG_MUL && matrix->n_args == 2 &&
                                    is_constant(matrix->args[0]))) /* -1/n (a/b - c/d) */
        matrix = matrix->args[matrix->n_args - 1];
    for (size_t i = 0; i < matrix->n_args; i++)
        if (!is_quotient(matrix->args[i]))
            return false;
    return matrix->op == CG_ADD;
}

/* Is an entry of the matrix better led inwards: a quotient, whose denominator may cancel, or a
 * number that no sum makes? */
static bool opens_well(const struct cg_expr *matrix, bool number)
{
    return is_quotient(matrix) || is_sum_of_quotients(matrix) || (number && !has_sum(matrix));
}

/* Is an entry of the gradient written out when it is put in? */
static bool is_opened(const struct cg_derivation *gradient, struct entry_letters at)
{
    return !gradient->name && gradient->matrix_form &&
           opens_well(gradient->matrix_form, !at.row.letter && !at.col.letter);
}

/* [1 - Y]_i = 1 - Y_i, so that it meets its like in what was opened. */
static const struct cg_expr *opened(struct work *work, const struct cg_expr *expr)
{
    if (expr->op == CG_ENTRY)
        return expr->args[0]->op == CG_ADD && !has_sum(expr->args[0])
                   ? cg_from(work->arena,
                             entry_push(work, expr->args[0], expr->u.at.row, expr->u.at.col), expr)
                   : expr;
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = opened(work, expr->args[i]);
    return cg_with_args(work->arena, expr, args);
}

/* The entry [at] of a gradient in the book: of its name, of its matrix form, or its index form. */
static const struct cg_expr *
gradient_entry(struct trace *trace, const struct cg_derivation *gradient, struct entry_letters at)
{
    struct work *work = &trace->work;
    if (gradient->name)
        return entry_of(trace, gradient->name, at);
    if (gradient->matrix_form)
        return is_opened(gradient, at)
                   ? entry_push(work, gradient->matrix_form, at.row, at.col)
                   : cg_entry(work->arena, gradient->matrix_form, at.row, at.col);
    index_take_one(work, gradient->row);
    index_take_one(work, gradient->col);
    bool same = gradient->row.letter == at.row.letter && gradient->col.letter == at.col.letter;
    const struct cg_expr *form = index_rename_bound(work, gradient->index_form);
    if (same)
        return form;
    struct entry_letters through = entry_fresh(trace, gradient->wrt, INDEX_SUMMED);
    struct cg_index from[] = {gradient->row, gradient->col, through.row, through.col};
    struct cg_index to[] = {through.row, through.col, at.row, at.col};
    for (size_t i = 0; i < 4; i++)
        if (from[i].letter)
            form = index_substitute(work, form, from[i], to[i]);
    return form;
}

static void note_reused(struct request *request, struct cg_step *line, const struct links *links)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    for (size_t i = 0; i < links->count; i++)
        if (!links->items[i].derived_here)
            cg_putf(&text, "%s∂%s/∂%s", text.length ? ", " : "", request->of->name,
                    links->items[i].user->name);
    if (text.length && line) {
        cg_put(&text, " from above");
        line->note = cg_strdup(request->book->arena, text.text);
    }
    cg_strbuf_finish(&text);
}

/* A factor that stands where a derivative stood. */
static void put_factor(struct trace *trace, const struct cg_expr *partial,
                       const struct cg_expr *factor, struct exprs *out)
{
    struct work *work = &trace->work;
    size_t count = factor->op == CG_MUL ? factor->n_args : 1;
    const struct cg_expr *const *factors = factor->op == CG_MUL ? factor->args : &factor;
    exprs_add(work->arena, &work->touched, partial);
    for (size_t i = 0; i < count; i++) {
        const struct cg_expr *placed = cg_from(work->arena, factors[i], partial);
        exprs_add(work->arena, &work->made, placed);
        exprs_add(work->arena, out, placed);
    }
}

/* The chain's line with both derivatives of each link written out. */
static const struct cg_expr *substituted(struct request *request, struct trace *trace,
                                         const struct links *links, const struct cg_expr *expr)
{
    struct work *work = &trace->work;
    for (size_t i = 0; i < links->count; i++) {
        const struct link *link = &links->items[i];
        if (expr->op != CG_MUL || expr->args[0] != link->outer || expr->args[1] != link->inner)
            continue;
        struct exprs factors = {0};
        const struct cg_derivation *gradient = request_find(request, link->user);
        put_factor(trace, link->outer, gradient_entry(trace, gradient, link->at), &factors);
        const struct cg_expr *local = index_rename_bound(work, link->local->index_form);
        put_factor(trace, link->inner, is_opened(gradient, link->at) ? opened(work, local) : local,
                   &factors);
        return cg_from(work->arena, scalar_product(work, factors.count, factors.items), expr);
    }
    if (expr->op != CG_ADD && expr->op != CG_SUM_OVER)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = substituted(request, trace, links, expr->args[i]);
    return cg_with_args(work->arena, expr, args);
}

/* Puts both derivatives of each link in their places. */
static bool substitute_line(struct request *request, struct trace *trace, const struct links *links)
{
    struct work *work = &trace->work;
    trace_begin(trace);
    if (!trace_atom(trace, CG_RULE_SUBSTITUTE, substituted(request, trace, links, trace->rhs)))
        return false;
    trace_begin(trace);
    trace_atom(trace, CG_RULE_SIMPLIFY, simplify(work, trace->rhs, SIMPLIFY_PLAIN));
    struct cg_step *line = trace_close(trace);
    note_reused(request, line, links);
    return !work->failure;
}

bool lines_chain(struct request *request, struct trace *trace, bool *used)
{
    struct links links = find_links(request, trace);
    *used = links.count > 0;
    if (!*used)
        return true;
    struct cg_step *line = chain_line(request, trace, &links);
    struct steps children = {0};
    const struct cg_derivation *own = trace->derivation;
    if (!trace->parent && !derive_between(request, &links, line, &children))
        return false;
    for (size_t i = 0; i < links.count; i++) {
        struct link *link = &links.items[i];
        link->local = local_derive(request, link->user, link->at, own->wrt,
                                   (struct entry_letters){own->row, own->col}, line);
        if (!link->local)
            return false;
        add_children(request, &children, link->local);
    }
    trace_children(trace, line, &children);
    return substitute_line(request, trace, &links);
}
