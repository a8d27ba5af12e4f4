/* A Markdown file as a flat list of headings, paragraphs and blocks. Private to the lesson. */
#ifndef LESSON_DOCUMENT_H
#define LESSON_DOCUMENT_H

#include "lesson/source.h"

#include <chalkgrad/lesson.h>

/* X(id, the word behind the fence) */
#define CG_BLOCKS(X)                                                                               \
    X(CG_BLOCK_MODEL, "model")                                                                     \
    X(CG_BLOCK_DERIVE, "derive")                                                                   \
    X(CG_BLOCK_DATA, "data")                                                                       \
    X(CG_BLOCK_TEST, "test")                                                                       \
    X(CG_BLOCK_CLAIM, "claim")                                                                     \
    X(CG_BLOCK_TRAIN, "train")                                                                     \
    X(CG_BLOCK_ASK, "ask")

enum cg_block_kind {
#define X(id, word) id,
    CG_BLOCKS(X)
#undef X
        CG_BLOCK_COUNT
};

enum cg_item_kind { CG_ITEM_HEADING, CG_ITEM_PARAGRAPH, CG_ITEM_BLOCK };

struct cg_item {
    enum cg_item_kind kind;
    int level;                     /* HEADING: 1 .. 6 */
    struct cg_paragraph paragraph; /* HEADING, PARAGRAPH */
    const char *name; /* the bold words a paragraph begins with, without the full stop or
                         colon that they end with; NULL: none */
    struct cg_place name_place;
    size_t name_spans; /* how many spans the name takes */
    enum cg_block_kind block;
    struct cg_slice args; /* what stands behind the block's word */
    struct cg_slice body; /* padded: its columns are the file's */
};

struct cg_document {
    const char *title; /* of the front matter, or NULL */
    const char *needs; /* how to get the files that the lesson loads, or NULL */
    int order;
    uint64_t seed;
    struct cg_item *items;
    size_t n_items;
};

/* Front matter alone. *rest gets where it ends. */
bool cg_front_matter(struct cg_document *document, const struct cg_source *source,
                     struct cg_arena *arena, const char **rest, struct cg_error *error);

/* The whole file; everything is in `arena`. */
bool cg_document_parse(struct cg_document *document, const struct cg_source *source,
                       struct cg_arena *arena, struct cg_error *error);

/* Inline Markdown within a block as one paragraph. */
bool cg_inline_parse(struct cg_paragraph *paragraph, const struct cg_source *source,
                     struct cg_arena *arena, struct cg_slice text, struct cg_error *error);

/* The words of a paragraph, mathematics as its TeX. */
char *cg_paragraph_text(struct cg_arena *arena, const struct cg_paragraph *paragraph);

#endif
