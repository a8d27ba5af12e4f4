/* What the TeX parser makes: a list of atoms, and the atoms' parts.
 *
 * \obj{N}{...} leaves no node: what it wraps stands in the surrounding list, and every node carries
 * the object that it belongs to. So an object cannot change classes, spacing or scripts.
 */
#ifndef TYPESET_TEX_NODE_H
#define TYPESET_TEX_NODE_H

#include "typeset/font.h"

#include <stdbool.h>

/* The classes of the TeXbook, chapter 17; their order is that of the table of spaces on page 170.
 */
enum atom_class {
    ATOM_ORD,
    ATOM_OP,
    ATOM_BIN,
    ATOM_REL,
    ATOM_OPEN,
    ATOM_CLOSE,
    ATOM_PUNCT,
    ATOM_INNER,
    ATOM_NONE /* spaces and style changes */
};

enum node_kind {
    NODE_SYMBOL,   /* one character */
    NODE_NAME,     /* upright letters: exp, softmax */
    NODE_TEXT,     /* words in a text face */
    NODE_GROUP,    /* a list as one atom */
    NODE_FRACTION, /* also \binom */
    NODE_RADICAL,
    NODE_ACCENT,
    NODE_LINE,   /* \overline, \underline */
    NODE_BRACE,  /* \overbrace, \underbrace */
    NODE_STACK,  /* \overset, \underset */
    NODE_FENCED, /* \left ... \middle ... \right */
    NODE_ARRAY,
    NODE_SPACE,
    NODE_STYLE /* for the rest of the list */
};

enum style_level { STYLE_DISPLAY, STYLE_TEXT, STYLE_SCRIPT, STYLE_SCRIPT_SCRIPT, STYLE_KEEP };

enum limits { LIMITS_DEFAULT, LIMITS_ALWAYS, LIMITS_NEVER };

struct node_list {
    struct node *first, *last;
};

struct fence { /* a delimiter of \left, \middle or \right and the list behind it */
    struct fence *next;
    uint32_t code; /* 0: none ('.') */
    int object;
    struct node_list body; /* empty behind \right */
};

struct array_cell {
    struct array_cell *next;
    struct node_list body;
};

struct array_row {
    struct array_row *next;
    struct array_cell *cells;
};

struct array {
    struct array_row *rows;
    size_t n_rows, n_columns;
    const char *align; /* 'l', 'c' or 'r' a column, repeated from the start where it ends */
    float column_gap;  /* between columns, em */
    bool paired;       /* 'aligned': no gap within a pair of columns, and more between rows */
    float stretch;     /* of the distance of rows */
    enum style_level style;
    uint32_t left, right; /* delimiters; 0: none */
};

struct node {
    struct node *next;
    enum node_kind kind;
    enum atom_class atom;
    int object; /* index into the parser's objects + 1; 0: none */
    enum limits limits;
    bool primes;                 /* sup consists of primes so far: an exponent may join them */
    bool takes_limits;           /* in display style, where \limits does not say otherwise */
    struct node_list *sup, *sub; /* NULL: none */
    union {
        struct {
            uint32_t code;
            bool large;   /* \sum: larger in display style, centred on the axis */
            float height; /* of \big and its like, em; 0: not one of them */
        } symbol;
        struct {
            const char *text;
            size_t length;
            enum cg_face face; /* of NODE_TEXT */
        } text;
        struct node_list group;
        struct {
            struct node_list above, below;
            bool bar;
            enum style_level style;
            uint32_t left, right;
        } fraction;
        struct {
            struct node_list body;
            struct node_list *degree;
        } radical;
        struct {
            struct node_list body;
            uint32_t code; /* of the combining character */
            bool wide;     /* as wide as its body */
        } accent;
        struct {
            struct node_list body;
            bool over;
        } line; /* and brace */
        struct {
            struct node_list body;
            struct node_list *above, *below;
        } stack;
        struct fence *fences;
        struct array array;
        struct {
            float em, mu; /* mu: 1/18 em of the current size */
        } space;
        enum style_level style;
    } u;
};

#endif
