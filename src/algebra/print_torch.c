/* A script that computes a gradient twice, by PyTorch's autograd of the model and by the derived
 * form, and compares. The model is written with the printer of NumPy: PyTorch's names are the same
 * but for a few. */
#include "algebra/numpy.h"

#include <string.h>

/* PyTorch's functions where a model has its own name for one, or NumPy has none. */
static const char *in_torch(enum cg_kernel kernel)
{
    switch (kernel) {
    case CG_EXP:
        return "torch.exp";
    case CG_LOG:
        return "torch.log";
    case CG_SQRT:
        return "torch.sqrt";
    case CG_SIN:
        return "torch.sin";
    case CG_COS:
        return "torch.cos";
    case CG_TANH:
        return "torch.tanh";
    case CG_SIGMOID:
        return "torch.sigmoid";
    case CG_RELU:
        return "torch.relu";
    case CG_SOFTPLUS: /* torch's own is the identity beyond 20 */
        return "(lambda x: torch.logaddexp(x, torch.zeros_like(x)))";
    case CG_ABS:
        return "torch.abs";
    case CG_SQUARE:
        return "torch.square";
    case CG_IDENTITY:
    case CG_KERNEL_COUNT:
        break;
    }
    return "(lambda x: x)";
}

static const char helpers[] =
    "\n\ndef matrix_sum(x, axis=(0, 1), keepdims=True):\n"
    "    return torch.sum(x, dim=axis, keepdim=keepdims)\n\n\n"
    "def matrix_mean(x, axis=(0, 1), keepdims=True):\n"
    "    return torch.mean(x, dim=axis, keepdim=keepdims)\n\n\n"
    "def matrix_of(rows):\n"
    "    return rows[0][0].reshape(1, 1)\n\n\n"
    "def matrix_outer(a, b):\n"
    "    return a.reshape(-1, 1) @ b.reshape(1, -1)\n\n\n"
    "def matrix_full(shape, number):\n"
    "    return torch.full(shape, float(number))\n\n\n"
    "def derivative(f):\n"
    "    def slope(x):\n"
    "        x = x if x.requires_grad else x.clone().requires_grad_()\n"
    "        return torch.autograd.grad(f(x).sum(), x, create_graph=True)[0]\n"
    "    return slope\n";

static const char comparison[] =
    "\n\ninputs = {name: torch.tensor(rows, dtype=torch.float64, requires_grad=True)\n"
    "          for name, rows in values.items()}\n"
    "of, wrt = model(**inputs)\n"
    "slopes = [torch.autograd.grad(y, wrt, retain_graph=True, allow_unused=True)[0]\n"
    "          if y.requires_grad else None for y in of.reshape(-1)]\n"
    "autograd = torch.stack([torch.zeros_like(wrt) if s is None else s for s in slopes])\n"
    "derived = grad(**{name: values[name] for name in inspect.signature(grad).parameters})\n"
    "autograd = autograd.detach().numpy().reshape(derived.shape)\n"
    "difference = np.abs(autograd - derived).max()\n"
    "print('autograd:', autograd, sep='\\n')\n"
    "print('derived:', derived, sep='\\n')\n"
    "print(f'largest difference: {difference:.2e}')\n"
    "sys.exit(0 if difference <= 1e-9 * max(1, np.abs(autograd).max()) else 1)\n";

/* NumPy's text with PyTorch's names. */
static void put_translated(struct cg_strbuf *out, const char *text)
{
    static const char *const words[][2] = {
        {"np.sum(", "matrix_sum("},     {"np.mean(", "matrix_mean("}, {"np.array(", "matrix_of("},
        {"np.outer(", "matrix_outer("}, {"np.full(", "matrix_full("}, {"np.", "torch."}};
    while (*text) {
        size_t i = 0, n = sizeof words / sizeof *words;
        while (i < n && strncmp(text, words[i][0], strlen(words[i][0])))
            i++;
        if (i < n) {
            cg_put(out, words[i][1]);
            text += strlen(words[i][0]);
        } else {
            cg_putc(out, *text++);
        }
    }
}

/* Is the function called in the text? (Once too often does no harm.) */
static bool is_called(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)); at += length)
        if (at[length] == '(')
            return true;
    return false;
}

/* f = torch.sigmoid; f_prime = derivative(torch.sigmoid): those that the definitions call. */
static void put_functions(const struct cg_numpy *numpy, const char *definitions)
{
    const struct cg_model *model = numpy->model;
    for (size_t i = 0; i < model->n_functions; i++)
        for (int order = 0; order < 3; order++) {
            const struct cg_function *f = model->functions[i];
            struct cg_strbuf name;
            struct cg_numpy inner = *numpy;
            cg_strbuf_init(&name);
            inner.out = &name;
            cg_numpy_function_name(&inner, f, order);
            if (cg_numpy_must_define(f, order) && is_called(definitions, name.text))
                cg_putf(numpy->out, "    %s = %s%s%s\n", name.text,
                        order == 2 ? "derivative(derivative("
                        : order    ? "derivative("
                                   : "",
                        in_torch(f->kernel),
                        order == 2 ? "))"
                        : order    ? ")"
                                   : "");
            cg_strbuf_finish(&name);
        }
    if (is_called(definitions, "softmax"))
        cg_put(numpy->out, "    softmax = (lambda x: torch.softmax(x, dim=1))\n");
}

/* One definition. What is derived by does not move with what it is made of. */
static void put_definition(const struct cg_numpy *numpy, const struct cg_value *value,
                           const struct cg_value *wrt)
{
    struct cg_strbuf body, name;
    struct cg_numpy inner = *numpy;
    cg_strbuf_init(&body);
    cg_strbuf_init(&name);
    inner.out = &body;
    cg_numpy_expr(&inner, value->body);
    inner.out = &name;
    cg_numpy_name(&inner, value);
    bool array = cg_numpy_is_array(value->body);
    cg_putf(numpy->out, "    %s = %s", name.text, array ? "" : "matrix_full((1, 1), ");
    put_translated(numpy->out, body.text);
    cg_put(numpy->out, array ? "\n" : ")\n");
    if (value == wrt)
        cg_putf(numpy->out, "    %s = %s.detach().requires_grad_()\n", name.text, name.text);
    cg_strbuf_finish(&name);
    cg_strbuf_finish(&body);
}

static void put_model(const struct cg_numpy *numpy, const struct cg_derivation *d)
{
    const struct cg_model *model = numpy->model;
    struct cg_strbuf *out = numpy->out;
    cg_put(out, "\n\ndef model(");
    for (size_t i = 0; i < numpy->n_sources; i++) {
        cg_put(out, i ? ", " : "");
        cg_numpy_name(numpy, numpy->sources[i]);
    }
    cg_putf(out, "):\n    \"\"\"%s, and %s, by which it is derived.\"\"\"\n", d->of->name,
            d->wrt->name);
    struct cg_strbuf definitions;
    struct cg_numpy inner = *numpy;
    cg_strbuf_init(&definitions);
    inner.out = &definitions;
    for (size_t id = 0; id < model->n_values; id++)
        if (model->values[id]->kind == CG_VALUE_DEFINED)
            put_definition(&inner, model->values[id], d->wrt);
    put_functions(numpy, definitions.text);
    cg_put(out, definitions.text);
    cg_strbuf_finish(&definitions);
    cg_put(out, "    return ");
    cg_numpy_name(numpy, d->of);
    cg_put(out, ", ");
    cg_numpy_name(numpy, d->wrt);
    cg_putc(out, '\n');
}

void cg_print_torch(struct cg_strbuf *out, const struct cg_book *book,
                    const struct cg_derivation *derivation, cg_put_numbers put_numbers,
                    void *context)
{
    const struct cg_model *model = book->model;
    struct cg_arena arena;
    cg_arena_init(&arena);
    const struct cg_value **inputs = cg_alloc_array(&arena, model->n_values + 1, sizeof *inputs);
    struct cg_numpy numpy = {
        .out = out, .model = model, .book = book, .sources = inputs, .only_arrays = true};
    for (size_t id = 0; id < model->n_values; id++)
        if (model->values[id]->kind == CG_VALUE_INPUT)
            inputs[numpy.n_sources++] = model->values[id];
    cg_putf(out,
            "\"\"\"d%s/d%s twice: by PyTorch's autograd, and by the derived form.\"\"\"\n"
            "import inspect\nimport sys\n\nimport torch\n",
            derivation->of->name, derivation->wrt->name);
    cg_print_numpy(out, book, derivation);
    cg_put(out, "\n\ntorch.set_default_dtype(torch.float64)\n");
    cg_put(out, helpers);
    put_model(&numpy, derivation);
    cg_put(out, "\n\nvalues = {\n");
    for (size_t i = 0; i < numpy.n_sources; i++) {
        cg_put(out, "    '");
        cg_numpy_name(&numpy, inputs[i]);
        cg_put(out, "': ");
        put_numbers(context, out, inputs[i]);
        cg_put(out, ",\n");
    }
    cg_put(out, "}\n");
    cg_put(out, comparison + 1); /* one blank line less */
    cg_arena_finish(&arena);
}
