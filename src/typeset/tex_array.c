/* \begin{matrix} and its like: rows of cells. */
#include "typeset/tex_parser.h"

#include <string.h>

static const struct environment {
    const char *name;
    struct array array;
} environments[] = {
    {"matrix", {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT}},
    {"pmatrix",
     {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT, .left = '(', .right = ')'}},
    {"bmatrix",
     {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT, .left = '[', .right = ']'}},
    {"Bmatrix",
     {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT, .left = '{', .right = '}'}},
    {"vmatrix",
     {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT, .left = '|', .right = '|'}},
    {"Vmatrix",
     {.align = "c",
      .column_gap = 1,
      .stretch = 1,
      .style = STYLE_TEXT,
      .left = 0x2016,
      .right = 0x2016}},
    {"smallmatrix", {.align = "c", .column_gap = .4f, .stretch = .5f, .style = STYLE_SCRIPT}},
    {"cases", {.align = "l", .column_gap = 1, .stretch = 1.2f, .style = STYLE_TEXT, .left = '{'}},
    {"array", {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_TEXT}},
    {"aligned",
     {.align = "rl", .column_gap = 1, .stretch = 1, .style = STYLE_DISPLAY, .paired = true}},
    {"align",
     {.align = "rl", .column_gap = 1, .stretch = 1, .style = STYLE_DISPLAY, .paired = true}},
    {"align*",
     {.align = "rl", .column_gap = 1, .stretch = 1, .style = STYLE_DISPLAY, .paired = true}},
    {"split",
     {.align = "rl", .column_gap = 1, .stretch = 1, .style = STYLE_DISPLAY, .paired = true}},
    {"gathered",
     {.align = "c", .column_gap = 1, .stretch = 1, .style = STYLE_DISPLAY, .paired = true}},
};

static const struct environment *environment_named(struct token word)
{
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++)
        if (strlen(environments[i].name) == word.length &&
            memcmp(environments[i].name, word.name, word.length) == 0)
            return &environments[i];
    return NULL;
}

/* The {lcr} behind \begin{array}. */
static void read_columns(struct parser *p, struct array *array, struct token begin)
{
    struct token word = parser_word(p, begin);
    for (size_t i = 0; i < word.length; i++) {
        if (!strchr("lcr", word.name[i]) || !word.name[i]) {
            parser_fail(p, word.name + i, word.name + i + 1,
                        "a column of an array is l (left), c (centre) or r (right)");
            return;
        }
    }
    array->align = cg_strndup(p->arena, word.name, word.length);
}

/* Returns what ends the row: & is consumed, \\ and \end too. */
static struct token read_row(struct parser *p, struct array *array, struct array_row *row,
                             struct token begin)
{
    struct array_cell **cell = &row->cells;
    struct token token;
    size_t columns = 0;
    do {
        *cell = cg_alloc(p->arena, sizeof **cell);
        if (array->paired && columns % 2) /* so that "&= x" has the space of a relation */
            parser_add(p, &(*cell)->body, NODE_GROUP, ATOM_ORD);
        parser_list(p, &(*cell)->body, STOP_CELL, begin);
        cell = &(*cell)->next;
        columns++;
        token = parser_next(p);
    } while (token.kind == TOKEN_NEXT_CELL && !p->failed);
    if (columns > array->n_columns)
        array->n_columns = columns;
    return token;
}

static bool is_empty(const struct array_row *row)
{
    return !row->cells->body.first && !row->cells->next;
}

static void read_rows(struct parser *p, struct array *array, struct token begin)
{
    struct array_row **row = &array->rows;
    struct token token;
    do {
        struct array_row *fresh = cg_alloc(p->arena, sizeof *fresh);
        token = read_row(p, array, fresh, begin);
        if (token.kind != TOKEN_NEXT_ROW && is_empty(fresh) && array->n_rows)
            break; /* the last row ended with \\ */
        *row = fresh;
        row = &fresh->next;
        array->n_rows++;
    } while (token.kind == TOKEN_NEXT_ROW && !p->failed);
}

void parser_array(struct parser *p, struct node_list *list, struct token begin)
{
    struct token word = parser_word(p, begin);
    if (p->failed)
        return;
    const struct environment *environment = environment_named(word);
    if (!environment) {
        parser_fail(
            p, word.name, word.name + word.length,
            "there is no \\begin{%.*s}; there are matrix, pmatrix, bmatrix, vmatrix, cases, "
            "aligned, gathered and array",
            (int)(word.length < 40 ? word.length : 40), word.name);
        return;
    }
    struct node *node = parser_add(p, list, NODE_ARRAY, ATOM_ORD);
    node->u.array = environment->array;
    if (environment->array.left || environment->array.right)
        node->atom = ATOM_INNER;
    if (!parser_enter(p, begin))
        return;
    if (strcmp(environment->name, "array") == 0)
        read_columns(p, &node->u.array, begin);
    if (!p->failed)
        read_rows(p, &node->u.array, begin);
    p->depth--;
    if (p->failed)
        return;
    struct token end = parser_word(p, begin);
    if (!p->failed && (end.length != word.length || memcmp(end.name, word.name, word.length) != 0))
        parser_fail(p, end.name, end.name + end.length,
                    "\\begin{%.*s} is closed by \\end{%.*s}; the names must be the same",
                    (int)word.length, word.name, (int)end.length, end.name);
}
