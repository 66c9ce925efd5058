/* diagnostic.c - everything that is wrong with a configuration. */
#include "gateway/config/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/log.h"

void
diagnostics_init(struct diagnostics *c)
{
	*c = (struct diagnostics){ 0 };
	c->last = &c->first;
	c->last_warning = &c->first_warning;
}

/* Once: what is wrong with a lab is so with each of its machines. */
static void
add(struct diagnostics *c, const struct diagnostic *first,
    struct diagnostic ***tail, const char *file, int line, const char *text)
{
	struct diagnostic *new = arena_alloc(&c->arena, sizeof(*new));

	if (line > 0)
		new->text =
		    arena_print(&c->arena, "%s:%d: %s", file, line, text);
	else
		new->text = arena_print(&c->arena, "%s: %s", file, text);
	for (; first != NULL; first = first->next) {
		if (strcmp(first->text, new->text) == 0)
			return;
	}
	**tail = new;
	*tail = &new->next;
}

void
diagnose(struct diagnostics *c, const char *file, int line, const char *fmt,
    ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(c, c->first, &c->last, file, line, text);
	c->errors++;
}

void
diagnose_warning(struct diagnostics *c, const char *file, int line,
    const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(c, c->first_warning, &c->last_warning, file, line, text);
}

void
diagnostics_log(const struct diagnostics *c)
{
	for (const struct diagnostic *w = c->first_warning; w; w = w->next)
		log_warn(NULL, "%s", w->text);
	for (const struct diagnostic *w = c->first; w; w = w->next)
		log_error(NULL, "%s", w->text);
}

void
diagnostics_free(struct diagnostics *c)
{
	arena_free(&c->arena);
	diagnostics_init(c);
}

int
line_of(config_setting_t *group, const char *member)
{
	config_setting_t *s = config_setting_get_member(group, member);

	return config_setting_source_line(s != NULL ? s : group);
}
