#include "algebra/rules.h"

#include <string.h>

static const struct cg_rule_info infos[] = {
#define X(id, key, name, law, why, weight, use, apply) {key, name, law, why, weight, use},
    CG_RULES(X)
#undef X
};

const struct cg_rule_info *cg_rule_info(enum cg_rule rule)
{
    return &infos[rule];
}

enum cg_rule cg_rule_find(const char *key)
{
    size_t i = 0;
    while (i < CG_RULE_COUNT && strcmp(infos[i].key, key))
        i++;
    return (enum cg_rule)i;
}

const struct cg_expr *rule_none(struct work *work, const struct cg_expr *node)
{
    (void)work;
    (void)node;
    return NULL;
}

rewrite_rule rule_function(enum cg_rule rule)
{
    static const rewrite_rule functions[] = {
#define X(id, key, name, law, why, weight, use, apply) apply,
        CG_RULES(X)
#undef X
    };
    return functions[rule];
}
