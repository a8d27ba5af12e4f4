/* The vocabulary: which command or character is which glyph, of which class. Constant tables. */
#ifndef TYPESET_TEX_SYMBOL_H
#define TYPESET_TEX_SYMBOL_H

#include "typeset/tex_node.h"

enum symbol_kind {
    SYMBOL_PLAIN,
    SYMBOL_LETTER,    /* changes with \mathbf and its like */
    SYMBOL_DELIMITER, /* may stand behind \left, \middle, \right, \big */
    SYMBOL_LARGE,     /* \sum: limits in display style */
    SYMBOL_INTEGRAL   /* large, but scripts stay at its side */
};

struct symbol {
    const char *name; /* without the backslash; "" where only a character stands for it */
    uint32_t code;
    enum atom_class atom;
    enum symbol_kind kind;
};

/* The command of that name, or NULL. */
const struct symbol *symbol_named(const char *name, size_t length);
/* The symbol that a character typed directly means, or NULL. ASCII letters and digits are letters
 * of class Ord; + - * < > and the like mean what they mean in TeX. */
const struct symbol *symbol_typed(uint32_t character);

struct function_name {
    const char *name;
    bool takes_limits; /* \max: limits in display style */
    const char *text;  /* what is shown */
};
const struct function_name *function_named(const char *name, size_t length);

struct accent {
    const char *name;
    uint32_t code;
    bool wide;
};
const struct accent *accent_named(const char *name, size_t length);

/* The alphabets of mathematics. */
enum alphabet {
    ALPHABET_NORMAL, /* italic letters and small Greek, the rest upright */
    ALPHABET_ROMAN,
    ALPHABET_BOLD,
    ALPHABET_ITALIC,
    ALPHABET_BOLD_ITALIC,
    ALPHABET_CALLIGRAPHIC,
    ALPHABET_FRAKTUR,
    ALPHABET_DOUBLE,
    ALPHABET_SANS,
    ALPHABET_MONO
};
struct alphabet_command {
    const char *name;
    enum alphabet alphabet;
};
const struct alphabet_command *alphabet_named(const char *name, size_t length);

/* The code point of a letter or digit in an alphabet; itself where the alphabet lacks it. */
uint32_t alphabet_letter(uint32_t letter, enum alphabet alphabet);

/* The known command nearest to a mistyped one, or NULL where none is near. */
const char *symbol_suggestion(const char *name, size_t length);

#endif
