#include <chalkgrad/points.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

struct point {
    double x, y;
};

static struct point polar(double radius, double angle)
{
    return (struct point){radius * cos(angle), radius * sin(angle)};
}

/* Point i of its class, without noise. */
static struct point place(const struct cg_points *points, size_t class, size_t classes, size_t i)
{
    double t = (double)(i + 1) * 0.61803398874989485;
    t -= floor(t);
    switch (points->set) {
    case CG_MOONS:
        return class ? (struct point){1 - cos(pi * t), 0.5 - sin(pi * t)} : polar(1, pi * t);
    case CG_CIRCLES:
        return polar(class ? 0.5 : 1, 2 * pi * t);
    case CG_SPIRALS:
        return polar(t, 2 * pi * (points->turns * t + (double)class / (double)classes));
    case CG_XOR:
        return (struct point){(double)(i % 2), (double)((i + class) % 2)};
    case CG_POINT_SET_COUNT:
        break;
    }
    return (struct point){0};
}

void cg_points_fill(const struct cg_points *points, const struct cg_matrix *at,
                    const struct cg_matrix *targets)
{
    size_t n = at->rows, classes = targets->cols > 1 ? targets->cols : 2;
    struct cg_prng prng;
    cg_prng_seed(&prng, points->seed);
    for (size_t r = 0; r < n; r++) {
        size_t class = r % classes;
        struct point point = place(points, class, classes, r / classes);
        at->data[2 * r] = point.x + points->noise * cg_prng_normal(&prng);
        at->data[2 * r + 1] = point.y + points->noise * cg_prng_normal(&prng);
        for (size_t c = 0; c < targets->cols; c++)
            targets->data[r * targets->cols + c] = targets->cols > 1 ? class == c : class == 1;
    }
}
