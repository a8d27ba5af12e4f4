/* The table of a `data` or `test` block. Private to the lesson. */
#ifndef LESSON_DATA_H
#define LESSON_DATA_H

#include "lesson/opening.h"

struct table {
    bool test;                 /* rows kept apart: any number of them */
    struct cg_value **values;  /* what the block names */
    struct cg_matrix *numbers; /* by value: what it gets, in the lesson's arena */
    size_t n_values;
    size_t rows, columns;   /* rows: what the model says, of a test block until it is filled */
    struct cg_slice from;   /* the word `from`, or nothing */
    struct cg_slice source; /* what stands behind it */
};

/* Memory for table->rows rows. */
void table_room(struct cg_opening *o, struct table *table);

/* data_source.c. Fill the table by what stands behind `from`, a file or a generator; or by lines
 * X = load(...), of which there is one for each value. */
bool table_from_source(struct cg_opening *o, const struct cg_item *item, struct table *table);
bool table_from_lines(struct cg_opening *o, const struct cg_item *item, struct table *table);

#endif
