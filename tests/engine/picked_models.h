/* Models with every operator of matrices in them, each in a few entries. */
#ifndef TESTS_PICKED_MODELS_H
#define TESTS_PICKED_MODELS_H

#define PICKED_MODELS                                                                              \
    "A : 2 x 3; B : 3 x 2; J = sum((A @ B) ^ 2)",                                                  \
        "A : 2 x 3; P = exp(A) + 1; Q = P; R = Q / P.T.T; J = sum(sin(Q) * R + sqrt(P))",          \
        "A : 3 x 3; r : 1 x 3; c : 3 x 1; J = trace(A @ A.T) + dot(r @ A, c.T) + norm2(outer(c, "  \
        "r))",                                                                                     \
        "A : 2 x 4; T : 2 x 4; S = softmax(A); J = -mean(T * log(S))",                             \
        "A : 2 x 3 = uniform(1, 2); E : 2 x 3; P = A ^ E; J = sum(P ^ 3) + mean(P, axis=0) @ "     \
        "sum(E, axis=0).T",                                                                        \
        "A : 2 x 3; s : 1 x 1; J = sum(tanh(s * A) / (1 + square(A)) - s) * sum(softplus(A - s))"

#endif
