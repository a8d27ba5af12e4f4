#include <chalkgrad/words.h>

#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t cg_word_distance(const char *a, const char *b)
{
    size_t length = strlen(a), width = strlen(b);
    if (length > CG_LONGEST_WORD || width > CG_LONGEST_WORD)
        return SIZE_MAX;
    /* rows[i % 3][j]: of the first i bytes of a and the first j of b */
    size_t rows[3][CG_LONGEST_WORD + 1];
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[length % 3][width];
}
