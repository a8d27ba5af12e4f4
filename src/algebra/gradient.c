#include "algebra/gradient.h"

#include "algebra/chain.h"
#include "algebra/local.h"
#include "algebra/matrix_form.h"
#include "algebra/rules.h"

#include <chalkgrad/print.h>
#include <chalkgrad/strbuf.h>

/* An intermediate gradient with more names than this in it gets a name of its own, so that lines
 * stay short and a deeper layer costs no more than the one above. */
enum { SMALL_GRADIENT = 2 };

/* A gradient of at most so many characters is also shown in the model's own names. */
enum { SHORT_FORM = 60 };

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

/* In 1/n Σ_i the n is a size: where a mean or a size brings it in, n is no index. */
static void mark_size(struct cg_book *book, int dim)
{
    const char *name = cg_size_name(book->model, dim);
    if (name && !name[1] && !(name[0] & 0x80))
        book->size_letters[(unsigned char)name[0]] = true;
}

static void mark_sizes(struct cg_book *book, const struct cg_expr *expr)
{
    if (expr->op == CG_SIZE)
        mark_size(book, expr->u.over.dim);
    if (expr->op == CG_MEAN && expr->u.axis != CG_AXIS_COLS)
        mark_size(book, expr->args[0]->shape.rows);
    if (expr->op == CG_MEAN && expr->u.axis != CG_AXIS_ROWS)
        mark_size(book, expr->args[0]->shape.cols);
    for (size_t i = 0; i < expr->n_args; i++)
        mark_sizes(book, expr->args[i]);
}

struct request request_make(struct cg_book *book, const struct cg_value *of,
                            const struct cg_value *wrt)
{
    struct cg_value *const *values = book->model->values;
    size_t count = book->model->n_values;
    struct request request = {.book = book, .of = of};
    request.number =
        !cg_dim_root(book->model, of->shape.rows) && !cg_dim_root(book->model, of->shape.cols);
    if (!book->bodies || book->bodies->n_values != count)
        book->bodies = bodies_make(book->model, book->arena);
    request.needed = cg_alloc_array(book->arena, count, sizeof *request.needed);
    request.reached = cg_alloc_array(book->arena, count, sizeof *request.reached);
    request.needed[of->id] = true;
    for (size_t i = count; i-- > 0;)
        if (request.needed[i] && values[i]->body) {
            mark_names(values[i]->body, request.needed, count);
            mark_sizes(book, values[i]->body);
        }
    request.reached[wrt->id] = true;
    for (size_t i = 0; i < count; i++)
        if (values[i]->body && mentions_any(values[i]->body, request.reached, count))
            request.reached[i] = true;
    return request;
}

const struct cg_derivation *request_find(const struct request *request, const struct cg_value *wrt)
{
    if (request->number)
        return cg_book_find(request->book, request->of, wrt);
    for (size_t i = request->n_found; i-- > 0;)
        if (request->found[i]->wrt == wrt)
            return request->found[i];
    return NULL;
}

static void request_add(struct request *request, struct cg_derivation *derivation)
{
    if (request->number) {
        book_add(request->book, derivation);
        return;
    }
    request->found = cg_grow(request->book->arena, request->found, request->n_found,
                             &request->found_capacity, sizeof *request->found);
    request->found[request->n_found++] = derivation;
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

/* "δ = ∂J/∂B": the results that the second expression names and the first does not. */
static const char *names_note(const struct cg_book *book, const struct cg_expr *without,
                              const struct cg_expr *with)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    for (size_t i = 0; i < book->n_results; i++) {
        const struct cg_value *result = book->results[i];
        if (cg_mentions(with, result) && !cg_mentions(without, result))
            cg_putf(&text, "%s%s = ∂%s/∂%s", text.length ? ", " : "", result->name,
                    result->of->name, result->wrt->name);
    }
    const char *note = cg_strdup(book->arena, text.text);
    cg_strbuf_finish(&text);
    return note;
}

/* Does it rest on parts that the model does not name itself? */
static bool has_hinge(const struct cg_expr *expr)
{
    const struct cg_value *value = expr->op == CG_NAME ? expr->u.value : NULL;
    if (value && (value->hinge || (value->kind == CG_VALUE_RESULT && has_hinge(value->body))))
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_hinge(expr->args[i]))
            return true;
    return false;
}

/* The expression in the model's own names. */
static const struct cg_expr *without_hinges(struct work *work, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        return has_hinge(expr)
                   ? rewrite_record(work, expr, without_hinges(work, expr->u.value->body))
                   : expr;
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = without_hinges(work, expr->args[i]);
    return cg_with_args(work->arena, expr, args);
}

/* The gradient in the model's own names, where that is short. */
static void own_names_line(struct trace *trace, const struct cg_expr *gradient)
{
    if (trace->parent || !has_hinge(trace->rhs))
        return;
    trace_begin(trace);
    const struct cg_expr *form = without_hinges(&trace->work, trace->rhs);
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_print_board(&text, trace->book->model, form);
    if (cg_utf8_length(text.text, text.length) <= SHORT_FORM)
        trace_line(trace, CG_RULE_DEFINITION, gradient, form)->note = "in the model's own names";
    cg_strbuf_finish(&text);
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
        trace_line(trace, CG_RULE_NAME, gradient, short_form)->note =
            names_note(trace->book, matrix, short_form);
    bool shown = short_form->op == CG_NAME;
    bool small = count_names(matrix) <= SMALL_GRADIENT || is_sum_of_quotients(matrix);
    if (!as && (!trace->parent || shown || small)) {
        if (shown)
            own->name = short_form->u.value;
        own_names_line(trace, gradient);
        return;
    }
    own->name = book_name(trace->book, own, as, as_tex);
    trace_begin(trace);
    trace_line(trace, CG_RULE_NAME, gradient, cg_name(trace->work.arena, own->name));
}

/* Z1 = X W1 + b1: what the derivation rests on and the model does not name itself. */
static void let_lines(const struct request *request, struct trace *trace)
{
    const struct cg_model *model = request->book->model;
    for (size_t i = 0; i < model->n_values && !trace->parent; i++) {
        const struct cg_value *value = model->values[i];
        if (!request->needed[i] || !value->hinge)
            continue;
        trace->lhs = cg_name(trace->work.arena, value);
        trace->rhs = NULL;
        trace_begin(trace);
        trace_line(trace, CG_RULE_LET, trace->lhs, value->body);
    }
    trace->rhs = NULL;
}

/* The first line: d of / d wrt, and before it the entry of the gradient where there is one. */
static const struct cg_expr *start_line(struct request *request, struct trace *trace,
                                        struct entry_letters letters)
{
    struct cg_arena *arena = trace->work.arena;
    struct cg_derivation *own = trace->derivation;
    index_take_one(&trace->work, request->of_at.row);
    index_take_one(&trace->work, request->of_at.col);
    /* The letters under which a chain rule will sum over a value that is on the way. */
    enum index_role role = own->wrt->kind == CG_VALUE_DEFINED ? INDEX_SUMMED : INDEX_FREE;
    if (!letters.row.letter && !letters.col.letter)
        letters = entry_fresh(trace, own->wrt, role);
    own->row = letters.row;
    own->col = letters.col;
    own->local = !request->number;
    own->of_row = request->of_at.row;
    own->of_col = request->of_at.col;
    trace->lhs = cg_partial(arena, entry_of(trace, request->of, request->of_at), own->wrt,
                            letters.row, letters.col, true);
    const struct cg_expr *partial = trace->lhs;
    if (!trace->parent && request->number && (letters.row.letter || letters.col.letter)) {
        trace->lhs =
            cg_entry(arena, cg_grad(arena, request->of, own->wrt), letters.row, letters.col);
        trace_line(trace, CG_RULE_START, trace->lhs, partial);
    }
    return partial;
}

static struct cg_derivation *failed(struct request *request, const struct trace *trace)
{
    if (!request->failure)
        request->failure = trace->work.failure;
    return NULL;
}

struct cg_derivation *gradient_derive(struct request *request, const struct cg_value *wrt,
                                      struct entry_letters letters, const struct cg_step *parent,
                                      const char *as, const char *as_tex)
{
    struct trace trace;
    trace_init(&trace, request->book, request->of, wrt, parent);
    trace.work.whole = request->of;
    let_lines(request, &trace);
    const struct cg_expr *partial = start_line(request, &trace, letters);
    bool chained = true;
    if (!request->reached[request->of->id])
        trace_line(&trace, CG_RULE_CONSTANT, trace.lhs, scalar_zero(&trace.work));
    else if (!lines_chain(request, &trace, &chained))
        return failed(request, &trace);
    if (!chained)
        lines_definition(&trace, partial);
    if (!lines_differentiate(&trace) || !lines_collapse(&trace, request->number))
        return failed(request, &trace);
    if (request->number) {
        trace_close(&trace);
        matrix_lines(&trace, as, as_tex);
    } else if (lines_recognize(&trace)) {
        trace.derivation->index_form = trace.rhs;
        trace.derivation->no_matrix_form = "it has more than two indices, and stays in indices";
    } else {
        return failed(request, &trace);
    }
    trace_finish(&trace);
    request_add(request, trace.derivation);
    return trace.derivation;
}

struct cg_derivation *local_derive(struct request *request, const struct cg_value *of,
                                   struct entry_letters of_letters, const struct cg_value *wrt,
                                   struct entry_letters by, const struct cg_step *parent)
{
    struct trace trace;
    trace_init(&trace, request->book, of, wrt, parent);
    trace.work.whole = request->of;
    struct cg_derivation *own = trace.derivation;
    own->local = true;
    own->row = by.row;
    own->col = by.col;
    own->of_row = of_letters.row;
    own->of_col = of_letters.col;
    own->no_matrix_form = "it is a local factor of a chain rule, and stays in indices";
    let_lines(request, &trace);
    trace.lhs =
        cg_partial(trace.work.arena, entry_of(&trace, of, of_letters), wrt, by.row, by.col, false);
    lines_definition(&trace, trace.lhs);
    if (!lines_differentiate(&trace) || !lines_collapse(&trace, false) || !lines_recognize(&trace))
        return failed(request, &trace);
    own->index_form = trace.rhs;
    trace_finish(&trace);
    return own;
}
