/*
 * answers.h - what we say ourselves.				Process: publish.
 */
#ifndef ATOLL_PUBLISH_ANSWERS_H
#define ATOLL_PUBLISH_ANSWERS_H

#include "gateway/publish/lines.h"

/* A text for people. */
void answer_text(struct lines *t, int status, const char *words);

/* The page that a link opens, and its script; false: there is no such page. */
bool answer_page(struct lines *t, const struct part *path);

/* The link was good: here is the cookie. */
void answer_cookie(struct lines *t, const char *name, const char *value,
    unsigned seconds, bool is_secure);

/* The words for statuses that have no others. */
const char *answer_words(int status);

#endif
