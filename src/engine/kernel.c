/* The elementwise functions and their derivatives, written so that no argument overflows on the way
 * and nothing cancels where a stable form exists. Each stands with its derivatives; orders 0 to 3.
 */
#include <chalkgrad/eval.h>

#include <assert.h>
#include <math.h>

/* Pick one of the four. */
static double pick(int order, double f, double f1, double f2, double f3)
{
    return order == 0 ? f : order == 1 ? f1 : order == 2 ? f2 : f3;
}

/* log x; 1/x; -1/x^2; 2/x^3 */
static double logarithm(int order, double x)
{
    return order ? pick(order, 0, 1 / x, -1 / (x * x), 2 / (x * x * x)) : log(x);
}

/* x^(1/2) and its derivatives */
static double root(int order, double x)
{
    double r = sqrt(x);
    return order ? pick(order, 0, 0.5 / r, -0.25 / (x * r), 0.375 / (x * x * r)) : r;
}

/* sin and cos are one cycle: sin, cos, -sin, -cos; cos is one step ahead. */
static double cycle(int step, double x)
{
    switch (step & 3) {
    case 0:
        return sin(x);
    case 1:
        return cos(x);
    case 2:
        return -sin(x);
    default:
        return -cos(x);
    }
}

/* t = tanh x; t' = 1 - t^2 = 4u / (1 + u)^2 with u = e^(-2|x|), which does not cancel;
 * t'' = -2 t t'; t''' = (6 t^2 - 2) t' */
static double hyperbolic(int order, double x)
{
    double t = tanh(x);
    if (order == 0)
        return t;
    double u = exp(-2 * fabs(x)), slope = 4 * u / ((1 + u) * (1 + u));
    return pick(order, t, slope, -2 * t * slope, (6 * t * t - 2) * slope);
}

/* s = 1 / (1 + e^-x); s' = s (1 - s) = e / (1 + e)^2 with e = e^(-|x|);
 * s'' = s' (1 - 2s) = -s' tanh(x/2); s''' = s' (1 - 6 s') */
static double logistic(int order, double x)
{
    double e = exp(-fabs(x));
    if (order == 0)
        return (x >= 0 ? 1 : e) / (1 + e);
    double slope = e / ((1 + e) * (1 + e));
    if (order == 1)
        return slope;
    return order == 2 ? -slope * tanh(x / 2) : slope * (1 - 6 * slope);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); its slope is the sigmoid */
static double soft_plus(int order, double x)
{
    return order ? logistic(order - 1, x) : (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* max(x, 0); its slope at the kink is 0 */
static double rectified(int order, double x)
{
    if (isnan(x))
        return x;
    return x > 0 ? pick(order, x, 1, 0, 0) : 0;
}

/* |x|; its slope at the kink is 0 */
static double magnitude(int order, double x)
{
    if (isnan(x))
        return x;
    return pick(order, fabs(x), (x > 0) - (x < 0), 0, 0);
}

double cg_kernel(enum cg_kernel kernel, int order, double x)
{
    assert(order >= 0 && order <= 3);
    switch (kernel) {
    case CG_EXP:
        return exp(x);
    case CG_LOG:
        return logarithm(order, x);
    case CG_SQRT:
        return root(order, x);
    case CG_SIN:
        return cycle(order, x);
    case CG_COS:
        return cycle(order + 1, x);
    case CG_TANH:
        return hyperbolic(order, x);
    case CG_SIGMOID:
        return logistic(order, x);
    case CG_RELU:
        return rectified(order, x);
    case CG_SOFTPLUS:
        return soft_plus(order, x);
    case CG_ABS:
        return magnitude(order, x);
    case CG_SQUARE:
        return pick(order, x * x, 2 * x, 2, 0);
    case CG_IDENTITY:
        return pick(order, x, 1, 0, 0);
    case CG_KERNEL_COUNT:
        break;
    }
    assert(!"a kernel");
    return NAN;
}
