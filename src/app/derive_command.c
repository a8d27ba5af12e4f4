/* chalkgrad derive: one gradient of a lesson or a bare model, derived, verified and printed. */
#include "app/commands.h"
#include "app/derive.h"
#include "app/extent.h"

#include <chalkgrad/domain.h>
#include <chalkgrad/file.h>
#include <chalkgrad/lesson.h>
#include <chalkgrad/print.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TRIALS = 2, LARGEST_FILE = 1 << 20 };

static const char help[] =
    "usage: chalkgrad derive FILE --wrt NAME [OPTIONS]\n"
    "       chalkgrad derive -e 'STATEMENTS' --wrt NAME [OPTIONS]\n"
    "Derives the gradient of one value of a model by another, line by line, checks every line\n"
    "with numbers and prints it. FILE is a lesson (.md), whose names for results are used, or a\n"
    "file of the model language; - reads standard input.\n"
    "\n"
    "  -e, --expression S  the model itself, statements separated by ;\n"
    "      --wrt NAME      what to derive by\n"
    "      --of NAME       what to derive (default J)\n"
    "      --format F      text (default), latex, numpy, torch, c or json\n"
    "      --depth D       text and latex: summary (the lines of a textbook), rules (every\n"
    "                      line, default) or atoms (every single rule)\n"
    "      --atoms         the same as --depth atoms\n"
    "\n"
    "Example: chalkgrad derive -e 'X : 4 x 3; w : 3 x 1; J = norm2(X @ w)' --wrt w\n";

enum format { FORMAT_TEXT, FORMAT_LATEX, FORMAT_NUMPY, FORMAT_C, FORMAT_TORCH, FORMAT_JSON };

struct request {
    const char *file, *statements, *wrt, *of;
    enum format format;
    enum cg_depth depth;
    bool help;
};

/* A model with its numbers: a lesson's, or our own. */
struct source {
    struct cg_lesson *lesson;
    struct cg_arena arena;
    struct cg_model own_model;
    struct cg_book own_book;
    struct cg_env own_env;
    struct cg_model *model;
    struct cg_book *book;
    struct cg_env *env;
};

static bool take_format(struct request *request, const char *value)
{
    static const char *const names[] = {"text", "latex", "numpy", "c", "torch", "json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(value, names[i])) {
            request->format = (enum format)i;
            return true;
        }
    return command_complain(value, "--format takes text, latex, numpy, c, torch or json");
}

static bool take_option(struct request *request, int code, char *value)
{
    switch (code) {
    case 'e':
        request->statements = value;
        return true;
    case 'w':
        request->wrt = value;
        return true;
    case 'o':
        request->of = value;
        return true;
    case 'f':
        return take_format(request, value);
    case 'd':
        request->depth = cg_depth_find(value);
        return request->depth != CG_DEPTH_COUNT ||
               command_complain(value, "--depth takes summary, rules or atoms");
    case 'a':
        request->depth = CG_DEPTH_ATOMS;
        return true;
    case 'h':
        return request->help = true;
    default: /* getopt has said what is wrong */
        return false;
    }
}

static bool parse(struct request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"expression", required_argument, NULL, 'e'},
        {"wrt", required_argument, NULL, 'w'},
        {"of", required_argument, NULL, 'o'},
        {"format", required_argument, NULL, 'f'},
        {"depth", required_argument, NULL, 'd'},
        {"atoms", no_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *request = (struct request){.of = "J", .depth = CG_DEPTH_RULES};
    int code;
    optind = 1;
    while ((code = getopt_long(argc, argv, "e:h", options, NULL)) != -1)
        if (!take_option(request, code, optarg))
            return false;
    if (request->help)
        return true;
    if (argc - optind != (request->statements ? 0 : 1)) {
        fputs("chalkgrad: derive takes one FILE, or -e 'STATEMENTS'; see chalkgrad derive --help\n",
              stderr);
        return false;
    }
    request->file = request->statements ? "-e" : argv[optind];
    if (!request->wrt)
        fputs("chalkgrad: derive needs --wrt NAME: what to derive by\n", stderr);
    return request->wrt != NULL;
}

static bool is_lesson(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot && (!strcasecmp(dot, ".md") || !strcasecmp(dot, ".markdown"));
}

static bool open_model(struct source *source, const struct request *request, struct cg_error *error)
{
    const char *text = request->statements;
    size_t size = text ? strlen(text) : 0;
    if (!text)
        text = cg_read_file(&source->arena, request->file, LARGEST_FILE, &size, error);
    if (!text)
        return false;
    source->model = &source->own_model;
    source->book = &source->own_book;
    cg_model_init(source->model, &source->arena, request->file);
    cg_book_init(source->book, source->model, &source->arena);
    if (!cg_model_add(source->model, text, size, 1, error))
        return false;
    if (!cg_env_init_live(&source->own_env, source->model, 1, error)) {
        if (error->place.line)
            cg_error_quote(error, text, size, 1);
        return false;
    }
    source->env = &source->own_env;
    if (!cg_check_domain(source->env, error)) { /* the lines hold all the same */
        cg_error_quote(error, text, size, 1);
        cg_warning_print(stderr, error);
    }
    return true;
}

static bool open_source(struct source *source, const struct request *request,
                        struct cg_error *error)
{
    *source = (struct source){0};
    cg_arena_init(&source->arena);
    if (request->statements || !is_lesson(request->file))
        return open_model(source, request, error);
    source->lesson = cg_lesson_open(request->file, error);
    if (!source->lesson)
        return false;
    source->model = &source->lesson->model;
    source->book = &source->lesson->book;
    source->env = &source->lesson->env;
    return true;
}

static void close_source(struct source *source)
{
    cg_env_finish(&source->own_env);
    cg_arena_finish(&source->arena);
    cg_lesson_close(source->lesson);
}

/* A value that the command line names. */
static const struct cg_value *find_value(const struct source *source, const struct request *request,
                                         const char *option, const char *name)
{
    const struct cg_value *value = cg_model_find(source->model, name);
    if (value)
        return value;
    const char *near = cg_model_nearest(source->model, name);
    fprintf(stderr, "chalkgrad: %s: there is no value %s in %s", option, name, request->file);
    if (near && cg_model_find(source->model, near))
        fprintf(stderr, "; did you mean %s?", near);
    else if (!strcmp(option, "--of") && !strcmp(name, "J"))
        fputs("; say with --of what to derive", stderr);
    fputc('\n', stderr);
    return NULL;
}

static bool verify(struct derive_result *result, const struct cg_derivation *derivation,
                   struct cg_work *work, struct cg_error *error)
{
    cg_verify_within(result->book, derivation, result->env, TRIALS, work, result->checks);
    extent_add_steps(&result->extent, result->checks, derivation->steps, derivation->n_steps);
    return cg_verified(derivation, result->checks, (struct cg_place){0}, error);
}

typedef void print_one(struct cg_strbuf *out, const struct cg_derivation *derivation,
                       enum cg_depth depth);

/* All derivations, with `between` between them. The lines that introduce names stand before what is
 * above, where these names are used. */
static void print_all(struct cg_strbuf *out, const struct derive_result *result,
                      const struct request *request, print_one *one, const char *between)
{
    struct cg_derivation head = *result->derivation, rest = head;
    head.n_steps = 0;
    head.no_matrix_form = NULL;
    while (result->n_above && head.steps[head.n_steps]->rule == CG_RULE_LET)
        head.n_steps++;
    rest.steps += head.n_steps;
    rest.n_steps -= head.n_steps;
    if (head.n_steps) {
        one(out, &head, request->depth);
        cg_put(out, between);
    }
    for (size_t i = 0; i < result->n_above; i++) {
        one(out, result->above[i], request->depth);
        cg_put(out, between);
    }
    one(out, &rest, request->depth);
}

static void print_text(const struct derive_result *result, const struct request *request)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    print_all(&out, result, request, cg_print_derivation, "\n");
    cg_putf(&out, "\n%zu lines checked, largest relative error %.1e\n", result->extent.lines,
            result->extent.worst);
    extent_put(&out, "", &result->extent, result->env);
    fputs(out.text, stdout);
    cg_strbuf_finish(&out);
}

/* The rows of an input's numbers, for Python. */
static void put_numbers(void *context, struct cg_strbuf *out, const struct cg_value *input)
{
    const struct cg_env *env = context;
    const struct cg_matrix *m = &env->values[input->id];
    for (size_t r = 0; r < m->rows; r++)
        for (size_t c = 0; c < m->cols; c++)
            cg_putf(out, "%s%.17g%s",
                    c   ? ", "
                    : r ? ",\n          ["
                        : "[[",
                    m->data[r * m->cols + c],
                    c + 1 < m->cols   ? ""
                    : r + 1 < m->rows ? "]"
                                      : "]]");
}

static void print(const struct derive_result *result, const struct request *request)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    switch (request->format) {
    case FORMAT_TEXT:
        print_text(result, request);
        break;
    case FORMAT_LATEX:
        print_all(&out, result, request, cg_print_derivation_latex, "");
        break;
    case FORMAT_NUMPY:
        cg_print_numpy(&out, result->book, result->derivation);
        break;
    case FORMAT_C:
        cg_print_c(&out, result->book, result->derivation);
        break;
    case FORMAT_TORCH:
        cg_print_torch(&out, result->book, result->derivation, put_numbers, (void *)result->env);
        break;
    case FORMAT_JSON:
        derive_print_json(result);
        break;
    }
    fputs(out.text, stdout);
    cg_strbuf_finish(&out);
}

static bool derive(struct source *source, const struct request *request, const struct cg_value *of,
                   const struct cg_value *wrt, struct cg_error *error)
{
    struct derive_result result = {.book = source->book, .env = source->env};
    result.derivation = cg_book_find(source->book, of, wrt);
    if (!result.derivation)
        result.derivation =
            cg_derive(source->book, of, wrt, NULL, NULL, (struct cg_place){0}, error);
    if (!result.derivation)
        return false;
    derive_collect_above(&result, &source->arena);
    result.checks = cg_alloc_array(&source->arena, source->book->n_steps, sizeof *result.checks);
    bool holds = true;
    struct cg_work work = CG_WORK;
    for (size_t i = 0; i < result.n_above && holds; i++)
        holds = verify(&result, result.above[i], &work, error);
    if (!holds || !verify(&result, result.derivation, &work, error))
        return false;
    print(&result, request);
    return true;
}

int command_derive(int argc, char **argv)
{
    struct request request;
    struct source source;
    struct cg_error error;
    if (!parse(&request, argc, argv))
        return EXIT_USAGE;
    if (request.help) {
        fputs(help, stdout);
        return 0;
    }
    int status = 0;
    if (open_source(&source, &request, &error)) {
        const struct cg_value *of = find_value(&source, &request, "--of", request.of);
        const struct cg_value *wrt =
            of ? find_value(&source, &request, "--wrt", request.wrt) : NULL;
        if (!wrt)
            status = EXIT_USAGE;
        else if (!derive(&source, &request, of, wrt, &error))
            status = command_failed(&error);
    } else {
        status = command_failed(&error);
    }
    close_source(&source);
    return status;
}
