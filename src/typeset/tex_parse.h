/* The TeX subset: text -> atoms. Recursive descent; depth and length are capped. */
#ifndef TYPESET_TEX_PARSE_H
#define TYPESET_TEX_PARSE_H

#include "typeset/tex_node.h"

#include <chalkgrad/error.h>

enum { TEX_MAX_DEPTH = 64, TEX_MAX_LENGTH = 16384 };

struct tex_object {
    int id;     /* from the source */
    int parent; /* index, -1: none */
};

struct tex {
    struct node_list list;
    struct tex_object *objects; /* outer before inner */
    size_t n_objects;
};

/* False with the place of the mistake. Nodes are in the arena. */
bool tex_parse(struct cg_arena *arena, const char *text, size_t length, struct tex *tex,
               struct cg_error *error);

#endif
