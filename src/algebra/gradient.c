#include "algebra/gradient.h"

#include "algebra/local.h"
#include "algebra/matrix_form.h"
#include "algebra/rules.h"

#include <chalkgrad/strbuf.h>

#include <stdlib.h>

/* An intermediate gradient with more names than this in it gets a name of its own, so that lines
 * stay short and a deeper layer costs no more than the one above. */
enum { SMALL_GRADIENT = 2 };

static bool mentions_any(const struct cg_expr *expr, const bool *flags, size_t count)
{
    if (expr->op == CG_NAME)
        return expr->u.value->id < count && flags[expr->u.value->id];
    for (size_t i = 0; i < expr->n_args; i++)
        if (mentions_any(expr->args[i], flags, count))
            return true;
    return false;
}

static void mark_names(const struct cg_expr *expr, bool *flags, size_t count)
{
    if (expr->op == CG_NAME && expr->u.value->id < count)
        flags[expr->u.value->id] = true;
    for (size_t i = 0; i < expr->n_args; i++)
        mark_names(expr->args[i], flags, count);
}

struct request request_make(struct cg_book *book, const struct cg_value *of,
                            const struct cg_value *wrt)
{
    struct cg_value *const *values = book->model->values;
    size_t count = book->model->n_values;
    struct request request = {.book = book, .of = of};
    request.needed = cg_alloc_array(book->arena, count, sizeof *request.needed);
    request.reached = cg_alloc_array(book->arena, count, sizeof *request.reached);
    request.needed[of->id] = true;
    for (size_t i = count; i-- > 0;)
        if (request.needed[i] && values[i]->body)
            mark_names(values[i]->body, request.needed, count);
    request.reached[wrt->id] = true;
    for (size_t i = 0; i < count; i++)
        if (values[i]->body && mentions_any(values[i]->body, request.reached, count))
            request.reached[i] = true;
    return request;
}

static struct entry_letters fresh_entry(struct trace *trace, const struct cg_value *value,
                                        enum index_role role)
{
    struct cg_index row = index_fresh(&trace->work, value->shape.rows, role);
    return (struct entry_letters){row, index_fresh(&trace->work, value->shape.cols, role)};
}

static const struct cg_expr *name_entry(struct trace *trace, const struct cg_value *value,
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
        link->at = fresh_entry(trace, link->user, INDEX_SUMMED);
        link->outer = cg_partial(arena, name_entry(trace, request->of, (struct entry_letters){0}),
                                 link->user, link->at.row, link->at.col, true);
        link->inner = cg_partial(arena, name_entry(trace, link->user, link->at), own->wrt, own->row,
                                 own->col, false);
        exprs_add(
            arena, &terms,
            sum_over_entry(trace, link->at, scalar_times(&trace->work, link->outer, link->inner)));
    }
    if (cg_mentions(request->of->body, own->wrt)) {
        const struct cg_expr *body = own_terms(trace, request->of->body);
        links->direct = cg_partial(arena, entry_push(&trace->work, body, no_index, no_index),
                                   own->wrt, own->row, own->col, false);
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
            cg_book_find(request->book, request->of, value))
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

/* Is an entry of the matrix better led inwards: a quotient, whose denominator may cancel, or a
 * number that no sum makes? */
static bool opens_well(const struct cg_expr *matrix, bool number)
{
    while (matrix->op == CG_NEG)
        matrix = matrix->args[0];
    return (matrix->op == CG_DIV || number) && !has_sum(matrix);
}

/* The entry [at] of a gradient in the book: of its name, of its matrix form, or its index form. */
static const struct cg_expr *
gradient_entry(struct trace *trace, const struct cg_derivation *gradient, struct entry_letters at)
{
    struct work *work = &trace->work;
    if (gradient->name)
        return name_entry(trace, gradient->name, at);
    if (gradient->matrix_form)
        return opens_well(gradient->matrix_form, !at.row.letter && !at.col.letter)
                   ? entry_push(work, gradient->matrix_form, at.row, at.col)
                   : cg_entry(work->arena, gradient->matrix_form, at.row, at.col);
    index_take_one(work, gradient->row);
    index_take_one(work, gradient->col);
    bool same = gradient->row.letter == at.row.letter && gradient->col.letter == at.col.letter;
    const struct cg_expr *form = index_rename_bound(work, gradient->index_form);
    if (same)
        return form;
    struct entry_letters through = fresh_entry(trace, gradient->wrt, INDEX_SUMMED);
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
        put_factor(
            trace, link->outer,
            gradient_entry(trace, cg_book_find(request->book, request->of, link->user), link->at),
            &factors);
        put_factor(trace, link->inner, index_rename_bound(work, link->local->index_form), &factors);
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

static bool chain(struct request *request, struct trace *trace, struct links *links)
{
    struct cg_step *line = chain_line(request, trace, links);
    struct steps children = {0};
    const struct cg_derivation *own = trace->derivation;
    if (!trace->parent && !derive_between(request, links, line, &children))
        return false;
    for (size_t i = 0; i < links->count; i++) {
        struct link *link = &links->items[i];
        link->local = local_derive(request, link->user, link->at, own->wrt,
                                   (struct entry_letters){own->row, own->col}, line);
        if (!link->local)
            return false;
        add_children(request, &children, link->local);
    }
    trace_children(trace, line, &children);
    return substitute_line(request, trace, links);
}

static const struct cg_expr *named(struct trace *trace, const struct cg_expr *expr)
{
    const struct cg_book *book = trace->book;
    for (size_t i = 0; expr->n_args && i < book->n_results; i++)
        if (cg_expr_equal(expr, book->results[i]->body))
            return rewrite_record(&trace->work, expr, cg_name(trace->work.arena, book->results[i]));
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(trace->work.arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = named(trace, expr->args[i]);
    return cg_with_args(trace->work.arena, expr, args);
}

static bool is_entry_at(const struct cg_expr *expr, const struct cg_derivation *derivation)
{
    return expr->op == CG_ENTRY && expr->u.at.row.letter == derivation->row.letter &&
           expr->u.at.col.letter == derivation->col.letter;
}

/* Is there an index in it, free or summed? Without one it is its own matrix form. */
static bool has_index(const struct cg_expr *expr)
{
    if (expr->op == CG_SUM_OVER || expr->op == CG_KRON)
        return true;
    if (expr->op == CG_ENTRY)
        return expr->u.at.row.letter || expr->u.at.col.letter;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_index(expr->args[i]))
            return true;
    return false;
}

/* From the last line in indices to the matrix, and to its names. */
static void matrix_lines(struct trace *trace, const char *as, const char *as_tex)
{
    struct cg_derivation *own = trace->derivation;
    trace_begin(trace);
    own->index_form = trace->rhs;
    const struct cg_expr *matrix =
        matrix_form(&trace->work, trace->rhs, own->row, own->col, &own->no_matrix_form);
    if (!matrix)
        return;
    own->matrix_form = matrix;
    bool number = !own->row.letter && !own->col.letter;
    if (!is_entry_at(trace->rhs, own) && !(number && !has_index(trace->rhs)))
        trace_line(trace, CG_RULE_MATRIX_FORM, trace->lhs,
                   cg_entry(trace->work.arena, matrix, own->row, own->col));
    const struct cg_expr *gradient = cg_grad(trace->work.arena, own->of, own->wrt);
    if (!number) {
        trace_begin(trace);
        trace_line(trace, CG_RULE_ALL_ENTRIES, gradient, matrix);
    }
    trace_begin(trace);
    const struct cg_expr *short_form = named(trace, matrix);
    if (short_form != matrix)
        trace_line(trace, CG_RULE_NAME, gradient, short_form);
    bool shown = short_form->op == CG_NAME;
    if (!as && (!trace->parent || shown || count_names(matrix) <= SMALL_GRADIENT)) {
        if (shown)
            own->name = short_form->u.value;
        return;
    }
    own->name = book_name(trace->book, own, as, as_tex);
    trace_begin(trace);
    trace_line(trace, CG_RULE_NAME, gradient, cg_name(trace->work.arena, own->name));
}

struct cg_derivation *gradient_derive(struct request *request, const struct cg_value *wrt,
                                      struct entry_letters letters, const struct cg_step *parent,
                                      const char *as, const char *as_tex)
{
    struct trace trace;
    trace_init(&trace, request->book, request->of, wrt, parent);
    struct cg_arena *arena = trace.work.arena;
    if (!letters.row.letter && !letters.col.letter)
        letters = fresh_entry(&trace, wrt, INDEX_FREE);
    trace.derivation->row = letters.row;
    trace.derivation->col = letters.col;
    const struct cg_expr *partial =
        cg_partial(arena, name_entry(&trace, request->of, (struct entry_letters){0}), wrt,
                   letters.row, letters.col, true);
    trace.lhs = partial;
    if (!parent && (letters.row.letter || letters.col.letter)) {
        trace.lhs = cg_entry(arena, cg_grad(arena, request->of, wrt), letters.row, letters.col);
        trace_line(&trace, CG_RULE_START, trace.lhs, partial);
    }
    bool done = true;
    struct links links = find_links(request, &trace);
    if (!request->reached[request->of->id])
        trace_line(&trace, CG_RULE_CONSTANT, trace.lhs, scalar_zero(&trace.work));
    else if (links.count)
        done = chain(request, &trace, &links);
    else
        lines_definition(&trace, partial);
    if (done && lines_differentiate(&trace) && lines_collapse(&trace, true)) {
        trace_close(&trace);
        matrix_lines(&trace, as, as_tex);
        trace_finish(&trace);
        book_add(request->book, trace.derivation);
        return trace.derivation;
    }
    if (!request->failure)
        request->failure = trace.work.failure;
    return NULL;
}

struct cg_derivation *local_derive(struct request *request, const struct cg_value *of,
                                   struct entry_letters of_letters, const struct cg_value *wrt,
                                   struct entry_letters by, const struct cg_step *parent)
{
    struct trace trace;
    trace_init(&trace, request->book, of, wrt, parent);
    struct cg_derivation *own = trace.derivation;
    own->local = true;
    own->row = by.row;
    own->col = by.col;
    own->of_row = of_letters.row;
    own->of_col = of_letters.col;
    own->no_matrix_form = "it is a local factor of a chain rule, and stays in indices";
    trace.lhs = cg_partial(trace.work.arena, name_entry(&trace, of, of_letters), wrt, by.row,
                           by.col, false);
    lines_definition(&trace, trace.lhs);
    if (lines_differentiate(&trace) && lines_collapse(&trace, false) && lines_recognize(&trace)) {
        own->index_form = trace.rhs;
        trace_finish(&trace);
        return own;
    }
    if (!request->failure)
        request->failure = trace.work.failure;
    return NULL;
}
