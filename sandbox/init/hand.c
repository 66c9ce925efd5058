/* hand.c - a student asks for help. */
#include "sandbox/init/hand.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "sandbox/init/last_line.h"

void
hand_pass(const struct chan *monitor, struct lab_client *c)
{
	const char *text = c->number == HAND_RAISE ? lab_client_word(c) : NULL;
	struct msg m;
	struct err e;

	MSG_NEW(&m, HAND, hand);
	m.serial = c->serial;
	m.hand.what = c->number;
	if (c->number > HAND_LOWER ||
	    (c->number == HAND_RAISE &&
		(text == NULL || strlen(text) >= TEXT_SIZE))) {
		lab_socket_answer(c, LAB_FAILED,
		    "This is no request: is lab of another build?\n");
		return;
	}
	if (text != NULL)
		text_copy(m.hand.text, TEXT_SIZE, text);
	if (chan_send(monitor, &m, &e) == -1)
		lab_socket_answer(c, LAB_FAILED,
		    "The gateway is busy, try again.\n");
}

/* Of those that somebody is at the newest, or else the one that was left last. */
static const struct terminal *
find_current(const struct terminals *all)
{
	const struct terminal *best = NULL;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		const struct terminal *t = &all->at[i];
		bool is_at = t->state == TERMINAL_ATTACHED;

		if (!is_at && t->state != TERMINAL_DETACHED)
			continue;
		if (best == NULL ||
		    (is_at && (best->state != TERMINAL_ATTACHED ||
				  t->number > best->number)) ||
		    (!is_at && best->state == TERMINAL_DETACHED &&
			t->left > best->left))
			best = t;
	}
	return best;
}

void
hand_tell_line(const struct chan *monitor, const struct terminals *all,
    uint32_t serial)
{
	const struct terminal *t = find_current(all);
	FREES struct terminal_ring_copy *copy = NULL;
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, LAST_LINE, last_line);
	m.serial = serial;
	if (t != NULL)
		copy = malloc(sizeof(*copy));
	if (copy != NULL && terminal_ring_read(&t->ring, copy, &ignored) == 0)
		last_line(copy->data, (size_t)(copy->end - copy->begin),
		    m.last_line.text);
	chan_send(monitor, &m, &ignored);
}
