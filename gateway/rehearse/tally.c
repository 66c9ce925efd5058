/* tally.c - what the students of a rehearsal met. */
#include "gateway/rehearse/tally.h"

#include <stdio.h>

static void
print_samples(const char *name, struct samples *s)
{
	pthread_mutex_lock(&s->lock);
	printf("value %s_count %zu\n", name, s->count);
	printf("value %s_p50 %.3f\n", name, samples_percentile(s, 50));
	printf("value %s_p99 %.3f\n", name, samples_percentile(s, 99));
	printf("value %s_max %.3f\n", name, samples_percentile(s, 100));
	pthread_mutex_unlock(&s->lock);
}

static void
print_refused(struct tally *t)
{
	struct samples *s = &t->refused;

	pthread_mutex_lock(&s->lock);
	printf("value refused %zu\n", s->failed);
	for (size_t i = 0; i < REASONS_MAX && s->reason[i].times > 0; i++) {
		printf("refused %zu %.1f ", s->reason[i].times,
		    (s->reason[i].first_ms - t->began_ms) / 1000);
		for (const char *at = s->reason[i].text; *at != '\0'; at++)
			putchar((unsigned char)*at < ' ' ? ' ' : *at);
		putchar('\n');
	}
	pthread_mutex_unlock(&s->lock);
}

void
tally_print(struct tally *t)
{
	printf("value came %u\n", t->came);
	printf("value reattached %u\n", t->reattached);
	printf("value solved %u\n", t->solved);
	printf("value unsolved %u\n", t->unsolved);
	print_samples("login", &t->login);
	print_samples("first", &t->first);
	print_samples("prompt", &t->prompt);
	print_samples("again", &t->again);
	print_samples("queue", &t->queue);
	print_samples("echo", &t->echo);
	print_refused(t);
	puts("end");
}
