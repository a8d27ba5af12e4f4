/* What the commands' JSON has in common. */
#ifndef APP_JSON_H
#define APP_JSON_H

#include <chalkgrad/eval.h>

#include <cjson/cJSON.h>

/* [[1, 2], [3, 4]]: rows of numbers that read back exactly; null where one is not finite. */
cJSON *json_rows(const struct cg_matrix *matrix);

/* A number that reads back exactly, or null. */
cJSON *json_number(double number);

/* Prints the object on standard output with a newline behind it, and deletes it. */
void json_print(cJSON *object);

#endif
