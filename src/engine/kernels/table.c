/* The unit as a table. */
#include "engine/kernels/unit.h"

#define NAME_(unit) #unit
#define NAME(unit)  NAME_(unit)

const struct kernels KERNEL(table) = {
    .name = NAME(KERNEL_UNIT),
    .real_size = sizeof(real),
    .width = W,
    .permutes = PERMUTES,
    .product = KERNEL(product),
    .map = KERNEL(map),
    .softmax = KERNEL(softmax),
    .lanes_product = KERNEL(lanes_product),
    .lanes_map = KERNEL(lanes_map),
    .lanes_softmax = KERNEL(lanes_softmax),
    .interpret = KERNEL(interpret),
};
