/* Generated data: points of the plane to be told apart. */
#ifndef CHALKGRAD_POINTS_H
#define CHALKGRAD_POINTS_H

#include <chalkgrad/eval.h>

/* Classes that no straight line divides. Row r is of class r % classes, so that the classes are
 * balanced, and point i = r / classes (rounded down) of its class, at
 *     t = the fraction of (i + 1) (√5 - 1) / 2,
 * which goes through [0, 1) so that the points up to any row lie evenly (the golden section's
 * sequence): an excerpt looks like the whole. Each coordinate then gets normal noise.
 *
 * moons    class 0 at (cos πt, sin πt), class 1 at (1 - cos πt, 1/2 - sin πt): two half circles
 *          that reach into one another (scikit-learn's make_moons)
 * circles  angle 2πt, radius 1 for class 0 and 1/2 for class 1 (its make_circles)
 * spirals  radius t, angle 2π(turns t + class / classes); any number of classes (K. J. Lang,
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
 * column of the class, and there are as many classes. Same seed, same points,
 * whatever the number of rows. */
void cg_points_fill(const struct cg_points *points, const struct cg_matrix *at,
                    const struct cg_matrix *targets);

#endif
