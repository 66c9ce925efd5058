/*
 * spare.h - namespaces that are made before anybody wants them, for a sandbox of any
 * lab.
 *
 * A spare is a process in namespaces, a group and a range of ids of its own that no
 * other has.  It has executed nothing and knows no lab and no account; no program of
 * anybody has run in it.  The next sandbox that is built for somebody is that process: it is
 * told the lab, and goes on as any child does after its namespaces (inside.c).  None
 * is ever used twice or given back.
 *
 * Unlike what stands ready (warm.h) a spare is not a sandbox: it is in no table, and
 * counts against nothing.  A few are kept on a gateway that somebody has used, and
 * made when nobody asks for a sandbox just then.  What a spare has in memory is the
 * builder's as it was: a reload ends all of them, and so do a drain and an upgrade.
 */
#ifndef ATOLL_BUILDER_SPARE_H
#define ATOLL_BUILDER_SPARE_H

#include <stdbool.h>
#include <stdint.h>

struct builder;
struct sandbox;

/* Somebody asks for a sandbox: there may be no more spares than have a place beside
 * all sandboxes that there may be, and none is made at once. */
void spare_asked(struct builder *b);

/* s, which is to be started, gets what a spare has where there is one that fits: then
 * its process waits for its lab. */
void spare_take(struct builder *b, struct sandbox *s);

/* What s got could not be used, since it was killed just then: s is as it was before.
 * false: no memory. */
bool spare_give_up(struct builder *b, struct sandbox *s);

/* Other plans are in force, or nobody new is to come. */
void spare_end_all(struct builder *b);

/* None is left, not even one that is ending. */
bool spare_is_over(const struct builder *b);

void on_spare_timer(struct builder *b);

/* The process of the spare with this number has ended. */
void on_spare_end(struct builder *b, uint32_t number);

#endif
