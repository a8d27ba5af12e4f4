/* What the files of the parser share. Invariant: after a failure (`failed`), `at` == `end`, so that
 * every loop ends. */
#ifndef TYPESET_TEX_PARSER_H
#define TYPESET_TEX_PARSER_H

#include "typeset/tex_parse.h"
#include "typeset/tex_symbol.h"

struct parser {
    struct cg_arena *arena;
    struct cg_error *error;
    const char *text, *at, *end;
    bool failed;
    int depth;
    int object; /* the innermost \obj: index + 1, 0: none */
    enum alphabet alphabet;
    struct tex *tex;
    size_t object_capacity;
};

enum token_kind {
    TOKEN_END,
    TOKEN_CHARACTER,
    TOKEN_COMMAND, /* name without the backslash */
    TOKEN_OPEN,    /* { */
    TOKEN_CLOSE,   /* } */
    TOKEN_SUP,
    TOKEN_SUB,
    TOKEN_PRIME,
    TOKEN_NEXT_CELL, /* & */
    TOKEN_NEXT_ROW   /* \\ or \cr */
};

struct token {
    enum token_kind kind;
    uint32_t character;
    const char *start, *end; /* in the source */
    const char *name;        /* of a command */
    size_t length;
};

/* Skips spaces; reads nothing for a peek. */
struct token parser_next(struct parser *p);
struct token parser_peek(struct parser *p);
bool token_is(struct token token, const char *command);

/* Records the first mistake, from start to end. Always returns false. */
bool parser_fail(struct parser *p, const char *start, const char *end, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* One level deeper, for what may hold a list; the caller takes it back with p->depth--. */
bool parser_enter(struct parser *p, struct token token);

void parser_append(struct node_list *list, struct node *node);
/* A fresh node at the end of the list, in the current object. */
struct node *parser_add(struct parser *p, struct node_list *list, enum node_kind kind,
                        enum atom_class atom);
void parser_add_symbol(struct parser *p, struct node_list *list, const struct symbol *symbol);

enum stop { STOP_END, STOP_BRACE, STOP_RIGHT, STOP_CELL, STOP_BRACKET };

/* Atoms up to what ends the list, which is left unread (`opened` is where the list began, for
 * messages). */
void parser_list(struct parser *p, struct node_list *list, enum stop stop, struct token opened);

/* What a command works on: a group in braces, or one atom. `owner` is the command. */
void parser_argument(struct parser *p, struct node_list *list, struct token owner);

/* The letters of {name}; empty on failure. */
struct token parser_word(struct parser *p, struct token owner);

/* The command `token` with what belongs to it (tex_command.c). */
void parser_command(struct parser *p, struct node_list *list, struct token token);
/* \begin{...} ... \end{...} (tex_array.c). */
void parser_array(struct parser *p, struct node_list *list, struct token begin);

#endif
