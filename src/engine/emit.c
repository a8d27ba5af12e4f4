#include "engine/emit.h"

#include "engine/loops.h"
#include "engine/vectors.h"

static const char vector_math_text[] =
#include "engine/vector_math.inc"
    ;
static const char vector_loops_text[] =
#include "engine/vector_loops.inc"
    ;

const char *emit_function(enum plan_code code)
{
    static const char *const names[] = {
        [PLAN_POWER] = "v_pow", [PLAN_EXP] = "v_exp",         [PLAN_LOG] = "v_log",
        [PLAN_SQRT] = "v_sqrt", [PLAN_SIN] = "v_sin",         [PLAN_COS] = "v_cos",
        [PLAN_TANH] = "v_tanh", [PLAN_SIGMOID] = "v_sigmoid", [PLAN_SOFTPLUS] = "v_softplus",
        [PLAN_RELU] = "v_relu", [PLAN_ABS] = "v_abs",         [PLAN_STEP] = "v_step",
        [PLAN_SIGN] = "v_sign",
    };
    return names[code];
}

void emit_comment(struct cg_strbuf *out, int indent, const char *text)
{
    cg_putf(out, "%*s/* ", indent, "");
    for (const char *c = text; *c; c++) {
        if (*c == '\n' || *c == '\\')
            cg_putc(out, ' ');
        else
            cg_putc(out, *c);
        if ((c[0] == '*' && c[1] == '/') || (c[0] == '/' && c[1] == '*'))
            cg_putc(out, ' ');
    }
    cg_put(out, " */\n");
}

static void put_prelude(struct cg_strbuf *out, enum cg_precision precision, size_t lanes)
{
    cg_putf(out,
            "#include <stddef.h>\n\n"
            "typedef %s R;\n#define REAL_IS_FLOAT %d\n#define LANES %zu\n\n",
            precision == CG_F32 ? "float" : "double", precision == CG_F32, lanes);
    cg_putf(out, "%s\n%s\n", vector_math_text, vector_loops_text);
    cg_put(out, "enum { PLAN_RATE, PLAN_FIRST_BIAS, PLAN_SECOND_BIAS, PLAN_SCALAR_COUNT };\n\n"
                "void updates(void *state, void *work, const void *const *data,\n"
                "             const size_t *order, const double (*scalars)[PLAN_SCALAR_COUNT],\n"
                "             double *losses, size_t count, R *scratch)\n{\n"
                "    (void)state, (void)work, (void)data, (void)order;\n"
                "    (void)scalars, (void)losses, (void)scratch;\n");
}

size_t emit_updates(struct cg_strbuf *out, const struct plan *plan, enum cg_precision precision,
                    size_t bytes, bool batches)
{
    struct cg_arena arena;
    struct vectors_layout layout;
    size_t lanes = bytes / (precision == CG_F32 ? sizeof(float) : sizeof(double)), scratch = 0;
    cg_arena_init(&arena);
    if (vectors_search(&arena, plan, lanes, batches, &layout)) {
        put_prelude(out, precision, layout.lanes);
        vectors_emit(out, plan, &layout, batches);
    } else {
        put_prelude(out, precision, lanes);
        scratch = loops_emit(out, plan, lanes, batches);
    }
    cg_put(out, "}\n");
    cg_arena_finish(&arena);
    return scratch;
}
