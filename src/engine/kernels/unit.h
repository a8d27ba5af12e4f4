/* What the sources of a unit know of each other. KERNEL(map) is kernel_avx2_f32_map in the unit
 * avx2_f32. */
#ifndef ENGINE_KERNELS_UNIT_H
#define ENGINE_KERNELS_UNIT_H

#include "engine/kernels/kernels.h"
#include "engine/kernels/vector.h"

#define KERNEL_JOIN_(unit, name) kernel_##unit##_##name
#define KERNEL_JOIN(unit, name)  KERNEL_JOIN_(unit, name)
#define KERNEL(name)             KERNEL_JOIN(KERNEL_UNIT, name)

enum { CHUNK = KERNEL_CHUNK_BYTES / sizeof(real) };

void KERNEL(interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                       size_t n_vectors);
/* The same for registers of one vector each. */
void KERNEL(vector_interpret)(const struct kernel_instr *code, size_t n, vec *registers);
/* The same for `n_runs` runs of lanes: run r of register i is runs[i][r] runs behind its begin. */
void KERNEL(lanes_interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                             const uint32_t *const *runs, size_t n_runs);
void KERNEL(map)(const struct kernel_map *op, const struct kernel_memory *memory);
void KERNEL(vector_map)(const struct kernel_map *op, const struct kernel_memory *memory);
void KERNEL(product)(const struct kernel_product *op, const struct kernel_memory *memory);
void KERNEL(softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory);
void KERNEL(lanes_map)(const struct kernel_map *op, const struct kernel_memory *memory);
void KERNEL(lanes_product)(const struct kernel_product *op, const struct kernel_memory *memory);
void KERNEL(lanes_softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory);
extern const struct kernels KERNEL(table);

INLINE real *place_of(const struct kernel_memory *memory, const struct kernel_view *view)
{
    return (real *)memory->space[view->space] + view->offset;
}

/* One sum of a map to its place: out = scale total, or out -= rate scale total */
INLINE void store_total(const struct kernel_memory *memory, const struct kernel_store *to,
                        real *out, double total)
{
    real scaled = (real)(total * to->scale);
    *out = to->mode == PLAN_SET ? scaled : *out - (real)memory->rate * scaled;
}

#endif
