/* The instructions of a map, as kernels take them: those of the plan, several joined to one where
 * the kernels have one for them, and a slot for what each makes. */
#ifndef ENGINE_RUN_CODE_H
#define ENGINE_RUN_CODE_H

#include "engine/kernels/kernels.h"

/* The map has its inputs, their slots, and its stores. `chunk`: bytes of a register, which numbers
 * fill. `sum_products`: products of which only the sum is stored are left to the stores. */
void run_prepare_code(struct cg_arena *arena, struct kernel_map *map, const struct plan_map *from,
                      size_t real_size, size_t chunk, bool sum_products);

bool run_stored_itself(const struct kernel_map *map, size_t reg);

#endif
