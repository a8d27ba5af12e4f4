#include "app/json.h"

#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdio.h>

cJSON *json_number(double number)
{
    if (!isfinite(number))
        return cJSON_CreateNull();
    /* cJSON prints 15 digits where they read back nearly; these read back exactly. */
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_put_number(&text, number);
    cJSON *item = cJSON_CreateRaw(text.text);
    cg_strbuf_finish(&text);
    return item;
}

cJSON *json_rows(const struct cg_matrix *matrix)
{
    cJSON *rows = cJSON_CreateArray();
    for (size_t r = 0; r < matrix->rows; r++) {
        cJSON *row = cJSON_CreateArray();
        for (size_t c = 0; c < matrix->cols; c++)
            cJSON_AddItemToArray(row, json_number(matrix->data[r * matrix->cols + c]));
        cJSON_AddItemToArray(rows, row);
    }
    return rows;
}

void json_print(cJSON *object)
{
    char *text = cJSON_Print(object);
    if (!text)
        cg_out_of_memory();
    puts(text);
    cJSON_free(text);
    cJSON_Delete(object);
}
