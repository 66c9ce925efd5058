/* policy.c - who may enter which lab, and what it allows. */
#include "gateway/config/policy.h"

#include <stdio.h>
#include <string.h>

static bool
share_one(const struct texts *a, const struct texts *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < b->count; k++) {
			if (strcmp(a->at[i], b->at[k]) == 0)
				return true;
		}
	}
	return false;
}

bool
policy_may_enter(const struct account *a, const struct lab *lab)
{
	if (a == NULL ||
	    (a->only_lab != NULL && strcmp(a->only_lab, lab->name) != 0))
		return false;
	if (policy_is_anonymous(a->name))
		return lab->anonymous;
	return lab->open || share_one(&lab->groups, &a->groups) ||
	       share_one(&lab->staff, &a->groups);
}

bool
policy_is_staff(const struct account *a, const struct lab *lab)
{
	return a != NULL && a->only_lab == NULL &&
	       share_one(&lab->staff, &a->groups);
}

bool
policy_is_staff_somewhere(const struct config *c, const struct account *a)
{
	for (size_t i = 0; i < c->lab_count; i++) {
		if (policy_is_staff(a, &c->labs[i]))
			return true;
	}
	return false;
}

bool
policy_is_anonymous(const char *name)
{
	return strncmp(name, "anon-", 5) == 0 && name[5] != '\0' &&
	       name[5 + strspn(name + 5, "0123456789")] == '\0';
}

bool
policy_is_rehearsal(const char *name)
{
	return strncmp(name, REHEARSAL_PREFIX, strlen(REHEARSAL_PREFIX)) == 0;
}

void
policy_list_labs(const struct config *c, const struct account *a,
    const char *account, char *text, size_t size)
{
	const char *separator = "";
	size_t at = (size_t)snprintf(text, size, "the labs of %s: ", account);
	size_t before = at;

	for (size_t i = 0; i < c->lab_count && at + NAME_SIZE + 6 < size; i++) {
		if (!policy_may_enter(a, &c->labs[i]) || c->labs[i].hidden)
			continue;
		at += (size_t)snprintf(text + at, size - at, "%s%s", separator,
		    c->labs[i].name);
		separator = ", ";
	}
	if (at == before)
		snprintf(text, size,
		    "no lab is open to %s; ask your instructor or the"
		    " administrator",
		    account);
}

uint32_t
policy_forwarding_of(const struct config *c, const struct account *a,
    const char *lab)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < c->lab_count; i++) {
		const struct lab *l = &c->labs[i];

		if (policy_may_enter(a, l) &&
		    (lab[0] == '\0' || strcmp(lab, l->name) == 0))
			bits |= (uint32_t)l->forwarding;
	}
	return bits;
}

const struct registration *
policy_registration(const struct config *c)
{
	return c->registration_count == 0 ? NULL : c->registration;
}

struct recordings
policy_recordings(const struct config *c)
{
	return c->recordings_count > 0
		   ? c->recordings[0]
		   : (struct recordings){ RECORDINGS_MAX_DEFAULT,
			     RECORDINGS_KEEP_DEFAULT };
}

struct respond
policy_respond(const struct config *c, const struct lab *lab)
{
	if (lab != NULL && lab->respond_count > 0)
		return lab->respond[0];
	return c->respond_count > 0 ? c->respond[0]
				    : (struct respond){ RESPOND_TELL,
					      RESPOND_TELL, RESPOND_TELL, 0 };
}

bool
policy_records(const struct config *c)
{
	for (size_t i = 0; i < c->lab_count; i++) {
		if (c->labs[i].record != RECORD_NO)
			return true;
	}
	return false;
}

/* Who has no account, and who is of a rehearsal, has no work that anybody wants. */
bool
policy_collects(const struct config *c, const char *account, const char *lab)
{
	const struct lab *l = config_lab(c, lab);

	return l != NULL && l->close == CLOSE_COLLECT &&
	       !policy_is_anonymous(account) && !policy_is_rehearsal(account);
}

unsigned
policy_places(const struct lab *l)
{
	return l->machine_count == 0 ? 1 : (unsigned)l->machine_count;
}

int64_t
policy_memory(const struct lab *l)
{
	int64_t sum = l->machine_count == 0 ? l->memory : 0;

	for (size_t i = 0; i < l->machine_count; i++)
		sum += l->machines[i].memory;
	return sum;
}

int64_t
policy_pids(const struct lab *l)
{
	int64_t sum = l->machine_count == 0 ? l->pids : 0;

	for (size_t i = 0; i < l->machine_count; i++)
		sum += l->machines[i].pids;
	return sum;
}
