/* Lessons: a Markdown file becomes prose, models, derivations, claims, training and a list of
 * beats.
 *
 * Everything lives in the lesson's arena. A lesson that was opened without error has a model whose
 * numbers are known and derivations that were derived and verified; claims that are false are kept
 * and marked, so that the stage can show them as false.
 */
#ifndef CHALKGRAD_LESSON_H
#define CHALKGRAD_LESSON_H

#include <chalkgrad/strbuf.h>
#include <chalkgrad/train.h>
#include <chalkgrad/verify.h>

/* A run of narration, inline only. */
enum cg_span_kind { CG_SPAN_TEXT, CG_SPAN_STRONG, CG_SPAN_EMPHASIS, CG_SPAN_CODE, CG_SPAN_MATH };

struct cg_span {
    enum cg_span_kind kind;
    const char *text; /* UTF-8; for MATH the raw TeX */
    bool display;     /* MATH: $$...$$ */
};

struct cg_paragraph {
    struct cg_span *spans;
    size_t n_spans;
    struct cg_place place;
    bool heading; /* shown as the chapter's name */
    bool item;    /* a list item */
};

/* A question before the answer: `ask` block. The engine marks, not a stored answer. It belongs to
 * the beat at which it is asked; the next beats give the answer away. */
struct cg_question {
    struct cg_paragraph prompt;
    const char *answer;           /* as written: what the right choice equals */
    struct cg_paragraph *choices; /* as shown; an expression is one MATH span */
    size_t n_choices;             /* 2 .. 6 */
    size_t right;                 /* found by evaluating, at opening */
    struct cg_place place;
};

struct cg_claim {
    const char *text;
    const struct cg_expr *left, *right;
    bool meant_false; /* of a block `claim false` */
    /* Only there: why its sizes don't fit together, and how it looks in TeX; then left and right
     * are NULL, and nothing was checked. */
    const char *misfit, *tex;
    struct cg_check check;
    struct cg_place place;
};

/* One stop of the timeline. */
enum cg_beat_kind {
    CG_BEAT_PROSE, /* narration only, with the model's values */
    CG_BEAT_STEP,  /* a line of a derivation: `step` */
    CG_BEAT_CLAIM, /* a line that the lesson states: `claim` */
    CG_BEAT_TRAIN  /* the training view */
};

struct cg_beat {
    enum cg_beat_kind kind;
    size_t chapter;
    const struct cg_derivation *derivation; /* STEP */
    const struct cg_step *step; /* STEP; sub-derivations come as beats of their own, atoms are
                                   reached by opening the step */
    const struct cg_claim *claim;
    const struct cg_paragraph *narration;
    size_t n_narration;
    const struct cg_question *question; /* or NULL */
};

struct cg_chapter {
    const char *title;
    size_t first_beat;
};

/* Rows kept apart from training, by which it is judged: `test X Ystar`. */
struct cg_test_set {
    size_t n_values;                /* 0: the lesson has none */
    const struct cg_value **values; /* inputs, each once, as in the block */
    struct cg_matrix *numbers;      /* by value: `rows` rows, and the columns of the value */
    size_t rows;                    /* any number from 1, whatever the model's own */
};

struct cg_lesson {
    struct cg_arena arena;
    const char *file, *title;
    const char *text; /* the whole file, for messages */
    size_t length;
    int order; /* its place in the browser; 0: none, it comes last */
    struct cg_model model;
    struct cg_book book;
    struct cg_env env;
    struct cg_check *checks; /* by step id */
    struct cg_chapter *chapters;
    size_t n_chapters;
    struct cg_beat *beats; /* at least one */
    size_t n_beats;
    struct cg_claim *claims;
    size_t n_claims;
    bool trains; /* there is a `train` block: `training` */
    struct cg_train_options training;
    struct cg_test_set test;
};

/* Reads and opens a lesson, or a bare model file (then J is derived by each input, without prose).
 * All errors, also a derivation that does not verify, give NULL with a place, except a false claim
 * (see cg_lesson_check). Limits: 1 MB, 256 link reference definitions. */
struct cg_lesson *cg_lesson_open(const char *path, struct cg_error *error);
struct cg_lesson *cg_lesson_parse(const char *file, const char *text, size_t length,
                                  struct cg_error *error);
void cg_lesson_close(struct cg_lesson *lesson);

/* The first claim from `from` on that is not what its block says, true or (`claim false`) false;
 * n_claims: none. Else the error gets why: the numbers and the first cell in which it is false. */
size_t cg_lesson_check(const struct cg_lesson *lesson, size_t from, struct cg_error *error);

/* One key of the `train` block that names no value of the model (optimizer, beta, beta1, beta2,
 * epsilon, rate, schedule, batch, shuffle, epochs, seed, stop, patience, precision), its value as
 * text. The error's place is in that text. */
bool cg_training_set(struct cg_train_options *options, const char *key, const char *text,
                     struct cg_error *error);

/* Where a false claim fails first, and with which numbers: "in row 2, column 1 the left side is 3
 * and the right side 4", or "at k = 2, l = 1 ..."; and that it holds at the lesson's own numbers,
 * where it does. */
void cg_claim_cell(struct cg_strbuf *out, const struct cg_claim *claim);

/* Title and order (0: none) of a lesson from its front matter alone, for the browser. */
bool cg_lesson_title(const char *path, struct cg_arena *arena, const char **title, int *order,
                     struct cg_error *error);

#endif
