/*
 * seats.h - who may ask for what.
 */
#ifndef ATOLL_NAMES_SEATS_H
#define ATOLL_NAMES_SEATS_H

#include "gateway/names/names.h"

/* NAMES_SEAT; -1: it is one that cannot be. */
int seats_add(struct names *n, const struct msg_names_seat *m, struct err *e);

/* NULL: there is none. */
struct names_seat *seats_find(const struct names *n, uint32_t number);
struct names_seat *seats_at(const struct names *n, uint32_t address);

/* It is freed. */
void seats_remove(struct names_seat *s);

/* Bit i: its entry i allows that name. */
uint32_t seats_allowing(const struct names_seat *s, const char *name);

#endif
