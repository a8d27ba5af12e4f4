/* Names as TeX, and TeX of names as plain Unicode. Private to the algebra. */
#ifndef ALGEBRA_TEX_NAME_H
#define ALGEBRA_TEX_NAME_H

#include <chalkgrad/model.h>
#include <chalkgrad/strbuf.h>

/* The TeX of a value or function as Unicode on one line: Y^* is Y*, W_1 is W1, \delta_2 is δ2.
 * Commands that are not known keep their name without the backslash. */
void cg_put_plain_tex(struct cg_strbuf *out, const char *tex);

/* A size in an expression: the name that means it, else its number in the model. */
void cg_put_size(struct cg_strbuf *out, const struct cg_model *model, int dim);

/* The size of an axis: its name, else its number. */
void cg_put_axis(struct cg_strbuf *out, const struct cg_model *model, int dim);

/* Does the TeX name itself this way on paper? NULL where it is fit to be typeset, else what is
 * wrong: braces that do not pair, a dollar sign, nothing at all. */
const char *cg_tex_flaw(const char *tex, size_t length);

#endif
