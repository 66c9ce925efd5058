/* signer_upgrade.c - the signers outlive an upgrade. */
#include "gateway/monitor/links/signer_upgrade.h"

#include <string.h>

#include "gateway/monitor/links/signer_list.h"
#include "gateway/monitor/links/signers.h"

bool
signers_are_quiet(const struct monitor *m)
{
	const struct signer *s;

	if (m->signers->is_renewing)
		return false;
	LIST_FOREACH(s, &m->signers->all, all) {
		if (s->state == SIGNER_STARTS || s->state == SIGNER_NEXT ||
		    !link_is_quiet(s->link))
			return false;
	}
	return true;
}

struct saving {
	void (*put)(void *self, const struct msg *row);
	void *self;
	uint32_t set;
};

static void
save_key(void *self, const char *key, bool is_next)
{
	const struct saving *v = self;
	struct msg row;

	MSG_NEW(&row, STATE_HOST_KEY, state_host_key);
	row.state_host_key.key_set = v->set;
	row.state_host_key.key = key;
	row.state_host_key.is_next = is_next;
	v->put(v->self, &row);
}

void
signers_save(const struct monitor *m,
    void (*put)(void *self, const struct msg *row), void *self)
{
	struct saving v = { put, self, 0 };
	const struct signer *s;
	struct msg row;

	for (v.set = 1; v.set <= key_sets_last(&m->signers->sets); v.set++)
		signers_show(m, v.set, save_key, &v);
	LIST_FOREACH(s, &m->signers->all, all) {
		MSG_NEW(&row, STATE_SIGNER, state_signer);
		row.state_signer.number = s->number;
		row.state_signer.link = state_keep(link_fd(s->link));
		row.state_signer.key_set = s->set;
		row.state_signer.current = s->state == SIGNER_CURRENT;
		put(self, &row);
	}
}

int
signers_restore_key(struct monitor *m, const struct msg_state_host_key *row,
    struct err *e)
{
	return key_sets_restore(&m->signers->sets, row->key_set, row->key,
	    row->is_next != 0, e);
}

int
signers_restore(struct monitor *m, const struct msg_state_signer *row, int link,
    struct err *e)
{
	struct signers *all = m->signers;
	struct signer *s = signer_add(m, link, e);

	if (s == NULL)
		return -1;
	s->number = row->number;
	s->set = row->key_set;
	signer_step(s, row->current != 0 ? SIGNER_CURRENT : SIGNER_RETIRED);
	if (row->number > all->last_number)
		all->last_number = row->number;
	if (s->state == SIGNER_CURRENT)
		all->set = s->set;
	return 0;
}

uint32_t
signer_number(const struct signer *s)
{
	return s == NULL ? 0 : s->number;
}

struct signer *
signer_find(const struct monitor *m, uint32_t number)
{
	struct signer *s;

	LIST_FOREACH(s, &m->signers->all, all) {
		if (s->number == number)
			break;
	}
	return s;
}
