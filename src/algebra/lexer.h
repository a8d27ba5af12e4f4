/* The words of the model language. The whole text is cut at once, so that the parser can look ahead
 * and name a slice of the source in a message. What is wrong becomes a CG_TOKEN_BAD with its
 * message: the parser reports it when it gets there, so the first mistake in the text is the one
 * reported.
 */
#ifndef ALGEBRA_LEXER_H
#define ALGEBRA_LEXER_H

#include <chalkgrad/error.h>

enum cg_token_kind {
    CG_TOKEN_END,
    CG_TOKEN_BREAK, /* a new line outside brackets, or ; */
    CG_TOKEN_NAME,
    CG_TOKEN_NUMBER,
    CG_TOKEN_STRING, /* start and size are those of what is between the quotes */
    CG_TOKEN_TEX,    /* what stands behind `as`, trimmed */
    CG_TOKEN_PLUS,
    CG_TOKEN_MINUS,
    CG_TOKEN_STAR,
    CG_TOKEN_SLASH,
    CG_TOKEN_AT,
    CG_TOKEN_POWER, /* ^ or ** */
    CG_TOKEN_PRIME,
    CG_TOKEN_TRANSPOSE, /* .T */
    CG_TOKEN_OPEN,
    CG_TOKEN_CLOSE,
    CG_TOKEN_OPEN_ROW,
    CG_TOKEN_CLOSE_ROW,
    CG_TOKEN_COMMA,
    CG_TOKEN_EQUALS,
    CG_TOKEN_COLON,
    /* Only in index notation (cg_index_tokens); `letters` are theirs. */
    CG_TOKEN_INDEX,    /* _kl or [k,l] behind what it is an entry of */
    CG_TOKEN_SUM_OVER, /* sum_i, Σ_ij */
    CG_TOKEN_DELTA,    /* delta(i,l), δ_il */
    CG_TOKEN_D,        /* the d of a derivative */
    CG_TOKEN_NORM,     /* ‖ */
    CG_TOKEN_BAD
};

struct cg_token {
    enum cg_token_kind kind;
    const char *start; /* into the text */
    size_t size;       /* bytes */
    struct cg_place place;
    double number;
    int den;             /* NUMBER: it is number / den, where not 0 */
    const char *message; /* BAD: what is wrong, static */
    const char *meaning; /* NAME: the name that is meant, or NULL: as written */
    char letters[8];     /* indices, NUL-terminated */
};

struct cg_tokens {
    struct cg_token *items; /* the last is CG_TOKEN_END */
    size_t count, capacity;
};

/* Borrows text. Free with cg_tokens_finish, which accepts NULL and zeroed tokens. */
void cg_tokens_init(struct cg_tokens *tokens, const char *text, size_t length,
                    struct cg_place start);
void cg_tokens_finish(struct cg_tokens *tokens);

struct cg_model;
struct cg_value;

/* The words of a line in index notation, as a lesson writes it or as the board prints it. Names are
 * looked for among the model's and the results', as written and as shown (Y* for Ystar), since
 * they may stand close: H_k, HW. `meaning` lives as long as the model. */
void cg_index_tokens(struct cg_tokens *tokens, const struct cg_model *model,
                     struct cg_value *const *results, size_t n_results, const char *text,
                     size_t length, struct cg_place start);

/* Is the token this word? */
bool cg_token_is(const struct cg_token *token, const char *word);

/* May the code point stand in a name; at its beginning? Letters of any script, digits, _. */
bool cg_is_name_start(unsigned c);
bool cg_is_name_part(unsigned c);

#endif
