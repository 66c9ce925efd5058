/* config.c - a configuration, parsed whole or not at all. */
#include "gateway/config/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/config/config_table.h"
#include "gateway/config/hours.h"

/* The networks of a list; what is none was reported. */
static struct networks
parse_networks(struct arena *a, const struct texts *list)
{
	struct networks to = { 0 };
	struct err ignored;

	to.at = arena_alloc(a, (list->count + 1) * sizeof(*to.at));
	for (size_t i = 0; i < list->count; i++) {
		if (network_parse(&to.at[to.count], list->at[i], &ignored) == 0)
			to.count++;
	}
	return to;
}

void
config_derive(struct config *c)
{
	c->allowed = parse_networks(&c->arena, &c->allow_from);
	c->denied = parse_networks(&c->arena, &c->deny_from);
	c->proxies = parse_networks(&c->arena, &c->proxy_from);
}

struct config *
config_new(const char *file)
{
	struct config *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->file = arena_text(&c->arena, file);
	return c;
}

struct config *
config_parse(const char *text, struct diagnostics *out)
{
	struct config *c = config_new("effective configuration");
	struct option_source src = { .out = out, .folder = "/" };
	config_t cf;

	if (c == NULL)
		return NULL;
	src.arena = &c->arena;
	src.file = c->file;
	config_init(&cf);
	if (config_read_string(&cf, text) == CONFIG_TRUE)
		options_load(site_options, site_option_count, &src,
		    config_root_setting(&cf), c);
	else
		diagnose(out, c->file, config_error_line(&cf), "%s",
		    config_error_text(&cf));
	config_destroy(&cf);
	config_derive(c);
	for (size_t i = 0; i < c->lab_count; i++)
		hours_derive(&c->labs[i]);
	if (out->errors == 0)
		return c;
	config_free(c);
	return NULL;
}

char *
config_read_fd(int fd)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) == -1 || st.st_size > INT32_MAX)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL ||
	    pread(fd, text, (size_t)st.st_size, 0) != st.st_size) {
		free(text);
		return NULL;
	}
	text[st.st_size] = '\0';
	return text;
}

void
config_print(const struct config *c, FILE *to, bool secrets)
{
	options_print(site_options, site_option_count, c, to, 0, secrets);
}

void
config_check_change(const struct config *running, const struct config *next,
    struct diagnostics *out)
{
	for (size_t i = 0; i < site_option_count; i++) {
		const struct option *o = &site_options[i];

		if ((o->flags & OPTION_LIVE) == 0 &&
		    !option_is_same(o, running, next))
			diagnose(out, next->file, 0,
			    "%s cannot change while atolld runs:"
			    " set it back, or restart",
			    o->name);
	}
}

const struct lab *
config_lab(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->lab_count; i++) {
		if (strcmp(c->labs[i].name, name) == 0)
			return &c->labs[i];
	}
	return NULL;
}

const struct account *
config_account(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->account_count; i++) {
		if (strcmp(c->accounts[i].name, name) == 0)
			return &c->accounts[i];
	}
	return NULL;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	held_close(&c->held);
	arena_free(&c->arena);
	free(c);
}
