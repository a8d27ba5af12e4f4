/* The derivation of one gradient, or of one local factor of a chain. Private to the algebra. */
#ifndef ALGEBRA_GRADIENT_H
#define ALGEBRA_GRADIENT_H

#include "algebra/trace.h"

/* The letters of an entry of a value. */
struct entry_letters {
    struct cg_index row, col;
};

/* What all derivations of one request share. Flags are by value id. */
struct request {
    struct cg_book *book;
    const struct cg_value *of;
    struct entry_letters of_at; /* the entry of `of` that is derived; none where `of` is a number */
    bool number;                /* is it? Then gradients go into the book, else into `found` */
    struct cg_derivation **found;
    size_t n_found, found_capacity;
    bool *needed;  /* `of` is computed from it (true for `of`) */
    bool *reached; /* it is computed from the wrt of the request (true for wrt) */
    const char *failure;
};

struct request request_make(struct cg_book *book, const struct cg_value *of,
                            const struct cg_value *wrt);

/* The derivation of `of` by a value between, which is there already; or NULL. */
const struct cg_derivation *request_find(const struct request *request, const struct cg_value *wrt);

/* Derives d of / d wrt, [row, col] the entry of wrt, into the book. parent: the chain step that it
 * is a child of, or NULL: then the line starts at the gradient's entry, and gradients of values
 * between are derived as children of its chain step. letters none: they are chosen. Where `of` is
 * not a number, all stays in indices. NULL on failure. */
struct cg_derivation *gradient_derive(struct request *request, const struct cg_value *wrt,
                                      struct entry_letters letters, const struct cg_step *parent,
                                      const char *as, const char *as_tex);

/* Derives the direct d of_[of] / d wrt_[by]. */
struct cg_derivation *local_derive(struct request *request, const struct cg_value *of,
                                   struct entry_letters of_letters, const struct cg_value *wrt,
                                   struct entry_letters by, const struct cg_step *parent);

/* chain.c: T/Y - (1 - T)/(1 - Y), entry by entry: whose denominators cancel against the slopes of
 * what comes before, so that it is no good under a name. */
bool is_sum_of_quotients(const struct cg_expr *matrix);

/* book.c: a result under a name; as NULL: one is made from of and wrt. */
const struct cg_value *book_name(struct cg_book *book, struct cg_derivation *derivation,
                                 const char *as, const char *as_tex);
void book_add(struct cg_book *book, struct cg_derivation *derivation);

#endif
