/* The depths of a timeline: its summary, every line, every single rule. */
#include "view/walk.h"

struct builder {
    struct cg_arena *arena;
    struct cg_beat *beats;
    size_t count, capacity;
};

static void add(struct builder *b, struct cg_beat beat)
{
    b->beats = cg_grow(b->arena, b->beats, b->count, &b->capacity, sizeof *b->beats);
    b->beats[b->count++] = beat;
}

static bool in_summary(const struct cg_track *rules, size_t i)
{
    const struct cg_step *step = rules->beats[i].step;
    return i + 1 == rules->n_beats || !step || cg_step_depth(step) == CG_DEPTH_SUMMARY;
}

/* Chapters begin at the beats that hold their first lines: new_first by old beat. */
static void move_chapters(struct cg_arena *arena, struct cg_track *track,
                          const struct cg_track *rules, const size_t *new_first)
{
    struct cg_chapter *chapters = cg_alloc_array(arena, rules->n_chapters + 1, sizeof *chapters);
    for (size_t i = 0; i < rules->n_chapters; i++)
        chapters[i] =
            (struct cg_chapter){rules->chapters[i].title, new_first[rules->chapters[i].first_beat]};
    track->chapters = chapters;
    track->n_chapters = rules->n_chapters;
}

/* Did nobody narrate the line, so that its rule speaks? */
static bool speaks_for_itself(const struct cg_beat *beat)
{
    return beat->step && beat->n_narration == 1 && beat->narration[0].n_spans == 1 &&
           beat->narration[0].spans[0].text == cg_rule_info(beat->step->rule)->why;
}

/* Each line of the summary holds the lines since the one before it. */
static struct cg_track summary_of(struct cg_arena *arena, const struct cg_track *rules)
{
    struct builder b = {.arena = arena};
    size_t *holder = cg_alloc_array(arena, rules->n_beats, sizeof *holder);
    size_t *first = cg_alloc_array(arena, rules->n_beats + 1, sizeof *first);
    for (size_t i = 0; i < rules->n_beats; i++) {
        holder[i] = b.count;
        if (!in_summary(rules, i))
            continue;
        add(&b, rules->beats[i]);
        if (speaks_for_itself(&rules->beats[i])) /* and in the summary it is by another rule */
            b.beats[b.count - 1].n_narration = 0;
        first[b.count] = i + 1;
    }
    struct cg_track track = {.beats = b.beats, .n_beats = b.count, .first = first};
    move_chapters(arena, &track, rules, holder);
    return track;
}

/* The single rules in place of each line that bundles several; they speak for themselves. */
static struct cg_track atoms_of(struct cg_arena *arena, struct cg_track *rules)
{
    struct builder b = {.arena = arena};
    size_t *first = cg_alloc_array(arena, rules->n_beats + 1, sizeof *first);
    for (size_t i = 0; i < rules->n_beats; i++) {
        const struct cg_beat *line = &rules->beats[i];
        bool bundle = line->step && line->step->children_kind == CG_CHILDREN_ATOMS;
        first[i] = b.count;
        for (size_t k = 0; bundle && k < line->step->n_children; k++)
            add(&b, (struct cg_beat){.kind = CG_BEAT_STEP,
                                     .chapter = line->chapter,
                                     .derivation = line->derivation,
                                     .step = line->step->children[k]});
        if (!bundle)
            add(&b, *line);
    }
    first[rules->n_beats] = b.count;
    rules->first = first;
    struct cg_track track = {.beats = b.beats, .n_beats = b.count};
    move_chapters(arena, &track, rules, first);
    return track;
}

void cg_tracks_init(struct cg_tracks *tracks, struct cg_arena *arena, struct cg_track rules)
{
    tracks->at[CG_DEPTH_RULES] = rules;
    tracks->at[CG_DEPTH_SUMMARY] = summary_of(arena, &rules);
    tracks->at[CG_DEPTH_ATOMS] = atoms_of(arena, &tracks->at[CG_DEPTH_RULES]);
    tracks->at[CG_DEPTH_SUMMARY].deeper = &tracks->at[CG_DEPTH_RULES];
    tracks->at[CG_DEPTH_RULES].deeper = &tracks->at[CG_DEPTH_ATOMS];
}
