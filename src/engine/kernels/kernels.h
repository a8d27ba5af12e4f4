/* The kernels: what executes a plan's operations, in one precision, for one instruction set.
 *
 * `run.c` prepares an operation once and calls its kernel at each update. Several threads may call
 * the same kernel at once, each with its own part of the outputs: parts are independent, and a
 * number comes out with the same bits however the work is cut.
 */
#ifndef ENGINE_KERNELS_KERNELS_H
#define ENGINE_KERNELS_KERNELS_H

#include "engine/plan.h"

/* Bytes of one register of a map, a chunk of its domain: some ten of them stay in the first-level
 * cache. */
enum { KERNEL_CHUNK_BYTES = 1024 };

/* Networks side by side: bytes of a run, an entry's numbers for each network of a block; and runs
 * of a register of a map. A block's memory and some registers stay in the first-level cache. */
enum { KERNEL_LANES_BYTES = 512, KERNEL_LANES_RUNS = 15 };

/* A product goes down at most so much of its inner dimension at a time, in panels of so many bytes
 * of columns at most. */
enum { KERNEL_DEPTH = 2048, KERNEL_PANEL_BYTES = 128 };

struct kernel_view {
    enum plan_space space;
    size_t offset; /* in reals, from the beginning of the space */
    size_t row, col;
};

/* What a kernel works on. */
struct kernel_memory {
    void *space[2]; /* enum plan_space */
    void *scratch;  /* of this thread */
    void *scalars;  /* enum plan_scalar: a chunk each, filled with the number */
    double rate;    /* PLAN_RATE */
    size_t part, parts;
};

/* TILE: vectors along the columns, a panel of b and some rows of a at a time. DOT: vectors along
 * the inner dimension, one output at a time. */
enum kernel_form { KERNEL_TILE, KERNEL_DOT };

struct kernel_product {
    size_t rows, inner, cols;
    struct kernel_view a, b, out;
    enum plan_mode mode;
    enum kernel_form form;
    bool pack; /* panels of b are copied to the scratch first */
};

/* How an input of a map comes to the registers. */
enum kernel_place {
    KERNEL_MADE,   /* no input: in a slot, what an instruction made */
    KERNEL_NUMBER, /* no input: a chunk of its own, filled with the number */
    KERNEL_SCALAR, /* no input: one of memory's scalars */
    KERNEL_REPEAT, /* the same for all entries: in a slot, filled once */
    KERNEL_DIRECT, /* read where it is: entries side by side in the order of the walk */
    KERNEL_LINE,   /* one entry a row (column stride 0): in a slot, filled each row */
    KERNEL_GATHER  /* other strides: copied to a slot */
};

/* Where entries of a chunk of rows stand, counted in reals from the first: one integer of the size
 * of a real for each. Where all are below a vector's width, one vector holds them all, and a
 * permutation brings them into place. */
struct kernel_offsets {
    void *of;
    size_t reach; /* 1 + the greatest */
    bool permute;
};

struct kernel_register {
    enum kernel_place place;
    size_t slot;
    struct kernel_view view;
    struct kernel_offsets offsets; /* KERNEL_GATHER, but for KERNEL_LINES */
    void *chunk;                   /* KERNEL_NUMBER */
    enum plan_scalar scalar;       /* KERNEL_SCALAR */
    const uint32_t *runs;          /* of lanes: where each entry's run is, from the view's first */
    size_t kept;                   /* of lanes: 1 + the store to which it is written at once; 0 */
};

/* Codes of kernels: those of plans, and what two or three of them come to at once. */
enum kernel_code {
    KERNEL_PLUS_PRODUCT = PLAN_SIGN + 1, /* c + a b */
    KERNEL_MINUS_PRODUCT,                /* c - a b */
    KERNEL_SLOPE,                        /* a (1 - a), the sigmoid's */
    KERNEL_SIGMOID_OF_SUM,               /* sigmoid(a + b) */
    KERNEL_TANH_OF_SUM                   /* tanh(a + b) */
};

struct kernel_instr {
    int code;            /* enum plan_code or enum kernel_code */
    size_t out, a, b, c; /* registers; a in place of those that the code does not take */
};

struct kernel_store {
    size_t reg;
    size_t by; /* of lanes' sums: the register with whose entries those of reg are multiplied, or
                  KERNEL_NOTHING */
    struct kernel_view view;
    enum plan_reduce reduce;
    double scale; /* of a sum */
    enum plan_mode mode;
    size_t slot, sums_bytes;       /* of sums, which go on over chunks */
    struct kernel_offsets offsets; /* of what is kept, but for KERNEL_LINES; unless side by side */
    const uint32_t *runs;          /* of what lanes keep: where each entry's run goes */
    bool at_once; /* of lanes' sums: one chunk has all entries, and nothing reads the place */
};

#define KERNEL_NOTHING SIZE_MAX

/* How the domain is walked. LINES: row by row, in chunks of columns; what lies side by side is one
 * long row. TILES: rows of few columns, some whole rows a chunk, as if they were one. VECTOR: all
 * rows are one vector or less, and each register is a vector. */
enum kernel_walk { KERNEL_LINES, KERNEL_TILES, KERNEL_VECTOR };

/* Registers of a map that may be walked as a VECTOR. */
enum { KERNEL_VECTOR_REGISTERS = 32 };

/* What the parts of the work share out; with NOT there may be only one. */
enum kernel_cut { KERNEL_CUT_NOT, KERNEL_CUT_ROWS, KERNEL_CUT_COLS };

struct kernel_map {
    enum kernel_walk walk;
    size_t rows, cols;
    size_t lines;                      /* but for KERNEL_LINES: rows of a chunk */
    struct kernel_register *registers; /* the inputs first */
    struct kernel_instr *code;
    struct kernel_store *stores;
    size_t n_inputs, n_registers, n_code, n_stores, n_slots;
    enum kernel_cut cut;
};

struct kernel_softmax {
    size_t rows, cols;
    struct kernel_view a, out;
};

/* One instruction set in one precision. */
struct kernels {
    const char *name;        /* avx512_f32 */
    size_t real_size, width; /* of a real in bytes, of a vector in reals */
    bool permutes;           /* lanes of a vector in any order, by one instruction */
    void (*product)(const struct kernel_product *op, const struct kernel_memory *memory);
    void (*map)(const struct kernel_map *op, const struct kernel_memory *memory);
    void (*softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory);
    /* The same for a block of networks (lanes.h): of an operation prepared for that. An entry of
     * the plan's memory is KERNEL_LANES_BYTES of reals. */
    void (*lanes_product)(const struct kernel_product *op, const struct kernel_memory *memory);
    void (*lanes_map)(const struct kernel_map *op, const struct kernel_memory *memory);
    void (*lanes_softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory);
    /* code[0 .. n) over n_vectors of each register */
    void (*interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                      size_t n_vectors);
};

/* A number again and again, in reals of this size. */
void kernel_repeat(void *to, size_t bytes, size_t real_size, double number);

/* The best for this processor, or what the environment variable CHALKGRAD_KERNELS names (baseline,
 * avx2, avx512) where the processor can do that. */
const struct kernels *kernels_choose(enum cg_precision precision);

/* Each one that this processor can run: the i-th, or NULL. For tests. */
const struct kernels *kernels_available(enum cg_precision precision, size_t i);

#endif
