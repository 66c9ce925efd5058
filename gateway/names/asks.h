/*
 * asks.h - questions that wait for the resolver or for atoll-net.
 */
#ifndef ATOLL_NAMES_ASKS_H
#define ATOLL_NAMES_ASKS_H

#include "gateway/names/names.h"

void asks_init(struct names *n);

/* Ask the resolver for what a sandbox may have.  Where too many wait already the
 * question is lost, as on a bad line, and its program asks again. */
void asks_begin(struct names *n, struct names_seat *s,
    const struct dns_question *q, const struct sockaddr_in *from);

/* Something came for it. */
void asks_hear(struct names *n, struct ask *a);

/* NAMES_PASSED. */
void asks_passed(struct names *n, uint32_t serial,
    const struct numbers *passed);

/* Those that waited long enough get an answer that says so; how long until the next
 * one, or -1: none waits. */
int asks_wait_ms(const struct names *n);
void asks_late(struct names *n);

/* Reply at once. */
void asks_reply(const struct names *n, const struct sockaddr_in *to,
    const struct dns_question *q, enum dns_code code,
    const struct dns_answer *answer);

/* NAMES_TROUBLE. */
void asks_trouble(const struct names *n, uint32_t seat, enum name_trouble what,
    const char *name);

#endif
