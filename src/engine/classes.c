#include <chalkgrad/train.h>

/* One column: the answers are 0 and 1, or -1 and 1; *middle lies between them. */
static bool are_two(const struct cg_matrix *targets, double *middle)
{
    bool from_zero = true, around_zero = true;
    for (size_t i = 0; i < targets->rows; i++) {
        double target = targets->data[i];
        from_zero = from_zero && (target == 0 || target == 1);
        around_zero = around_zero && (target == -1 || target == 1);
    }
    *middle = from_zero ? 0.5 : 0;
    return from_zero || around_zero;
}

/* Each row a single 1 among 0s. */
static bool are_one_hot(const struct cg_matrix *targets)
{
    for (size_t r = 0; r < targets->rows; r++) {
        size_t ones = 0, zeros = 0;
        for (size_t c = 0; c < targets->cols; c++) {
            ones += targets->data[r * targets->cols + c] == 1;
            zeros += targets->data[r * targets->cols + c] == 0;
        }
        if (ones != 1 || zeros + 1 != targets->cols)
            return false;
    }
    return true;
}

static size_t largest(const double *row, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

bool cg_train_count_right(const struct cg_matrix *predictions, const struct cg_matrix *targets,
                          size_t *right)
{
    double middle = 0;
    size_t cols = targets->cols;
    *right = 0;
    if (predictions->rows != targets->rows || predictions->cols != cols ||
        !(cols == 1 ? are_two(targets, &middle) : are_one_hot(targets)))
        return false;
    for (size_t r = 0; r < targets->rows; r++) {
        const double *got = predictions->data + r * cols, *want = targets->data + r * cols;
        *right += cols == 1 ? (got[0] > middle) == (want[0] > middle)
                            : largest(got, cols) == largest(want, cols);
    }
    return true;
}
