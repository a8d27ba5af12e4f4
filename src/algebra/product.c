#include <chalkgrad/derive.h>

static const char *matmul_kind(const struct cg_model *model, const struct cg_expr *node)
{
    const struct cg_expr *left = node->args[0], *right = node->args[1];
    bool numbers = cg_is_scalar(model, left->shape) || cg_is_scalar(model, right->shape);
    if (numbers)
        return cg_is_scalar(model, left->shape) && cg_is_scalar(model, right->shape)
                   ? NULL
                   : "number times matrix";
    if (cg_is_scalar(model, node->shape))
        return "dot product";
    return cg_dim_root(model, left->shape.cols) ? "matrix product" : "outer product";
}

const char *cg_product_kind(const struct cg_model *model, const struct cg_expr *node)
{
    if (cg_is_index_notation(node))
        return NULL;
    if (node->op == CG_MATMUL)
        return matmul_kind(model, node);
    if (node->op == CG_DOT)
        return "dot product";
    if (node->op == CG_OUTER)
        return "outer product";
    if (node->op != CG_MUL)
        return NULL;
    size_t matrices = 0;
    for (size_t i = 0; i < node->n_args; i++)
        matrices += !cg_is_scalar(model, node->args[i]->shape);
    return matrices > 1 ? "Hadamard product" : matrices == 1 ? "number times matrix" : NULL;
}
