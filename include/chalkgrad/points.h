/* Generated data: points of the plane to be told apart. */
#ifndef CHALKGRAD_POINTS_H
#define CHALKGRAD_POINTS_H

#include <chalkgrad/eval.h>

/* Classes that no straight line divides. Row r is of class r % classes, so that the classes are
 * balanced and the first rows show all of them. It is point i = r / classes (rounded down) of the k
 * that its class has; t = i / (k - 1) goes from 0 to 1, u = (i + 1) / k from 1 / k to 1. Each
 * coordinate then gets normal noise.
 *
 * moons    class 0 at (cos πt, sin πt), class 1 at (1 - cos πt, 1/2 - sin πt): two half circles
 *          that reach into one another (scikit-learn's make_moons)
 * circles  angle 2πu, radius 1 for class 0 and 1/2 for class 1 (its make_circles)
 * spirals  radius u, angle 2π(turns u + class / classes); any number of classes (K. J. Lang,
 *          M. J. Witbrock, "Learning to tell two spirals apart", 1988, have 2 with 3 turns)
 * xor      class 0 at (0, 0) and (1, 1), class 1 at (0, 1) and (1, 0), in turn
 */
#define CG_POINT_SETS(X)                                                                           \
    X(CG_MOONS, "moons")                                                                           \
    X(CG_CIRCLES, "circles")                                                                       \
    X(CG_SPIRALS, "spirals")                                                                       \
    X(CG_XOR, "xor")

enum cg_point_set {
#define X(id, name) id,
    CG_POINT_SETS(X)
#undef X
        CG_POINT_SET_COUNT
};

struct cg_points {
    enum cg_point_set set;
    double noise; /* standard deviation, 0 or more */
    double turns; /* spirals: of each arm */
    uint64_t seed;
};

/* at: rows x 2. targets: as many rows; one column takes the class, 0 or 1; more take a 1 in the
 * column of the class, and there are as many classes. Same seed and rows, same points. */
void cg_points_fill(const struct cg_points *points, const struct cg_matrix *at,
                    const struct cg_matrix *targets);

#endif
