#include "view/keys.h"

#include <string.h>

static const struct cg_key keys[] = {
    {"Right|PageDown", "→|Page down", CG_ACTION_NEXT, "the next line"},
    {"Left|PageUp", "←|Page up", CG_ACTION_PREVIOUS, "the line before"},
    {"Down", "↓", CG_ACTION_OPEN, "open this line into the lines that make it up"},
    {"Up", "↑", CG_ACTION_FOLD, "fold it again, at last into the summary"},
    {"Home", "Home", CG_ACTION_FIRST, "the first line"},
    {"End", "End", CG_ACTION_LAST, "the last line"},
    {"Space", "Space", CG_ACTION_PLAY, "play, pause; in training: run, freeze"},
    {"Tab", "Tab", CG_ACTION_RUNG, "numbers, indices, matrices"},
    {"Shift+Tab", "Shift|Tab", CG_ACTION_RUNG_BACK, "the same, the other way round"},
    {"S", "S", CG_ACTION_DEPTH, "the summary, every line, every single rule"},
    {"Shift+S", "Shift|S", CG_ACTION_DEPTH_BACK, "the same, the other way round"},
    {"1|Keypad 1", "1|…|6", CG_ACTION_CHOOSE_1, "answer the question"},
    {"2|Keypad 2", "2", CG_ACTION_CHOOSE_2, NULL},
    {"3|Keypad 3", "3", CG_ACTION_CHOOSE_3, NULL},
    {"4|Keypad 4", "4", CG_ACTION_CHOOSE_4, NULL},
    {"5|Keypad 5", "5", CG_ACTION_CHOOSE_5, NULL},
    {"6|Keypad 6", "6", CG_ACTION_CHOOSE_6, NULL},
    {"K", "K", CG_ACTION_IVERSON, "Kronecker delta as [i = k]"},
    {"G", "G", CG_ACTION_GRADIENT_CHECK, "gradient check: derived beside measured"},
    {".", ".", CG_ACTION_UPDATE, "training: one update"},
    {",", ",", CG_ACTION_UPDATE_BACK, "training: one update back"},
    {"E", "E", CG_ACTION_EPOCH, "training: one epoch"},
    {"R", "R", CG_ACTION_RESTART, "training: the same start again"},
    {"D", "D", CG_ACTION_DERIVE, "training: the derivation of this very update"},
    {"T", "T", CG_ACTION_THEME, "dark, light"},
    {"F|F11", "F", CG_ACTION_FULLSCREEN, "fullscreen"},
    {"?|F1|Shift+/", "?", CG_ACTION_HELP, "these keys"},
    {"Escape|AC Back", "Esc", CG_ACTION_BACK, "back"},
};

const struct cg_key *cg_keys(size_t *count)
{
    *count = sizeof keys / sizeof *keys;
    return keys;
}

/* Is `name`, after `prefix`, one of the names in the list? */
static bool listed(const char *list, const char *prefix, const char *name)
{
    size_t prefix_length = strlen(prefix), length = strlen(name);
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, "|");
        if (n == prefix_length + length && strncmp(at, prefix, prefix_length) == 0 &&
            strncmp(at + prefix_length, name, length) == 0)
            return true;
        at += n + (at[n] == '|');
    }
    return false;
}

enum cg_action cg_key_action(const char *name, bool shift)
{
    if (!name || !*name)
        return CG_ACTION_NONE;
    for (int held = shift; held >= 0; held--)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (listed(keys[i].names, held ? "Shift+" : "", name))
                return keys[i].action;
    return CG_ACTION_NONE;
}

const char *cg_key_cap(struct cg_arena *arena, enum cg_action action)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].action == action)
            return cg_strndup(arena, keys[i].caps, strcspn(keys[i].caps, "|"));
    return "";
}
