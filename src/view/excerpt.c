/* What is shown of a long axis: the first entries, the last, and the pinned one, as in a textbook.
 * Grids that share an axis show the same of it, so that their rows line up. */
#include "view/stage.h"

static void show(struct grid_axis *axis, size_t entry)
{
    size_t i = axis->count++, before = i ? axis->at[i - 1] : 0;
    axis->at[i] = entry;
    axis->dots[i] = i ? axis->dots[i - 1] + (entry > before + 1) : 0;
}

struct grid_axis stage_axis_of(size_t size, size_t pinned, bool brief)
{
    struct grid_axis axis = {0};
    size_t whole = brief ? GRID_BRIEF : GRID_WHOLE, some = brief ? GRID_BRIEF_HEAD : GRID_HEAD;
    size_t head = size <= whole ? size : some;
    for (size_t i = 0; i < head; i++)
        show(&axis, i);
    if (head == size)
        return axis;
    if (pinned >= head && pinned < size - 1)
        show(&axis, pinned);
    show(&axis, size - 1);
    return axis;
}

bool stage_axis_whole(const struct grid_axis *axis)
{
    return axis->count == 0 || axis->dots[axis->count - 1] == 0;
}

float stage_axis_place(const struct grid_axis *axis, size_t i, float pitch, float dots)
{
    return (float)i * pitch + (float)axis->dots[i] * dots;
}

float stage_axis_length(const struct grid_axis *axis, float cell, float gap, float dots)
{
    if (axis->count == 0)
        return 0;
    return stage_axis_place(axis, axis->count - 1, cell + gap, dots) + cell;
}

size_t stage_axis_find(const struct grid_axis *axis, size_t entry)
{
    size_t i = 0;
    while (i < axis->count && axis->at[i] != entry)
        i++;
    return i;
}
