/* Hinges: names that long definitions get for their parts, so that the chain rule goes through them
 * and lines stay short. Private to the algebra.
 *
 * J = sum((sigmoid(sigmoid(X@W1 + b1)@W2 + b2) - T)^2) becomes Z1 = X@W1 + b1, H1 = sigmoid(Z1),
 * Z2 = H1@W2 + b2, J = sum((sigmoid(Z2) - T)^2): values like those that a model names itself, so
 * that whatever reads the model sees the same. What is short stays as it is written.
 */
#ifndef ALGEBRA_HINGES_H
#define ALGEBRA_HINGES_H

#include <chalkgrad/model.h>

/* The body of a definition that is about to be added, with its hinges added before it to the model
 * and named in it; `body` itself where it needs none. At most `most` values are added. Their names
 * are provisional. */
const struct cg_expr *hinges_make(struct cg_model *model, const struct cg_expr *body, size_t most);

/* Gives each hinge a name that no other has (Z1, Z2, ..: what others have taken since it gives up),
 * and adds them to the names of the model, where they must not be before. */
void hinges_name(struct cg_model *model);

#endif
