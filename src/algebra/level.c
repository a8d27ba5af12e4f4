#include "algebra/level.h"

enum level code_level(const struct cg_expr *expr)
{
    switch (expr->op) {
    case CG_NUMBER:
        if (expr->u.number.den > 1)
            return LEVEL_PRODUCT;
        return expr->u.number.value < 0 ? LEVEL_UNARY : LEVEL_ATOM;
    case CG_ADD:
        return LEVEL_SUM;
    case CG_MUL:
    case CG_DIV:
    case CG_MATMUL:
        return LEVEL_PRODUCT;
    case CG_NEG:
        return LEVEL_UNARY;
    case CG_POW:
        return LEVEL_POWER;
    case CG_SIZE:
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_APPLY:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return LEVEL_ATOM;
    }
    return LEVEL_ATOM;
}
