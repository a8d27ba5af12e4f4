#include "engine/loops.h"

#include "engine/emit.h"

struct writer {
    struct cg_strbuf *out;
    const struct plan *plan;
    size_t lanes;
    size_t scratch; /* reals that the operation at hand needs at most */
};

static size_t round_up(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

/* ---- products ---- */

/* A product of which the columns of out, and so of b, lie side by side. */
static struct plan_product upright(const struct plan_product *p)
{
    bool lies = p->cols == 1 ? p->out.row == 1 && p->a.row == 1 : p->out.col != 1;
    bool dots = p->rows == 1 && p->b.row == 1 && p->a.col == 1; /* see put_dots */
    if (!dots && (!lies || (p->out.row != 1 && p->rows > 1)))
        return *p;
    struct plan_product t = *p; /* out' = b' a' */
    t.rows = p->cols, t.cols = p->rows;
    t.a = (struct plan_view){p->b.buffer, p->b.offset, p->b.col, p->b.row};
    t.b = (struct plan_view){p->a.buffer, p->a.offset, p->a.col, p->a.row};
    t.out = (struct plan_view){p->out.buffer, p->out.offset, p->out.col, p->out.row};
    return t;
}

static void put_view(const struct writer *w, const struct plan_view *view)
{
    cg_putf(w->out, "b_%s + %zu", w->plan->buffers[view->buffer].name, view->offset);
}

/* Tiles of about equal height: at most `most` rows each. */
static size_t tile_height(size_t rows, size_t most)
{
    size_t tiles = (rows + most - 1) / most;
    return (rows + tiles - 1) / tiles;
}

struct tiles {
    size_t height, vectors; /* of a tile */
    bool packed;            /* b is copied to scratch, its rows padded to whole vectors */
};

static void put_tile(const struct writer *w, const struct plan_product *p, const struct tiles *t,
                     size_t rows, const char *row, size_t vectors, size_t last, const char *col)
{
    cg_putf(w->out, "                tile(%zu, %zu, %zu, %zu, ", rows, vectors, last, p->inner);
    put_view(w, &p->a);
    cg_putf(w->out, " + %s * %zu, %zu, %zu, ", row, p->a.row, p->a.row, p->a.col);
    if (t->packed)
        cg_put(w->out, "scratch");
    else
        put_view(w, &p->b);
    cg_putf(w->out, " + %s, %zu, ", col, t->packed ? round_up(p->cols, w->lanes) : p->b.row);
    put_view(w, &p->out);
    cg_putf(w->out, " + %s * %zu + %s, %zu, %d, rate);\n", row, p->out.row, col, p->out.row,
            p->mode == PLAN_DESCEND);
}

/* The tiles of some columns, from the top to the bottom. */
static void put_column_of_tiles(const struct writer *w, const struct plan_product *p,
                                const struct tiles *t, size_t vectors, size_t last, const char *col)
{
    size_t whole = p->rows / t->height * t->height;
    char row[32];
    cg_putf(w->out, "            for (size_t i = 0; i < %zu; i += %zu) {\n", whole, t->height);
    put_tile(w, p, t, t->height, "i", vectors, last, col);
    cg_put(w->out, "            }\n");
    if (whole == p->rows)
        return;
    snprintf(row, sizeof row, "(size_t)%zu", whole);
    cg_put(w->out, "            {\n");
    put_tile(w, p, t, p->rows - whole, row, vectors, last, col);
    cg_put(w->out, "            }\n");
}

static void put_packing(struct writer *w, const struct plan_product *p)
{
    size_t row = round_up(p->cols, w->lanes);
    if (p->inner * row > w->scratch)
        w->scratch = p->inner * row;
    cg_putf(w->out,
            "        for (size_t k = 0; k < %zu; k++)\n"
            "            for (size_t j = 0; j < %zu; j++)\n"
            "                scratch[k * %zu + j] = j < %zu ? (",
            p->inner, row, row, p->cols);
    put_view(w, &p->b);
    cg_putf(w->out, ")[k * %zu + j * %zu] : 0;\n", p->b.row, p->b.col);
}

/* out_i = sum_k a_ik b_k, where k runs along what lies side by side. */
static void put_dots(const struct writer *w, const struct plan_product *p)
{
    size_t whole = p->inner / w->lanes * w->lanes, left = p->inner - whole;
    cg_putf(w->out,
            "        for (size_t i = 0; i < %zu; i++) {\n            const R *x = ", p->rows);
    put_view(w, &p->a);
    cg_putf(w->out, " + i * %zu, *y = ", p->a.row);
    put_view(w, &p->b);
    cg_putf(w->out, ";\n            V sum = {0};\n            R *to = ");
    put_view(w, &p->out);
    cg_putf(w->out,
            " + i * %zu;\n"
            "            for (size_t k = 0; k < %zu; k += LANES)\n"
            "                sum += load(x + k) * load(y + k);\n",
            p->out.row, whole);
    if (left)
        cg_putf(w->out, "            sum += load_some(x + %zu, %zu) * load_some(y + %zu, %zu);\n",
                whole, left, whole, left);
    cg_putf(w->out, "            *to = %sacross(sum);\n        }\n",
            p->mode == PLAN_DESCEND ? "*to - rate * " : "");
}

/* Entry by entry, where out is in no order that vectors like. */
static void put_scattered(const struct writer *w, const struct plan_product *p)
{
    cg_putf(w->out,
            "        for (size_t i = 0; i < %zu; i++)\n"
            "            for (size_t j = 0; j < %zu; j++) {\n"
            "                R sum = 0;\n"
            "                for (size_t k = 0; k < %zu; k++)\n"
            "                    sum += (",
            p->rows, p->cols, p->inner);
    put_view(w, &p->a);
    cg_putf(w->out, ")[i * %zu + k * %zu] * (", p->a.row, p->a.col);
    put_view(w, &p->b);
    cg_putf(w->out, ")[k * %zu + j * %zu];\n                R *to = ", p->b.row, p->b.col);
    put_view(w, &p->out);
    cg_putf(w->out, " + i * %zu + j * %zu;\n                *to = %ssum;\n            }\n",
            p->out.row, p->out.col, p->mode == PLAN_DESCEND ? "*to - rate * " : "");
}

static void put_product(struct writer *w, const struct plan_product *given)
{
    enum { MOST_SUMS = 28, MOST_HEIGHT = 14 };
    struct plan_product p = upright(given);
    if (p.cols == 1 && p.a.col == 1 && p.b.row == 1 && p.inner > 1) {
        put_dots(w, &p);
        return;
    }
    if (p.cols > 1 && p.out.col != 1) {
        put_scattered(w, &p);
        return;
    }
    size_t chunks = round_up(p.cols, w->lanes) / w->lanes, last = p.cols - (chunks - 1) * w->lanes;
    size_t vectors = chunks < 2 ? 1 : 2;
    struct tiles t = {.vectors = vectors,
                      .packed = (p.cols > 1 && p.b.col != 1) || last < w->lanes};
    t.height =
        tile_height(p.rows, MOST_SUMS / vectors < MOST_HEIGHT ? MOST_SUMS / vectors : MOST_HEIGHT);
    if (t.packed)
        put_packing(w, &p);
    size_t whole = last < w->lanes ? chunks - 1 : chunks; /* vectors of LANES entries */
    size_t pairs = whole / vectors * vectors;
    char col[32];
    if (pairs) {
        cg_putf(w->out, "        for (size_t j = 0; j < %zu; j += %zu) {\n", pairs * w->lanes,
                vectors * w->lanes);
        put_column_of_tiles(w, &p, &t, vectors, w->lanes, "j");
        cg_put(w->out, "        }\n");
    }
    if (pairs == chunks)
        return;
    snprintf(col, sizeof col, "(size_t)%zu", pairs * w->lanes);
    cg_put(w->out, "        {\n");
    put_column_of_tiles(w, &p, &t, chunks - pairs, last, col);
    cg_put(w->out, "        }\n");
}

/* ---- maps ---- */

/* A map whose inner loop runs along what lies side by side. */
struct sweep {
    const struct plan_map *map;
    size_t outer, inner;
    bool across; /* the inner loop runs over rows */
    bool flat;   /* all is one row, padded to whole vectors */
};

static size_t inner_stride(const struct sweep *s, const struct plan_view *view)
{
    return s->across ? view->row : view->col;
}

static size_t outer_stride(const struct sweep *s, const struct plan_view *view)
{
    return s->across ? view->col : view->row;
}

/* Does the view walk all of its buffer, entry after entry, or stay on one? */
static bool is_flat(const struct plan *plan, const struct plan_map *m, const struct plan_view *view,
                    bool may_stay)
{
    const struct plan_buffer *b = &plan->buffers[view->buffer];
    if (may_stay && (!view->row || m->rows == 1) && (!view->col || m->cols == 1))
        return true;
    return !view->offset && b->rows == m->rows && b->cols == m->cols &&
           (m->rows == 1 || view->row == b->cols) && (m->cols == 1 || view->col == 1);
}

static struct sweep sweep_of(const struct plan *plan, const struct plan_map *m)
{
    struct sweep s = {.map = m, .outer = m->rows, .inner = m->cols, .flat = true};
    for (size_t i = 0; i < m->n_inputs; i++)
        s.flat &= is_flat(plan, m, &m->inputs[i], true);
    for (size_t i = 0; i < m->n_stores; i++)
        s.flat &= m->stores[i].reduce == PLAN_KEEP && is_flat(plan, m, &m->stores[i].out, false);
    if (s.flat) {
        s.outer = 1, s.inner = m->rows * m->cols;
        return s;
    }
    size_t by_rows = 0, by_cols = 0;
    for (size_t i = 0; i < m->n_inputs; i++) {
        by_rows += m->inputs[i].row == 1 && m->rows > 1;
        by_cols += m->inputs[i].col == 1 && m->cols > 1;
    }
    if (m->cols == 1 || (by_rows > by_cols && m->rows > 1)) {
        s.across = true;
        s.outer = m->cols, s.inner = m->rows;
    }
    return s;
}

static void put_at(const struct writer *w, const struct sweep *s, const struct plan_view *view)
{
    put_view(w, view);
    if (!s->flat)
        cg_putf(w->out, " + i * %zu", outer_stride(s, view));
    size_t stride = s->flat ? (view->row || view->col) : inner_stride(s, view);
    cg_putf(w->out, " + j * %zu", stride);
}

static void put_input(const struct writer *w, const struct sweep *s, size_t input, size_t count)
{
    const struct plan_view *view = &s->map->inputs[input];
    size_t stride =
        s->flat ? !is_flat(w->plan, s->map, view, false) ? 0 : 1 : inner_stride(s, view);
    cg_putf(w->out, "            const V r%zu = ", input);
    cg_put(w->out, !stride            ? "all(*("
                   : stride > 1       ? "load_apart("
                   : count < w->lanes ? "load_some("
                                      : "load(");
    put_view(w, view);
    if (!s->flat)
        cg_putf(w->out, " + i * %zu", outer_stride(s, view));
    if (stride)
        cg_putf(w->out, " + j * %zu", stride);
    if (!stride)
        cg_put(w->out, ")");
    else if (stride > 1)
        cg_putf(w->out, ", %zu, %zu", stride, count);
    else if (count < w->lanes)
        cg_putf(w->out, ", %zu", count);
    cg_put(w->out, ");\n");
}

static void put_instr(const struct writer *w, const struct plan_map *m, size_t i)
{
    const struct plan_instr *instr = &m->code[i];
    cg_putf(w->out, "            const V r%zu = ", m->n_inputs + i);
    switch (instr->code) {
    case PLAN_NUMBER:
        cg_put(w->out, "all(");
        cg_put_number(w->out, instr->number);
        cg_put(w->out, ")");
        break;
    case PLAN_SCALAR:
        cg_putf(w->out, "all((R)scalars[u][%zu])", (size_t)instr->number);
        break;
    case PLAN_PLUS:
        cg_putf(w->out, "r%zu + r%zu", instr->a, instr->b);
        break;
    case PLAN_MINUS:
        cg_putf(w->out, "r%zu - r%zu", instr->a, instr->b);
        break;
    case PLAN_TIMES:
        cg_putf(w->out, "r%zu * r%zu", instr->a, instr->b);
        break;
    case PLAN_OVER:
        cg_putf(w->out, "r%zu / r%zu", instr->a, instr->b);
        break;
    case PLAN_NEGATE:
        cg_putf(w->out, "-r%zu", instr->a);
        break;
    case PLAN_SQUARE:
        cg_putf(w->out, "r%zu * r%zu", instr->a, instr->a);
        break;
    case PLAN_POWER:
        cg_putf(w->out, "v_pow(r%zu, r%zu)", instr->a, instr->b);
        break;
    case PLAN_EXP:
    case PLAN_LOG:
    case PLAN_SQRT:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_TANH:
    case PLAN_SIGMOID:
    case PLAN_SOFTPLUS:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
        cg_putf(w->out, "%s(r%zu)", emit_function(instr->code), instr->a);
        break;
    }
    cg_put(w->out, ";\n");
}

/* Is what a sum adds up the inner loop's, so that it is whole after each of the outer? */
static bool sums_inner(const struct sweep *s, enum plan_reduce reduce)
{
    return reduce == (s->across ? PLAN_SUM_ROWS : PLAN_SUM_COLS);
}

static bool sums_outer(const struct sweep *s, enum plan_reduce reduce)
{
    return reduce == (s->across ? PLAN_SUM_COLS : PLAN_SUM_ROWS);
}

static void put_keep(const struct writer *w, const struct sweep *s, const struct plan_store *store,
                     size_t count)
{
    size_t stride = s->flat ? 1 : inner_stride(s, &store->out);
    cg_put(w->out, stride == 1 ? "            save_some(" : "            save_apart(");
    put_at(w, s, &store->out);
    if (stride == 1)
        cg_putf(w->out, ", r%zu, %zu);\n", store->reg, count);
    else
        cg_putf(w->out, ", %zu, r%zu, %zu);\n", stride, store->reg, count);
}

/* `count` entries of the inner loop from j on. */
static void put_chunk(const struct writer *w, const struct sweep *s, size_t count)
{
    const struct plan_map *m = s->map;
    for (size_t i = 0; i < m->n_inputs; i++)
        put_input(w, s, i, count);
    for (size_t i = 0; i < m->n_code; i++)
        put_instr(w, m, i);
    for (size_t i = 0; i < m->n_stores; i++) {
        const struct plan_store *store = &m->stores[i];
        if (store->reduce == PLAN_KEEP)
            put_keep(w, s, store, count);
        else if (sums_outer(s, store->reduce))
            cg_putf(w->out, "            sums%zu[j / LANES] += r%zu;\n", i, store->reg);
        else if (count < w->lanes)
            cg_putf(w->out, "            sum%zu += first(r%zu, %zu);\n", i, store->reg, count);
        else
            cg_putf(w->out, "            sum%zu += r%zu;\n", i, store->reg);
    }
}

/* Sums along the inner loop are kept, one for each of the outer, until all entries are done. */
static void put_sum_begin(const struct writer *w, const struct sweep *s, bool each_outer)
{
    for (size_t i = 0; i < s->map->n_stores; i++) {
        enum plan_reduce reduce = s->map->stores[i].reduce;
        size_t vectors = round_up(s->inner, w->lanes) / w->lanes;
        if (reduce == PLAN_KEEP || (each_outer && !sums_inner(s, reduce)))
            continue;
        if (sums_inner(s, reduce) && !each_outer)
            cg_putf(w->out, "        R totals%zu[%zu];\n", i, s->outer);
        else if (sums_outer(s, reduce))
            cg_putf(w->out, "        V sums%zu[%zu] = {{0}};\n", i, vectors);
        else
            cg_putf(w->out, "        V sum%zu = {0};\n", i);
    }
}

static void put_sum_each(const struct writer *w, const struct sweep *s)
{
    for (size_t i = 0; i < s->map->n_stores; i++)
        if (sums_inner(s, s->map->stores[i].reduce))
            cg_putf(w->out, "        totals%zu[i] = across(sum%zu);\n", i, i);
}

/* The sums to where they belong. */
static void put_sum_end(const struct writer *w, const struct sweep *s)
{
    for (size_t i = 0; i < s->map->n_stores; i++) {
        const struct plan_store *store = &s->map->stores[i];
        if (store->reduce == PLAN_KEEP)
            continue;
        bool inner = sums_inner(s, store->reduce), outer = sums_outer(s, store->reduce);
        cg_putf(w->out, "        for (size_t j = 0; j < %zu; j++) {\n            R *to = ",
                inner   ? s->outer
                : outer ? s->inner
                        : (size_t)1);
        put_view(w, &store->out);
        cg_putf(w->out, " + j * %zu;\n            *to = %s",
                inner   ? outer_stride(s, &store->out)
                : outer ? inner_stride(s, &store->out)
                        : (size_t)0,
                store->mode == PLAN_DESCEND ? "*to - rate * " : "");
        cg_put_number(w->out, store->scale);
        if (inner)
            cg_putf(w->out, " * totals%zu[j];\n        }\n", i);
        else if (outer)
            cg_putf(w->out, " * sums%zu[j / LANES][j %% LANES];\n        }\n", i);
        else
            cg_putf(w->out, " * across(sum%zu);\n        }\n", i);
    }
}

static void put_map(const struct writer *w, const struct plan_map *m)
{
    struct sweep s = sweep_of(w->plan, m);
    size_t inner = s.flat ? round_up(s.inner, w->lanes) : s.inner;
    size_t whole = inner / w->lanes * w->lanes;
    put_sum_begin(w, &s, false);
    cg_putf(w->out, "        for (size_t i = 0; i < %zu; i++) {\n", s.outer);
    put_sum_begin(w, &s, true);
    if (whole) {
        cg_putf(w->out, "        for (size_t j = 0; j < %zu; j += LANES) {\n", whole);
        put_chunk(w, &s, w->lanes);
        cg_put(w->out, "        }\n");
    }
    if (whole < inner) {
        cg_putf(w->out, "        {\n            const size_t j = %zu;\n            (void)j;\n",
                whole);
        put_chunk(w, &s, inner - whole);
        cg_put(w->out, "        }\n");
    }
    put_sum_each(w, &s);
    cg_put(w->out, "        }\n");
    put_sum_end(w, &s);
}

static void put_softmax(const struct writer *w, const struct plan_softmax *s)
{
    cg_putf(w->out,
            "        for (size_t i = 0; i < %zu; i++) {\n            const R *a = ", s->rows);
    put_view(w, &s->a);
    cg_putf(w->out, " + i * %zu;\n            R *out = ", s->a.row);
    put_view(w, &s->out);
    cg_putf(w->out,
            " + i * %zu;\n"
            "            R most = a[0], sum = 0;\n"
            "            for (size_t j = 1; j < %zu; j++)\n"
            "                most = a[j * %zu] > most ? a[j * %zu] : most;\n"
            "            for (size_t j = 0; j < %zu; j += LANES) {\n"
            "                V x = {0};\n"
            "                size_t n = %zu - j < LANES ? %zu - j : LANES;\n"
            "                for (size_t l = 0; l < n; l++)\n"
            "                    x[l] = a[(j + l) * %zu] - most;\n"
            "                x = v_exp(x);\n"
            "                for (size_t l = 0; l < n; l++)\n"
            "                    sum += out[(j + l) * %zu] = x[l];\n"
            "            }\n"
            "            for (size_t j = 0; j < %zu; j++)\n"
            "                out[j * %zu] /= sum;\n"
            "        }\n",
            s->out.row, s->cols, s->a.col, s->a.col, s->cols, s->cols, s->cols, s->a.col,
            s->out.col, s->cols, s->out.col);
}

/* ---- all updates ---- */

static void put_op(struct writer *w, const struct plan_op *op)
{
    for (size_t i = 0; i < op->n_sources; i++)
        emit_comment(w->out, 8, op->sources[i]);
    cg_put(w->out, "        {\n");
    switch (op->kind) {
    case PLAN_PRODUCT:
        put_product(w, &op->u.product);
        break;
    case PLAN_MAP:
        put_map(w, &op->u.map);
        break;
    case PLAN_SOFTMAX:
        put_softmax(w, &op->u.softmax);
        break;
    }
    cg_put(w->out, "        }\n");
}

static void put_rows(const struct writer *w)
{
    for (size_t i = 0; i < w->plan->n_rows; i++) {
        const struct plan_buffer *b = &w->plan->buffers[w->plan->rows[i]];
        cg_putf(w->out,
                "        for (size_t r = 0; r < %zu; r++)\n"
                "            memcpy(b_%s + r * %zu, (const R *)data[%zu] + order[u * %zu + r] * "
                "%zu, %zu * sizeof(R));\n",
                b->rows, b->name, b->cols, i, w->plan->batch, b->cols, b->cols);
    }
}

size_t loops_emit(struct cg_strbuf *out, const struct plan *plan, size_t lanes, bool batches)
{
    struct writer w = {out, plan, lanes, 0};
    for (size_t i = 0; i < plan->n_buffers; i++) {
        const struct plan_buffer *b = &plan->buffers[i];
        cg_putf(out, "    R *const b_%s = (R *)%s + %zu; /* %zu x %zu */\n", b->name,
                b->space == PLAN_STATE ? "state" : "work", b->offset, b->rows, b->cols);
    }
    cg_put(out, "    for (size_t u = 0; u < count; u++) {\n"
                "        const R rate = (R)scalars[u][PLAN_RATE];\n        (void)rate;\n");
    if (batches)
        put_rows(&w);
    for (size_t i = 0; i < plan->n_ops; i++)
        put_op(&w, &plan->ops[i]);
    cg_putf(out, "        if (losses)\n            losses[u] = (double)*b_%s;\n    }\n",
            plan->buffers[plan->loss].name);
    return w.scratch;
}
