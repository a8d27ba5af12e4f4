/* A model: what a `model` block or a bare model file says. Names, shapes, definitions, in order.
 *
 * Invariants: every name is declared before it is used; every value is a matrix of order 2 (a
 * scalar is 1 x 1); `values` is in the order of the source, so each definition uses only earlier
 * values. The numbers of inputs are not here but in an environment (engine): the model only says
 * how to make them.
 */
#ifndef CHALKGRAD_MODEL_H
#define CHALKGRAD_MODEL_H

#include <chalkgrad/expr.h>

/* The elementwise functions: X(id, name in the language, order 0.. known derivatives are in engine)
 */
#define CG_KERNELS(X)                                                                              \
    X(CG_EXP, "exp")                                                                               \
    X(CG_LOG, "log")                                                                               \
    X(CG_SQRT, "sqrt")                                                                             \
    X(CG_SIN, "sin")                                                                               \
    X(CG_COS, "cos")                                                                               \
    X(CG_TANH, "tanh")                                                                             \
    X(CG_SIGMOID, "sigmoid")                                                                       \
    X(CG_RELU, "relu")                                                                             \
    X(CG_SOFTPLUS, "softplus")                                                                     \
    X(CG_ABS, "abs")                                                                               \
    X(CG_SQUARE, "square")                                                                         \
    X(CG_IDENTITY, "identity")

enum cg_kernel {
#define X(id, name) id,
    CG_KERNELS(X)
#undef X
        CG_KERNEL_COUNT
};

/* `f = sigmoid` makes {name "f", tex "f", CG_SIGMOID}; each kernel also stands under its own name.
 */
struct cg_function {
    const char *name; /* in the model language */
    const char *tex;  /* as typeset: "f", "\\sigma", "\\tanh" */
    enum cg_kernel kernel;
    struct cg_place place; /* where the lesson names it; line 0: the kernel itself */
};

enum cg_value_kind {
    CG_VALUE_INPUT,   /* declared with a shape; its numbers come from `init` */
    CG_VALUE_DEFINED, /* a definition: `body` */
    CG_VALUE_RESULT   /* a named gradient of a derivation (delta): `body` is its matrix form */
};

enum cg_init_kind {
    CG_INIT_RANDOM, /* nothing said: drawn from normal(0, 1) */
    CG_INIT_LITERAL,
    CG_INIT_UNIFORM, /* a = low, b = high */
    CG_INIT_NORMAL,  /* a = mean, b = deviation */
    CG_INIT_XAVIER, /* uniform(-b, b), b = sqrt(6 / (rows + columns)): keeps the spread of what goes
                       forward through H @ W and of what comes back. X. Glorot, Y. Bengio,
                       "Understanding the difficulty of training deep feedforward neural networks"
                       (2010), equation 16 */
    CG_INIT_HE,     /* normal(0, sqrt(2 / rows)): the same where relu drops half. K. He et al.,
                       "Delving deep into rectifiers" (2015), equation 10 */
    CG_INIT_ZEROS,
    CG_INIT_ONES,
    CG_INIT_EYE,
    CG_INIT_LOAD, /* `load` */
    CG_INIT_DATA  /* rows of a lesson's data block: `data` as for a literal */
};

/* load("net.safetensors", "fc1.weight").T / 255 */
struct cg_load {
    const char *path;   /* relative to the file of the model */
    const char **names; /* of an array of the file, or of columns of a CSV file, side by side; none:
                           the only array, or the one that has the name of the value */
    size_t n_names;
    bool onehot;     /* each number c of the file, from 0, becomes a row with a 1 in column c */
    bool transposed; /* .T */
    double factor, divisor; /* what is loaded is x * factor / divisor */
};

struct cg_init {
    enum cg_init_kind kind;
    double a, b;
    const double *data; /* rows * cols, row by row */
    const struct cg_load *load;
    struct cg_place place;
};

struct cg_value {
    const char *name; /* as written: "Ystar"; a result's as its `as` says: "δ" */
    const char *tex;  /* as typeset: "Y^*"; "\\delta" */
    enum cg_value_kind kind;
    struct cg_shape shape;
    const struct cg_expr *body;      /* defined and result; else NULL */
    const struct cg_value *of, *wrt; /* a result: what it is the gradient of, and by what */
    struct cg_init init;             /* input */
    struct cg_place place;           /* of the name, where it is declared */
    char hinge;                      /* a definition that the model does not name itself, but that
                                        was part of a longer one: the letter of its name; else 0 */
    size_t id;                       /* inputs and definitions: position in model->values;
                                        results: model->n_values and up, in order of naming */
};

/* A size. Literal sizes and names of one size that a product or sum equates share a root. */
struct cg_dim {
    const char *name; /* NULL for a literal size */
    size_t size;
    int parent; /* union-find; a root is its own parent */
};

struct cg_model {
    struct cg_arena *arena; /* borrowed: holds everything below */
    const char *file;       /* for messages */
    struct cg_dim *dims;    /* dims[0] is the size 1 */
    size_t n_dims, dims_capacity;
    struct cg_value **values;
    size_t n_values, values_capacity;
    struct cg_function **functions; /* the kernels first, then the lesson's own */
    size_t n_functions, functions_capacity;
    struct cg_names *names; /* private: finds the three above by name */
};

/* An empty model with the kernels under their own names. Arena and file name are borrowed and must
 * live as long as the model. Nothing to finish. */
void cg_model_init(struct cg_model *model, struct cg_arena *arena, const char *file);

/* Adds the statements in `text`; its first line has number first_line in the file. May be called
 * again for later blocks. Parts of a definition that is too long to be differentiated in readable
 * lines become values before it (Z1, H1, ...: `hinge`); statements can't use their names, and may
 * take them, upon which the hinge gets another. On error the model is as it was before the call.
 * Limits: 1 MB of text, depth 200, 10,000 values, sizes up to 1,000,000, 100,000,000 entries a
 * matrix. */
bool cg_model_add(struct cg_model *model, const char *text, size_t length, int first_line,
                  struct cg_error *error);

/* Parses one expression over the model's names (also f'(Z), dJ/dW for CG_GRAD, and the names of
 * `results`). NULL on error; the error quotes `text` only where it starts in column 1 (else the
 * caller, who has the whole line, quotes). May add and equate dims: parse before making an env. */
const struct cg_expr *cg_parse_expr(struct cg_model *model, struct cg_value *const *results,
                                    size_t n_results, const char *text, size_t length,
                                    struct cg_place start, struct cg_error *error);

/* Parses `load(...)` and what may stand behind it, as in a declaration; nothing else may be there.
 * Error and place as for cg_parse_expr. */
bool cg_parse_load(struct cg_model *model, const char *text, size_t length, struct cg_place start,
                   struct cg_init *init, struct cg_error *error);

/* NULL where there is no such name. */
struct cg_value *cg_model_find(const struct cg_model *model, const char *name);
const struct cg_function *cg_model_function(const struct cg_model *model, const char *name);

/* The nearest name by edit distance, for "did you mean"; NULL where none is near. */
const char *cg_model_nearest(const struct cg_model *model, const char *name);

/* May `name` be given to something new? False, with the reason, where it is no name, means
 * something in the language or is taken. (Results of a book are the caller's to compare.) */
bool cg_check_new_name(const struct cg_model *model, const char *name, struct cg_place place,
                       struct cg_error *error);

/* The TeX that a name has where `as` says nothing: W1 is W_1, theta and θ are \theta, several
 * letters stand upright. In the arena. */
const char *cg_default_tex(struct cg_arena *arena, const char *name);

int cg_dim_root(const struct cg_model *model, int dim);
size_t cg_dim_size(const struct cg_model *model, int dim);
/* A name that stands for the dim (any of its class), or NULL. */
const char *cg_dim_name(const struct cg_model *model, int dim);
/* The name that means this size in an expression, or NULL: none has it, or a value has it too. */
const char *cg_size_name(const struct cg_model *model, int dim);
bool cg_same_dim(const struct cg_model *model, int a, int b);
bool cg_same_shape(const struct cg_model *model, struct cg_shape a, struct cg_shape b);
bool cg_is_scalar(const struct cg_model *model, struct cg_shape shape); /* 1 x 1 */

/* The sizes of a value at the model's own dims. */
size_t cg_rows(const struct cg_model *model, struct cg_shape shape);
size_t cg_cols(const struct cg_model *model, struct cg_shape shape);

/* Does `user` reach `value` through definitions (true also for value itself)? */
bool cg_depends(const struct cg_value *user, const struct cg_value *value);

#endif
