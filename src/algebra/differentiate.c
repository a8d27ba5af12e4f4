/* The rules of differentiation: each takes one direct derivative apart. */
#include "algebra/rules.h"

#include <string.h>

static const struct cg_shape scalar = {0, 0};

static bool direct(const struct cg_expr *node)
{
    return node->op == CG_PARTIAL && !node->u.partial.total;
}

/* Does the entry that `node` differentiates by occur in `expr`? */
static bool depends(const struct cg_expr *node, const struct cg_expr *expr)
{
    return cg_mentions(expr, node->u.partial.wrt);
}

/* d(arg), by the entry that `node` names. A bare entry of another value is 0 at once: alone under a
 * derivative, a defined name would mean what it was defined as. */
static const struct cg_expr *d(struct work *work, const struct cg_expr *node,
                               const struct cg_expr *arg)
{
    if (arg->op == CG_NUMBER ||
        (arg->op == CG_ENTRY && arg->args[0]->op == CG_NAME && !depends(node, arg)))
        return cg_from(work->arena, scalar_zero(work), arg);
    return cg_from(work->arena,
                   cg_partial(work->arena, arg, node->u.partial.wrt, node->u.partial.row,
                              node->u.partial.col, false),
                   arg);
}

/* d(a + b) = d(a) + d(b), but what stands alone and is an input keeps its d for the constant rule
 * to show. */
static const struct cg_expr *d_addend(struct work *work, const struct cg_expr *node,
                                      const struct cg_expr *arg)
{
    if (arg->op == CG_NEG && !depends(node, arg))
        return cg_unary(work->arena, CG_NEG, d_addend(work, node, arg->args[0]), scalar);
    bool input = arg->op == CG_ENTRY && arg->args[0]->op == CG_NAME &&
                 arg->args[0]->u.value->kind == CG_VALUE_INPUT;
    if (!input)
        return d(work, node, arg);
    return cg_from(work->arena,
                   cg_partial(work->arena, arg, node->u.partial.wrt, node->u.partial.row,
                              node->u.partial.col, false),
                   arg);
}

static const struct cg_expr *linear(struct work *work, const struct cg_expr *node,
                                    const struct cg_expr *arg);

static const struct cg_expr *linear_or_d(struct work *work, const struct cg_expr *node,
                                         const struct cg_expr *arg)
{
    const struct cg_expr *out = depends(node, arg) ? linear(work, node, arg) : NULL;
    return out ? out : d_addend(work, node, arg);
}

/* d(c a) = c d(a): the constant factors go in front. NULL where there are none. */
static const struct cg_expr *linear_product(struct work *work, const struct cg_expr *node,
                                            const struct cg_expr *arg)
{
    struct exprs constant = {0}, rest = {0};
    for (size_t i = 0; i < arg->n_args; i++)
        exprs_add(work->arena, depends(node, arg->args[i]) ? &rest : &constant, arg->args[i]);
    if (!constant.count)
        return NULL;
    const struct cg_expr *inner = scalar_product(work, rest.count, rest.items);
    exprs_add(work->arena, &constant, linear_or_d(work, node, inner));
    return scalar_product(work, constant.count, constant.items);
}

/* The derivative of `arg` by linearity alone, as deep as it goes; NULL where it does not apply. */
static const struct cg_expr *linear(struct work *work, const struct cg_expr *node,
                                    const struct cg_expr *arg)
{
    if (arg->op == CG_ADD) {
        struct exprs terms = {0};
        for (size_t i = 0; i < arg->n_args; i++)
            exprs_add(work->arena, &terms, linear_or_d(work, node, arg->args[i]));
        return scalar_sum(work, terms.count, terms.items);
    }
    if (arg->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, linear_or_d(work, node, arg->args[0]), scalar);
    if (arg->op == CG_SUM_OVER)
        return cg_from(work->arena,
                       cg_sum_over(work->arena, arg->u.over, linear_or_d(work, node, arg->args[0])),
                       arg);
    if (arg->op == CG_MUL)
        return linear_product(work, node, arg);
    if (arg->op == CG_DIV && !depends(node, arg->args[1]))
        return scalar_quotient(work, linear_or_d(work, node, arg->args[0]), arg->args[1]);
    return NULL;
}

/* d(a + b) = d(a) + d(b), d(c a) = c d(a) */
const struct cg_expr *rule_linearity(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || !depends(node, node->args[0]))
        return NULL;
    return linear(work, node, node->args[0]);
}

/* d(a b) = b d(a) + a d(b) */
const struct cg_expr *rule_product(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_MUL || !depends(node, node->args[0]))
        return NULL;
    const struct cg_expr *arg = node->args[0];
    struct exprs terms = {0};
    for (size_t i = 0; i < arg->n_args; i++) {
        if (!depends(node, arg->args[i]))
            continue;
        struct exprs factors = {0};
        for (size_t j = 0; j < arg->n_args; j++)
            if (j != i)
                exprs_add(work->arena, &factors, arg->args[j]);
        exprs_add(work->arena, &factors, d(work, node, arg->args[i]));
        exprs_add(work->arena, &terms, scalar_product(work, factors.count, factors.items));
    }
    return scalar_sum(work, terms.count, terms.items);
}

/* d(a / b) = d(a) / b - a d(b) / b^2 */
const struct cg_expr *rule_quotient(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_DIV || !depends(node, node->args[0]->args[1]))
        return NULL;
    const struct cg_expr *a = node->args[0]->args[0], *b = node->args[0]->args[1];
    const struct cg_expr *square =
        cg_binary(work->arena, CG_POW, b, cg_fraction(work->arena, 2, 1), scalar);
    const struct cg_expr *of_b = scalar_negated(
        work, scalar_quotient(work, scalar_times(work, a, d(work, node, b)), square));
    if (!depends(node, a))
        return of_b;
    const struct cg_expr *of_a = scalar_quotient(work, d(work, node, a), b);
    return scalar_sum(work, 2, (const struct cg_expr *[]){of_a, of_b});
}

/* a^(n - 1), with a for n = 2 */
static const struct cg_expr *one_less(struct work *work, const struct cg_expr *base,
                                      const struct cg_expr *exponent)
{
    const struct cg_expr *less =
        exponent->op == CG_NUMBER
            ? number_sum(work->arena, exponent, cg_fraction(work->arena, -1, 1))
            : scalar_sum(
                  work, 2,
                  (const struct cg_expr *[]){exponent, scalar_negated(work, scalar_one(work))});
    return is_number(less, 1) ? base : cg_binary(work->arena, CG_POW, base, less, scalar);
}

/* d(a^n) = n a^(n-1) d(a), and where the exponent varies d(a^b) = a^b log(a) d(b) */
const struct cg_expr *rule_power(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_POW || !depends(node, node->args[0]))
        return NULL;
    const struct cg_expr *power = node->args[0], *base = power->args[0], *exponent = power->args[1];
    struct exprs terms = {0};
    if (depends(node, base) && !is_number(exponent, 0)) /* a^0 = 1, also where a^(-1) is infinite */
        exprs_add(
            work->arena, &terms,
            scalar_product(work, 3,
                           (const struct cg_expr *[]){exponent, one_less(work, base, exponent),
                                                      d(work, node, base)}));
    if (depends(node, exponent)) {
        const struct cg_function *log = cg_model_function(work->model, "log");
        if (!log)
            return NULL;
        exprs_add(
            work->arena, &terms,
            scalar_product(work, 3,
                           (const struct cg_expr *[]){power, cg_apply(work->arena, log, 0, base),
                                                      d(work, node, exponent)}));
    }
    return scalar_sum(work, terms.count, terms.items);
}

static const struct cg_expr *one_minus(struct work *work, const struct cg_expr *a)
{
    return scalar_sum(work, 2,
                      (const struct cg_expr *[]){scalar_one(work), scalar_negated(work, a)});
}

/* The slope of a function at `arg`, spelled out for those that stand under their own name and
 * whose slope is another of the language, or is made of the value itself where that has a name;
 * f'(arg) for the rest. */
static const struct cg_expr *slope(struct work *work, const struct cg_expr *apply)
{
    const struct cg_function *f = apply->u.apply.function;
    const struct cg_expr *arg = apply->args[0];
    const struct cg_function *plain = cg_model_function(work->model, f->name);
    if (apply->u.apply.order || !plain || plain != f)
        return cg_apply(work->arena, f, apply->u.apply.order + 1, arg);
    const struct cg_expr *one = scalar_one(work), *two = cg_fraction(work->arena, 2, 1);
    bool own = work->own && cg_expr_equal(apply, work->apply);
    if (own && !strcmp(f->name, "sigmoid")) /* Y = s(Z): Y (1 - Y) */
        return scalar_times(work, work->own, one_minus(work, work->own));
    if (own && !strcmp(f->name, "tanh")) /* Y = tanh(Z): 1 - Y^2 */
        return one_minus(work, cg_binary(work->arena, CG_POW, work->own, two, scalar));
    if (own)
        apply = work->own;
    if (!strcmp(f->name, "exp"))
        return apply;
    if (!strcmp(f->name, "log"))
        return scalar_quotient(work, one, arg);
    if (!strcmp(f->name, "sqrt"))
        return scalar_quotient(work, one, scalar_times(work, two, apply));
    if (!strcmp(f->name, "square"))
        return scalar_times(work, two, arg);
    if (!strcmp(f->name, "identity"))
        return one;
    if (!strcmp(f->name, "sin") && cg_model_function(work->model, "cos"))
        return cg_apply(work->arena, cg_model_function(work->model, "cos"), 0, arg);
    if (!strcmp(f->name, "cos") && cg_model_function(work->model, "sin"))
        return scalar_negated(work,
                              cg_apply(work->arena, cg_model_function(work->model, "sin"), 0, arg));
    return cg_apply(work->arena, f, 1, arg);
}

/* d(f(a)) = f'(a) d(a) */
const struct cg_expr *rule_elementwise(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_APPLY || !depends(node, node->args[0]))
        return NULL;
    const struct cg_expr *apply = node->args[0];
    if (apply->u.apply.order >= 2) {
        work->failure = "a third derivative of a function would be needed, and none is known";
        return NULL;
    }
    return scalar_times(work, cg_from(work->arena, slope(work, apply), apply),
                        d(work, node, apply->args[0]));
}

/* d(S_rc) = S_rc (d(Z_rc) - S_m S_rm d(Z_rm)) for S = softmax(Z) */
const struct cg_expr *rule_softmax(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_ENTRY || !depends(node, node->args[0]) ||
        node->args[0]->args[0]->op != CG_SOFTMAX)
        return NULL;
    const struct cg_expr *entry = node->args[0], *softmax = entry->args[0];
    struct cg_index row = entry->u.at.row, col = entry->u.at.col;
    const struct cg_expr *own = entry_push(work, softmax->args[0], row, col);
    if (!col.letter) /* softmax of a single number is 1 */
        return scalar_zero(work);
    const struct cg_value *name = bodies_find(work->bodies, softmax);
    const struct cg_expr *share = name ? cg_name(work->arena, name) : softmax;
    struct cg_index other = index_fresh(work, col.dim, INDEX_SUMMED);
    const struct cg_expr *others =
        cg_sum_over(work->arena, other,
                    scalar_times(work, cg_entry(work->arena, share, row, other),
                                 d(work, node, entry_push(work, softmax->args[0], row, other))));
    const struct cg_expr *bracket = scalar_sum(
        work, 2, (const struct cg_expr *[]){d(work, node, own), scalar_negated(work, others)});
    return scalar_times(work, cg_entry(work->arena, share, row, col), bracket);
}

/* d(c) = 0 */
const struct cg_expr *rule_constant(struct work *work, const struct cg_expr *node)
{
    return direct(node) && !depends(node, node->args[0]) ? scalar_zero(work) : NULL;
}

static const struct cg_expr *kronecker(struct work *work, struct cg_index a, struct cg_index b)
{
    if (!a.letter || a.letter == b.letter)
        return scalar_one(work);
    return a.letter < b.letter ? cg_kron(work->arena, a, b) : cg_kron(work->arena, b, a);
}

/* d X_ab / d X_kl = delta_ak delta_bl; an axis of size 1 gives none */
const struct cg_expr *rule_delta(struct work *work, const struct cg_expr *node)
{
    if (!direct(node) || node->args[0]->op != CG_ENTRY || node->args[0]->args[0]->op != CG_NAME ||
        node->args[0]->args[0]->u.value != node->u.partial.wrt)
        return NULL;
    const struct cg_expr *entry = node->args[0];
    const struct cg_expr *rows = kronecker(work, entry->u.at.row, node->u.partial.row);
    const struct cg_expr *cols = kronecker(work, entry->u.at.col, node->u.partial.col);
    if (is_number(rows, 1))
        return cols;
    return is_number(cols, 1) ? rows : scalar_times(work, rows, cols);
}
