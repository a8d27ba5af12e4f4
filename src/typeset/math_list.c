/* Lists of atoms: classes, the spaces between them, styles (TeXbook, Appendix G, rules 1 to 6 and
 * 20). */
#include "typeset/math_box.h"

/* TeXbook, page 170, in mu; negative: none in script styles. Rows: left atom, columns: right. */
static const signed char spaces[8][8] = {
    [ATOM_ORD] = {0, 3, -4, -5, 0, 0, 0, -3},       [ATOM_OP] = {3, 3, 0, -5, 0, 0, 0, -3},
    [ATOM_BIN] = {-4, -4, 0, 0, -4, 0, 0, -4},      [ATOM_REL] = {-5, -5, 0, 0, -5, 0, 0, -5},
    [ATOM_OPEN] = {0, 0, 0, 0, 0, 0, 0, 0},         [ATOM_CLOSE] = {0, 3, -4, -5, 0, 0, 0, -3},
    [ATOM_PUNCT] = {-3, -3, 0, -3, -3, -3, -3, -3}, [ATOM_INNER] = {-3, 3, -4, -5, -3, 0, -3, -3},
};

static float space_between(enum atom_class left, enum atom_class right, struct style style)
{
    if (left == ATOM_NONE || right == ATOM_NONE)
        return 0;
    int mu = spaces[left][right];
    if (mu < 0)
        mu = style_is_script(style) ? 0 : -mu;
    return (float)mu / 18;
}

static enum atom_class next_class(const struct node *node)
{
    do
        node = node->next;
    while (node && node->atom == ATOM_NONE);
    return node ? node->atom : ATOM_NONE;
}

/* A sign is binary only between two operands (rules 5 and 6); `left` is the class, already settled,
 * of the atom before. */
static enum atom_class settle(const struct node *node, enum atom_class left)
{
    if (node->atom != ATOM_BIN)
        return node->atom;
    switch (left) {
    case ATOM_NONE:
    case ATOM_BIN:
    case ATOM_OP:
    case ATOM_REL:
    case ATOM_OPEN:
    case ATOM_PUNCT:
        return ATOM_ORD;
    case ATOM_ORD:
    case ATOM_CLOSE:
    case ATOM_INNER:
        break;
    }
    switch (next_class(node)) {
    case ATOM_NONE:
    case ATOM_REL:
    case ATOM_CLOSE:
    case ATOM_PUNCT:
        return ATOM_ORD;
    case ATOM_ORD:
    case ATOM_OP:
    case ATOM_BIN:
    case ATOM_OPEN:
    case ATOM_INNER:
        break;
    }
    return ATOM_BIN;
}

struct box *layout_list(struct layout *l, const struct node_list *list, struct style style)
{
    struct box *box = box_new(l);
    enum atom_class left = ATOM_NONE;
    for (const struct node *node = list->first; node; node = node->next) {
        if (node->kind == NODE_STYLE) {
            style.level = node->u.style;
        } else if (node->kind == NODE_SPACE) {
            box->w += (node->u.space.em + node->u.space.mu / 18) * style_size(l, style);
        } else {
            enum atom_class atom = settle(node, left);
            box->w += space_between(left, atom, style) * style_size(l, style);
            box_append(l, box, layout_atom(l, node, style));
            left = atom;
        }
    }
    return box;
}
