/* diagnostic.c - everything that is wrong with a configuration. */
#include "gateway/config/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/log.h"

void
complaints_init(struct complaints *c)
{
	*c = (struct complaints){ 0 };
	c->last = &c->first;
	c->last_warning = &c->first_warning;
}

static void
add(struct complaints *c, struct complaint ***tail, const char *file, int line,
    const char *text)
{
	struct complaint *new = arena_alloc(&c->arena, sizeof(*new));

	if (line > 0)
		new->text =
		    arena_print(&c->arena, "%s:%d: %s", file, line, text);
	else
		new->text = arena_print(&c->arena, "%s: %s", file, text);
	**tail = new;
	*tail = &new->next;
}

void
complain(struct complaints *c, const char *file, int line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(c, &c->last, file, line, text);
	c->errors++;
}

void
warn_of(struct complaints *c, const char *file, int line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(c, &c->last_warning, file, line, text);
}

void
complaints_log(const struct complaints *c)
{
	for (const struct complaint *w = c->first_warning; w; w = w->next)
		log_warn(NULL, "%s", w->text);
	for (const struct complaint *w = c->first; w; w = w->next)
		log_error(NULL, "%s", w->text);
}

void
complaints_free(struct complaints *c)
{
	arena_free(&c->arena);
	complaints_init(c);
}

int
line_of(config_setting_t *group, const char *member)
{
	config_setting_t *s = config_setting_get_member(group, member);

	return config_setting_source_line(s != NULL ? s : group);
}
