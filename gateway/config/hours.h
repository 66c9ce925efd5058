/*
 * hours.h - when a lab is there: its "available".	Process: monitor, loader.
 *
 * Local time, as the instructor reads it on a clock.
 */
#ifndef ATOLL_CONFIG_HOURS_H
#define ATOLL_CONFIG_HOURS_H

#include "gateway/config/settings.h"

#define HOURS_TEXT_SIZE 64

/* Seconds since the epoch for "2026-11-23T09:00", with or without seconds and
 * with T or a space; -1 for what is no time, and for one that a change of clocks
 * leaves out. */
int64_t hours_parse(const char *text);

/* Find lab->from, lab->until and lab->until_configured; what cannot be read is
 * left at 0. */
void hours_derive(struct lab *lab);

/* Whether the lab is closed at that time, and then "closed until ..." or
 * "closed since ...". */
bool hours_are_closed(const struct lab *lab, int64_t now,
    char text[HOURS_TEXT_SIZE]);

/* "2026-11-23 09:00 CET": a student may be in another zone than this host. */
void hours_text(int64_t when, char text[HOURS_TEXT_SIZE]);

#endif
