/* sandbox.c - one sandbox, and the table of all of them. */
#include "sandbox/builder/sandbox.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define TO(state) (1U << (state))

static const struct {
	const char *name;
	unsigned next;
} steps[SANDBOX_STATES] = {
	[SANDBOX_BUILDING] = { "building",
	    TO(SANDBOX_WARM) | TO(SANDBOX_LIVE) | TO(SANDBOX_ENDING) },
	[SANDBOX_WARM] = { "warm", TO(SANDBOX_BUILDING) | TO(SANDBOX_ENDING) },
	[SANDBOX_LIVE] = { "live", TO(SANDBOX_ENDING) },
	[SANDBOX_ENDING] = { "ending", TO(SANDBOX_SWEEPING) },
	[SANDBOX_SWEEPING] = { "sweeping", 0 },
};

static struct sandbox **
bucket_of(struct sandboxes *all, uint32_t id)
{
	return &all->bucket[id % SANDBOX_BUCKETS];
}

struct sandbox *
sandbox_find(const struct sandboxes *all, uint32_t id)
{
	struct sandbox *s = all->bucket[id % SANDBOX_BUCKETS];

	while (s != NULL && s->id != id)
		s = s->next;
	return s;
}

static void
set_number(struct sandbox *s, uint32_t id)
{
	s->id = s->seat = id;
	snprintf(s->tag.text, sizeof(s->tag.text), "sandbox=%" PRIu32, id);
}

static void
put_in(struct sandboxes *all, struct sandbox *s, uint32_t id)
{
	struct sandbox **bucket = bucket_of(all, id);

	set_number(s, id);
	s->next = *bucket;
	*bucket = s;
	all->count++;
	if (id < SANDBOX_OWN_NUMBERS && id > all->last)
		all->last = id;
}

void
sandbox_own(struct sandbox *s, const char *account)
{
	const struct msg_lab_plan *lab = &s->plan->spec;

	text_copy(s->account, NAME_SIZE, account);
	snprintf(s->tag.text, sizeof(s->tag.text),
	    "sandbox=%" PRIu32 " account=%s lab=%s%s%s", s->seat, s->account,
	    lab->lab, lab->machine[0] == '\0' ? "" : " machine=", lab->machine);
}

static void
take_out(struct sandboxes *all, struct sandbox *s)
{
	struct sandbox **at = bucket_of(all, s->id);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	all->count--;
}

static void
have_no_group(struct cgroup *c)
{
	*c = (struct cgroup){ .oom_event = -1,
		.pids_event = -1,
		.cpuset_tasks = -1 };
	for (int i = 0; i < CONTROLLER_COUNT; i++)
		c->tasks[i] = -1;
}

struct sandbox *
sandbox_new(uint32_t id, struct plan *plan)
{
	struct sandbox *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->plan = plan == NULL ? NULL : plan_ref(plan);
	s->pidfd = s->status = s->link = s->userns = s->mntns = s->netns =
	    s->lan = -1;
	s->placing.pidfd = s->placing.status = -1;
	s->trap.listener = -1;
	bucket_fill(&s->trap.answers, TRAP_AT_ONCE, 1000 / TRAP_A_SECOND);
	layer_init(&s->layer);
	have_no_group(&s->cgroup);
	set_number(s, id);
	return s;
}

struct sandbox *
sandbox_add(struct sandboxes *all, uint32_t id, struct plan *plan)
{
	struct sandbox *s =
	    sandbox_find(all, id) == NULL ? sandbox_new(id, plan) : NULL;

	if (s != NULL)
		put_in(all, s, id);
	return s;
}

void
sandbox_hand_over(struct sandbox *from, struct sandbox *to)
{
	to->base = from->base;
	to->cgroup = from->cgroup;
	to->pid = from->pid;
	to->pidfd = take_fd(&from->pidfd);
	to->status = take_fd(&from->status);
	to->link = take_fd(&from->link);
	to->userns = take_fd(&from->userns);
	to->layer = from->layer;
	layer_init(&from->layer);
	from->base = 0;
	from->pid = 0;
	have_no_group(&from->cgroup);
}

void
sandbox_renumber(struct sandboxes *all, struct sandbox *s, uint32_t id)
{
	take_out(all, s);
	put_in(all, s, id);
}

struct lookup {
	char cgroup[CGROUP_NAME_SIZE];
	bool is_found;
};

static void
find_cgroup(struct sandbox *s, void *arg)
{
	struct lookup *l = arg;

	l->is_found |= strcmp(s->cgroup.name, l->cgroup) == 0;
}

/* One that was taken has another number, and still its cgroup. */
static bool
is_used(struct sandboxes *all, uint32_t number)
{
	struct lookup l = { .is_found = false };

	cgroup_name(number, l.cgroup);
	sandbox_each(all, find_cgroup, &l);
	return l.is_found || sandbox_find(all, number) != NULL;
}

uint32_t
sandbox_own_number(struct sandboxes *all)
{
	do {
		all->own_numbers = (all->own_numbers + 1) | SANDBOX_OWN_NUMBERS;
	} while (is_used(all, all->own_numbers));
	return all->own_numbers;
}

bool
sandbox_has_owner(const struct sandbox *s)
{
	return s->account[0] != '\0';
}

void
sandbox_free(struct sandbox *s)
{
	scope_close(&s->pidfd);
	scope_close(&s->status);
	scope_close(&s->link);
	scope_close(&s->userns);
	scope_close(&s->mntns);
	scope_close(&s->netns);
	scope_close(&s->lan);
	scope_close(&s->placing.pidfd);
	scope_close(&s->placing.status);
	scope_close(&s->trap.listener);
	layer_release(&s->layer);
	cgroup_joined(&s->cgroup);
	scope_close(&s->cgroup.oom_event);
	scope_close(&s->cgroup.pids_event);
	plan_unref(s->again);
	plan_unref(s->plan);
	free(s);
}

void
sandbox_remove(struct sandboxes *all, struct sandbox *s)
{
	take_out(all, s);
	sandbox_free(s);
}

void
sandbox_step(struct sandbox *s, enum sandbox_state next)
{
	if ((steps[s->state].next & TO(next)) == 0) {
		log_error(&s->tag, "impossible step from=%s to=%s",
		    steps[s->state].name, steps[next].name);
		/* -1, and so nothing: it has not come to a process, and its
		 * build ends when it has taken too long. */
		syscall(SYS_pidfd_send_signal, s->pidfd, SIGKILL, NULL, 0);
		return;
	}
	log_debug(&s->tag, "step from=%s to=%s", steps[s->state].name,
	    steps[next].name);
	s->state = next;
}

void
sandbox_each_of(struct sandboxes *all, size_t part, size_t parts,
    void (*visit)(struct sandbox *s, void *arg), void *arg)
{
	/* Numbers follow each other, and so does who is in the next bucket. */
	for (size_t i = part; i < SANDBOX_BUCKETS; i += parts) {
		struct sandbox *s = all->bucket[i];

		while (s != NULL) {
			struct sandbox *next = s->next;

			visit(s, arg);
			s = next;
		}
	}
}

void
sandbox_each(struct sandboxes *all, void (*visit)(struct sandbox *s, void *arg),
    void *arg)
{
	sandbox_each_of(all, 0, 1, visit, arg);
}
