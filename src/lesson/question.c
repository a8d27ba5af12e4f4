/* The `ask` block. No answer is stored: the engine evaluates the answer's expression and every
 * choice, and exactly one choice must be right. */
#include "lesson/opening.h"

#include <chalkgrad/print.h>

#include <math.h>
#include <string.h>

enum { LEAST_CHOICES = 2, MOST_CHOICES = 6, MOST_SET = 64 };

enum kind {
    MATRIX, /* an expression */
    NUMBER, /* one cell of one, or a number as written */
    SHAPE,
    SET,   /* of values of an index */
    MISFIT /* an expression whose sizes do not fit: a wrong choice */
};

struct quantity {
    enum kind kind;
    const struct cg_expr *expr;
    double number, tolerance;
    size_t rows, cols;
    bool set[MOST_SET + 1]; /* by value, from 1 */
    struct cg_slice shown;  /* a choice: the text to show */
    bool is_code;           /* shown is an expression in backquotes */
};

static bool starts_with(struct cg_slice slice, const char *text)
{
    return slice.length >= strlen(text) && memcmp(slice.text, text, strlen(text)) == 0;
}

/* ---- expressions and their cells --------------------------------------------------------- */

/* E[r, c]: takes the cell off the end of *text. */
static bool take_cell(struct cg_opening *o, struct cg_slice *text, size_t *row, size_t *col)
{
    *row = *col = 0;
    if (text->length == 0 || text->text[text->length - 1] != ']')
        return true;
    size_t at = text->length - 1;
    while (at > 0 && text->text[at] != '[')
        at--;
    struct cg_slice rest = cg_slice_part(*text, at + 1, text->length - at - 2), a, b, c;
    bool two = cg_slice_word(&rest, ",", &a) && cg_slice_word(&rest, ",", &b) &&
               !cg_slice_word(&rest, ",", &c);
    if (!two || !cg_slice_whole(a, 1, 1000000, row) || !cg_slice_whole(b, 1, 1000000, col))
        return cg_slice_fail(&o->source, o->error, cg_slice_part(*text, at, text->length - at),
                             "a cell is [row, column], both from 1");
    *text = cg_slice_trim(cg_slice_part(*text, 0, at));
    return true;
}

/* The number in cell (row, col) of an expression, from 1, at the lesson's values. */
static double cell_of(struct cg_opening *o, const struct cg_expr *expr, size_t row, size_t col)
{
    struct cg_arena arena;
    cg_arena_init(&arena);
    struct cg_matrix matrix = cg_eval(&o->lesson->env, &arena, expr);
    double number = matrix.data[(row - 1) * matrix.cols + col - 1];
    cg_arena_finish(&arena);
    return number;
}

static bool read_expression(struct cg_opening *o, struct cg_slice text, struct quantity *out)
{
    size_t row, col;
    struct cg_slice whole = text;
    if (!take_cell(o, &text, &row, &col))
        return false;
    enum cg_fit fit = cg_read_expr(o, text, &out->expr, o->error);
    out->kind = fit == CG_MISFIT ? MISFIT : MATRIX;
    if (fit != CG_FITS)
        return fit == CG_MISFIT;
    if (row == 0)
        return true;
    const struct cg_env *env = &o->lesson->env;
    size_t rows = cg_env_size(env, out->expr->shape.rows);
    size_t cols = cg_env_size(env, out->expr->shape.cols);
    if (row > rows || col > cols)
        return cg_slice_fail(&o->source, o->error, whole,
                             "this is %zu x %zu: there is no cell "
                             "in row %zu, column %zu",
                             rows, cols, row, col);
    out->kind = NUMBER;
    out->number = cell_of(o, out->expr, row, col);
    out->tolerance = 1e-9 * fabs(out->number);
    return true;
}

/* ---- the answer -------------------------------------------------------------------------- */

static const struct cg_expr *find_sum(const struct cg_expr *expr, char letter)
{
    if (expr->op == CG_SUM_OVER && expr->u.over.letter == letter)
        return expr;
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *found = find_sum(expr->args[i], letter);
        if (found)
            return found;
    }
    return NULL;
}

/* "k = 3, l = 2" into positions from 0; SIZE_MAX: not said. */
static bool read_bindings(struct cg_opening *o, struct cg_slice text, struct cg_bindings *bindings)
{
    struct cg_slice letter, number;
    for (int i = 0; i < 128; i++)
        bindings->at[i] = SIZE_MAX;
    while (cg_slice_word(&text, ",=", &letter)) {
        size_t at;
        if (letter.length != 1 || (unsigned char)*letter.text >= 128)
            return cg_slice_fail(&o->source, o->error, letter,
                                 "an index is one letter, as in k = 3");
        if (!cg_slice_word(&text, ",=", &number) || !cg_slice_whole(number, 1, 1000000, &at))
            return cg_slice_fail(&o->source, o->error, number.length ? number : letter,
                                 "index %c needs a whole number from 1, as in %c = 3", *letter.text,
                                 *letter.text);
        bindings->at[(int)*letter.text] = at - 1;
    }
    return true;
}

static bool check_bindings(struct cg_opening *o, struct cg_slice text, const struct cg_expr *sum,
                           const struct cg_bindings *bindings)
{
    struct cg_index free[16];
    size_t count = cg_free_indices(sum, free, 16);
    for (size_t i = 0; i < count && i < 16; i++) {
        size_t size = cg_env_size(&o->lesson->env, free[i].dim);
        size_t at = bindings->at[(int)free[i].letter];
        if (at == SIZE_MAX)
            return cg_slice_fail(&o->source, o->error, text,
                                 "the terms depend on %c too: say which, as in %c = 1",
                                 free[i].letter, free[i].letter);
        if (at >= size)
            return cg_slice_fail(&o->source, o->error, text, "%c runs from 1 to %zu",
                                 free[i].letter, size);
    }
    return true;
}

/* nonzero i at k = 3, l = 2: which terms of the sum over i are not zero. */
static bool read_nonzero(struct cg_opening *o, struct cg_slice text, const struct cg_step *step,
                         struct quantity *out)
{
    struct cg_slice rest = text, word, letter;
    cg_slice_word(&rest, "", &word);
    if (!cg_slice_word(&rest, "", &letter) || letter.length != 1 ||
        (unsigned char)*letter.text >= 128)
        return cg_slice_fail(&o->source, o->error, text,
                             "say which index and where: nonzero i at k = 3, l = 2");
    if (cg_slice_word(&rest, "", &word) && !cg_slice_is(word, "at"))
        return cg_slice_fail(&o->source, o->error, word,
                             "expected 'at', as in: nonzero i at k = 3");
    const struct cg_expr *sum = step ? find_sum(step->rhs, *letter.text) : NULL;
    if (!sum)
        return cg_slice_fail(&o->source, o->error, letter,
                             "there is no sum over %c in the line where this is asked",
                             *letter.text);
    struct cg_bindings bindings;
    if (!read_bindings(o, rest, &bindings) || !check_bindings(o, text, sum, &bindings))
        return false;
    out->kind = SET;
    size_t size = cg_env_size(&o->lesson->env, sum->u.over.dim);
    if (size > MOST_SET)
        return cg_slice_fail(&o->source, o->error, letter, "%c has more than %d values",
                             *letter.text, MOST_SET);
    for (size_t i = 0; i < size; i++) {
        bindings.at[(int)*letter.text] = i;
        out->set[i + 1] = cg_eval_at(&o->lesson->env, sum->args[0], &bindings) != 0;
    }
    return true;
}

static bool read_answer(struct cg_opening *o, struct cg_slice text, const struct cg_step *step,
                        struct quantity *out)
{
    const struct cg_model *model = &o->lesson->model;
    if (text.length == 0)
        return cg_slice_fail(&o->source, o->error, text, "the answer is missing");
    if (starts_with(text, "nonzero ") || cg_slice_is(text, "nonzero"))
        return read_nonzero(o, text, step, out);
    bool shape = starts_with(text, "shape(") && text.text[text.length - 1] == ')';
    if (!read_expression(o, shape ? cg_slice_part(text, 6, text.length - 7) : text, out) ||
        out->kind == MISFIT) /* the error says so */
        return false;
    if (shape && out->kind == MATRIX) {
        out->kind = SHAPE;
        out->rows = cg_rows(model, out->expr->shape);
        out->cols = cg_cols(model, out->expr->shape);
    }
    return true;
}

/* ---- the choices ------------------------------------------------------------------------- */

/* Where the value of a choice begins: behind the last " = " outside backquotes and mathematics. */
static size_t find_value(struct cg_slice line)
{
    size_t found = 0;
    char inside = '\0';
    for (size_t i = 0; i < line.length; i++) {
        char c = line.text[i];
        if (c == '`' || c == '$')
            inside = inside == c ? '\0' : inside ? inside : c;
        if (!inside && i > 0 && i + 2 < line.length && memcmp(line.text + i - 1, " = ", 3) == 0)
            found = i + 2;
    }
    return found;
}

/* A number as written is right when the answer rounds to it. */
static bool read_number(struct cg_slice text, struct quantity *out)
{
    if (!cg_slice_number(text, &out->number))
        return false;
    const char *point = memchr(text.text, '.', text.length);
    size_t decimals = point ? (size_t)(text.text + text.length - point) - 1 : 0;
    bool exponent = memchr(text.text, 'e', text.length) || memchr(text.text, 'E', text.length);
    out->kind = NUMBER;
    out->tolerance = exponent ? 1e-9 * fabs(out->number) : 0.5000001 * pow(10, -(double)decimals);
    return true;
}

static bool read_size(struct cg_opening *o, struct cg_slice word, size_t *size)
{
    const struct cg_model *model = &o->lesson->model;
    for (size_t i = 0; i < model->n_dims; i++)
        if (model->dims[i].name && cg_slice_is(word, model->dims[i].name))
            return *size = model->dims[i].size, true;
    return cg_slice_whole(word, 1, 1000000, size);
}

static bool read_shape(struct cg_opening *o, struct cg_slice text, struct quantity *out)
{
    struct cg_slice rows, by, cols, more;
    bool three = cg_slice_word(&text, "", &rows) && cg_slice_word(&text, "", &by) &&
                 cg_slice_word(&text, "", &cols) && !cg_slice_word(&text, "", &more);
    out->kind = SHAPE;
    return three && (cg_slice_is(by, "x") || cg_slice_is(by, "×")) &&
           read_size(o, rows, &out->rows) && read_size(o, cols, &out->cols);
}

static bool read_set(struct cg_slice text, struct quantity *out)
{
    out->kind = SET;
    if (cg_slice_is(text, "none"))
        return true;
    struct cg_slice word;
    size_t value, count = 0;
    for (; cg_slice_word(&text, ",", &word); count++) {
        if (!cg_slice_whole(word, 1, MOST_SET, &value))
            return false;
        out->set[value] = true;
    }
    return count > 0;
}

static bool read_choice(struct cg_opening *o, struct cg_slice line, enum kind answer,
                        struct quantity *out)
{
    size_t from = find_value(line);
    struct cg_slice value = cg_slice_trim(cg_slice_part(line, from, line.length - from));
    out->shown = from ? cg_slice_trim(cg_slice_part(line, 0, from - 2)) : value;
    bool code = value.length > 2 && value.text[0] == '`' && value.text[value.length - 1] == '`';
    bool ok = false;
    const char *wanted = "";
    switch (answer) {
    case MATRIX:
    case NUMBER:
    case MISFIT:
        if (code) {
            value = cg_slice_trim(cg_slice_part(value, 1, value.length - 2));
            out->is_code = from == 0;
            if (out->is_code)
                out->shown = value;
            return read_expression(o, value, out);
        }
        ok = read_number(value, out);
        wanted = "an expression in backquotes, or a number";
        break;
    case SHAPE:
        ok = read_shape(o, value, out);
        wanted = "a size, such as 3 x 2";
        break;
    case SET:
        ok = read_set(value, out);
        wanted = "a list of numbers from 1, such as 1, 2, or none";
        break;
    }
    return ok || cg_slice_fail(&o->source, o->error, value,
                               "for this answer a choice is %s, or any text followed by ' = ' and "
                               "that",
                               wanted);
}

static bool matches(struct cg_opening *o, const struct quantity *answer,
                    const struct quantity *choice)
{
    const struct cg_model *model = &o->lesson->model;
    switch (choice->kind) {
    case MISFIT:
        return false;
    case SHAPE:
        return answer->rows == choice->rows && answer->cols == choice->cols;
    case SET:
        return memcmp(answer->set, choice->set, sizeof choice->set) == 0;
    case MATRIX:
    case NUMBER:
        break;
    }
    if (answer->kind == MATRIX && choice->kind == MATRIX)
        return cg_same_shape(model, answer->expr->shape, choice->expr->shape) &&
               cg_verify_equation_within(model, &o->lesson->env, answer->expr, choice->expr, 3,
                                         &o->work)
                   .holds;
    const struct cg_shape scalar = {0, 0};
    if ((answer->kind == MATRIX && !cg_same_shape(model, answer->expr->shape, scalar)) ||
        (choice->kind == MATRIX && !cg_same_shape(model, choice->expr->shape, scalar)))
        return false;
    double a = answer->kind == NUMBER ? answer->number : cell_of(o, answer->expr, 1, 1);
    double b = choice->kind == NUMBER ? choice->number : cell_of(o, choice->expr, 1, 1);
    double tolerance = choice->kind == NUMBER ? choice->tolerance : 1e-9 * fabs(a);
    return fabs(a - b) <= tolerance;
}

/* ---- the block --------------------------------------------------------------------------- */

struct block {
    struct cg_slice prompt, answer;
    struct cg_slice choices[MOST_CHOICES];
    size_t n_choices;
    bool answered;
};

/* "answer = ..." */
static bool is_answer(struct cg_slice line, struct cg_slice *value)
{
    struct cg_slice rest = line, word;
    if (!cg_slice_word(&rest, "=", &word) || !cg_slice_is(word, "answer"))
        return false;
    rest = cg_slice_trim(rest);
    if (rest.length == 0 || *rest.text != '=')
        return false;
    *value = cg_slice_trim(cg_slice_part(rest, 1, rest.length - 1));
    return true;
}

static bool split_choice(struct cg_opening *o, struct cg_slice line, struct block *block)
{
    if (!starts_with(line, "-"))
        return cg_slice_fail(&o->source, o->error, line, "a choice begins with '- '");
    struct cg_slice choice = cg_slice_trim(cg_slice_part(line, 1, line.length - 1));
    if (choice.length == 0)
        return cg_slice_fail(&o->source, o->error, line, "this choice is empty");
    if (block->n_choices == MOST_CHOICES)
        return cg_slice_fail(&o->source, o->error, line, "a question has at most %d choices",
                             MOST_CHOICES);
    block->choices[block->n_choices++] = choice;
    return true;
}

static bool split(struct cg_opening *o, const struct cg_item *item, struct block *block)
{
    struct cg_slice rest = item->body, line;
    while (cg_slice_raw_line(&rest, &line)) {
        if (line.length == 0)
            continue;
        if (block->answered) {
            if (!split_choice(o, line, block))
                return false;
        } else if (is_answer(line, &block->answer)) {
            block->answered = true;
        } else {
            if (!block->prompt.length)
                block->prompt = line;
            block->prompt.length = (size_t)(line.text + line.length - block->prompt.text);
        }
    }
    struct cg_place place = item->paragraph.place;
    if (!block->prompt.length)
        return cg_source_fail(&o->source, o->error, place, 3, "this question asks nothing");
    if (!block->answered)
        return cg_source_fail(&o->source, o->error, place, 3,
                              "this question has no line 'answer = ...'");
    return block->n_choices >= LEAST_CHOICES ||
           cg_source_fail(&o->source, o->error, place, 3, "a question has at least %d choices",
                          LEAST_CHOICES);
}

static struct cg_paragraph formula(struct cg_arena *arena, const char *tex, struct cg_place place)
{
    struct cg_span *span = cg_alloc(arena, sizeof *span);
    *span = (struct cg_span){CG_SPAN_MATH, tex, false};
    return (struct cg_paragraph){.spans = span, .n_spans = 1, .place = place};
}

/* Expressions are shown typeset. If one of them does not fit, all are sketched alike, so that the
 * looks give nothing away. */
static bool show_choices(struct cg_opening *o, struct cg_question *question,
                         const struct quantity *choices)
{
    struct cg_arena *arena = &o->lesson->arena;
    bool sketch = false;
    for (size_t i = 0; i < question->n_choices; i++)
        sketch = sketch || choices[i].kind != MATRIX;
    for (size_t i = 0; i < question->n_choices; i++) {
        const struct quantity *choice = &choices[i];
        if (!choice->is_code) {
            if (!cg_inline_parse(&question->choices[i], &o->source, arena, choice->shown, o->error))
                return false;
            continue;
        }
        struct cg_strbuf tex;
        cg_strbuf_init(&tex);
        if (sketch)
            cg_put(&tex, cg_sketch_tex(o, choice->shown));
        else
            cg_print_tex(&tex, &o->lesson->model, choice->expr, NULL);
        question->choices[i] =
            formula(arena, cg_strndup(arena, tex.text, tex.length), choice->shown.place);
        cg_strbuf_finish(&tex);
    }
    return true;
}

static bool mark(struct cg_opening *o, const struct block *block, const struct quantity *answer,
                 const struct quantity *choices, struct cg_question *question)
{
    size_t right = 0;
    for (size_t i = 0; i < block->n_choices; i++) {
        if (!matches(o, answer, &choices[i]))
            continue;
        if (right++)
            return cg_slice_fail(&o->source, o->error, block->choices[i],
                                 "this choice is right too, and only one may be");
        question->right = i;
    }
    return right ||
           cg_slice_fail(&o->source, o->error, block->answer, "none of the choices is this answer");
}

struct cg_question *cg_read_question(struct cg_opening *o, const struct cg_item *item,
                                     const struct cg_step *step)
{
    struct cg_arena *arena = &o->lesson->arena;
    struct block block = {0};
    struct quantity answer = {0}, choices[MOST_CHOICES] = {0};
    if (!split(o, item, &block) || !read_answer(o, block.answer, step, &answer))
        return NULL;
    for (size_t i = 0; i < block.n_choices; i++)
        if (!read_choice(o, block.choices[i], answer.kind, &choices[i]))
            return NULL;
    struct cg_question *question = cg_alloc(arena, sizeof *question);
    question->answer = cg_slice_copy(arena, block.answer);
    question->n_choices = block.n_choices;
    question->choices = cg_alloc_array(arena, block.n_choices, sizeof *question->choices);
    question->place = item->paragraph.place;
    if (!mark(o, &block, &answer, choices, question) || !show_choices(o, question, choices) ||
        !cg_inline_parse(&question->prompt, &o->source, arena, block.prompt, o->error))
        return NULL;
    return question;
}
