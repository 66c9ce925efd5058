/*
 * export.h - what a student has changed, as an archive.
 *
 * That is the upper layer of the sandbox, and the home where it is kept.  A
 * helper writes it, in the sandbox's user namespace: ids are those that the
 * student sees, and what the helper may do is what root of the sandbox may.  One
 * that the student asked for costs the sandbox's memory and processor, and not the
 * gateway's.
 *
 * Of a seat with several machines it is all of them, one after the other, each with
 * a helper of its own, and each below a directory with the machine's name.
 */
#ifndef ATOLL_BUILDER_EXPORT_EXPORT_H
#define ATOLL_BUILDER_EXPORT_EXPORT_H

#include <stdint.h>

struct builder;
struct msg;
struct sandbox;

/* React to EXPORT; EXPORTED follows when it is done. */
void export_begin(struct builder *b, struct msg *asked);

/* The helper of that number has ended. */
void on_export(struct builder *b, uint32_t number);

/* React to EXPORT_STOP. */
void export_stop_student(struct builder *b, uint32_t sandbox);

/* The sandbox ends: so does what is exported of it. */
void export_stop(struct builder *b, const struct sandbox *s);

/* Those who asked have crashed: all exports end, and nobody is told. */
void export_abandon(struct builder *b);

#endif
