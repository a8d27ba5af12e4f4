/* The parser of the model language: shared by its expressions (parser.c, operators.c), values
 * (literal.c) and statements (statement.c). Private to the algebra.
 *
 * Functions return false once the error is filled; nobody goes on after that.
 */
#ifndef ALGEBRA_PARSER_H
#define ALGEBRA_PARSER_H

#include "algebra/lexer.h"

#include <chalkgrad/model.h>

enum {
    CG_DEEPEST = 200,            /* levels of brackets, and of the tree */
    CG_MOST_VALUES = 10000,      /* names of values */
    CG_MOST_ENTRIES = 100000000, /* of one matrix */
    CG_LONGEST_MODEL = 1 << 20   /* bytes of text */
};

struct cg_parser {
    struct cg_model *model;
    struct cg_value *const *results; /* names beyond the model's */
    size_t n_results;
    bool gradients; /* may dJ/dW be written? */
    struct cg_tokens tokens;
    size_t at; /* the next token */
    int depth; /* of open brackets and signs */
    int norms; /* of open ‖ */
    const char *text;
    size_t length;
    struct cg_place start;
    struct cg_index_scope *scope; /* index notation; NULL: the model language */
    const char *defining;         /* the name whose definition is being read, or NULL */
    struct cg_error *error;
};

/* A parsed piece: its tree, how deep that is, and its tokens [first, last]. */
struct cg_term {
    const struct cg_expr *expr;
    int depth;
    size_t first, last;
};

void cg_parser_init(struct cg_parser *parser, struct cg_model *model, const char *text,
                    size_t length, struct cg_place start, struct cg_error *error);
void cg_parser_finish(struct cg_parser *parser);

const struct cg_token *cg_peek(const struct cg_parser *parser);
const struct cg_token *cg_peek_at(const struct cg_parser *parser, size_t ahead);
bool cg_accept(struct cg_parser *parser, enum cg_token_kind kind);

/* The text of a name token, in the arena. */
const char *cg_token_text(struct cg_parser *parser, const struct cg_token *token);

/* Fail at a token; or at all tokens of [first, last], where they stand on one line. */
bool cg_parser_fail(struct cg_parser *parser, const struct cg_token *token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool cg_parser_fail_over(struct cg_parser *parser, size_t first, size_t last, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));
/* "expected X, found Y" at the next token. */
bool cg_parser_expected(struct cg_parser *parser, const char *what);
/* The same where a bracket opened by token `open` ought to close. */
bool cg_parser_unclosed(struct cg_parser *parser, size_t open);

/* Something stands behind what ought to be the end of a statement or expression. */
bool cg_parser_no_end(struct cg_parser *parser);

/* What the letters of indices mean where the parser is. */
struct cg_index_scope {
    struct {
        bool known; /* `dim` is */
        int dim;
        char same_as; /* a letter of the same dim, by a delta, or 0 */
    } of[128];
};

/* index_parser.c: the operands that only index notation has, and entries H[k] behind an operand.
 * begins: does the next token begin one (also without an operator, as in H_k Y_l)? */
bool cg_index_begins(const struct cg_parser *parser);
bool cg_index_operand(struct cg_parser *parser, struct cg_term *out);
bool cg_index_entry(struct cg_parser *parser, struct cg_term *out);
/* May the two be multiplied or added? Not an entry and a whole matrix. */
bool cg_index_mixes(struct cg_parser *parser, const struct cg_term *left,
                    const struct cg_term *right);

/* A product, as the body of a sum; one operand. */
bool cg_parse_product(struct cg_parser *parser, struct cg_term *out);

/* A value by its name, among the results too; NULL where there is none. */
const struct cg_value *cg_parser_value(const struct cg_parser *parser, const char *name);

/* An expression over the names: sum, difference, product, ... */
bool cg_parse_sum(struct cg_parser *parser, struct cg_term *out);

/* operators.c: what an operator makes of parsed operands; checks and equates their shapes.
 * cg_build makes a term of an expression, once depth and size are checked. */
bool cg_build_check(struct cg_parser *parser, const struct cg_term *term);
bool cg_build_elementwise(struct cg_parser *parser, const char *symbol, const struct cg_term *left,
                          const struct cg_term *right, struct cg_shape *out);
bool cg_build_matmul(struct cg_parser *parser, const struct cg_term *left,
                     const struct cg_term *right, struct cg_term *out);
bool cg_build(struct cg_parser *parser, const struct cg_expr *expr, int depth, size_t first,
              size_t last, struct cg_term *out);

/* The functions with a syntax or a shape rule of their own. */
enum cg_builtin {
    CG_BUILTIN_NONE,
    CG_BUILTIN_SUM,
    CG_BUILTIN_MEAN,
    CG_BUILTIN_TRACE,
    CG_BUILTIN_DOT,
    CG_BUILTIN_OUTER,
    CG_BUILTIN_NORM2,
    CG_BUILTIN_SOFTMAX,
    CG_BUILTIN_DIAG,
    CG_BUILTIN_EYE,
    CG_BUILTIN_ONES,
    CG_BUILTIN_ZEROS
};
enum cg_builtin cg_builtin_find(const char *name);
const char *cg_builtin_name(enum cg_builtin builtin);

/* The call of a builtin, from its name token on. */
bool cg_parse_builtin(struct cg_parser *parser, enum cg_builtin builtin, struct cg_term *out);

/* A size: a number or the name of one, as a dim. */
bool cg_parse_size(struct cg_parser *parser, int *dim);

/* What stands behind the = of a declaration. */
bool cg_parse_init(struct cg_parser *parser, const char *name, struct cg_shape shape,
                   struct cg_init *init);

#endif
