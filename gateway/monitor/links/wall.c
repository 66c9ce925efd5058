/* wall.c - links to walls, and the walls that are shown. */
#include "gateway/monitor/links/wall.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/links/control.h"
#include "gateway/monitor/links/once.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/seats/conn_terminals.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/idle.h"
#include "gateway/monitor/seats/standing.h"

#define LINKS_MAX   64 /* that wait to be opened; for one more the oldest goes */
#define WALLS_MAX   16
#define LINK_MS	    60000
#define ASK_EACH_MS 500	  /* it waits for a second */
#define REFUSAL_MS  10000 /* between two lines of the log */
#define LABS_MAX    8	  /* that one command has links for */
#define NO_WALL                                                                \
	"there is no wall here: the site sets url of the option web, see"      \
	" atoll-wall(7)"

struct wall_links {
	struct once *links;  /* owned */
	uint64_t refused_ms; /* uv_now() of the last line in the log about it;
				0: never */
};

static const char *
url_of(const struct monitor *m)
{
	return m->config->web_count == 0 ? "" : m->config->web[0].url;
}

/* --- links ------------------------------------------------------------------ */

/* NULL without memory. */
static struct wall_links *
links_of(struct monitor *m)
{
	if (m->wall_links == NULL)
		m->wall_links = calloc(1, sizeof(*m->wall_links));
	if (m->wall_links != NULL && m->wall_links->links == NULL)
		m->wall_links->links = once_new(LINKS_MAX);
	return m->wall_links == NULL || m->wall_links->links == NULL
		   ? NULL
		   : m->wall_links;
}

static bool
add_link(struct client *c, const char *lab, char token[ONCE_TOKEN_SIZE])
{
	struct monitor *m = c->monitor;
	struct once_link l = { .until_ms = uv_now(&m->loop) + LINK_MS };

	text_copy(l.what, sizeof(l.what), lab);
	text_copy(l.who, sizeof(l.who), c->staff);
	return links_of(m) != NULL &&
	       once_add(m->wall_links->links, &l, false, token);
}

/* The token stands behind a '#': no browser sends that, so it is in no log of a proxy
 * and in no Referer; the page's script does, once.  False: the client was told. */
static bool
send_link(struct client *c, const char *lab, bool with_name)
{
	char token[ONCE_TOKEN_SIZE];
	struct msg m;

	if (!add_link(c, lab, token)) {
		client_end(c, 1,
		    "this host is out of resources; try again in a minute");
		return false;
	}
	log_info(&c->tag, "link to the wall lab=%s", lab);
	MSG_NEW(&m, ADMIN_LINE, admin_line);
	snprintf(m.admin_line.text, TEXT_SIZE, "%s%s%.300s/wall#%s",
	    with_name ? lab : "", with_name ? " " : "", url_of(c->monitor),
	    token);
	OPENSSL_cleanse(token, sizeof(token));
	client_send(c, &m);
	return true;
}

/* Links for all labs would use up the places of others'. */
static void
refuse_many(struct client *c)
{
	const struct config *cf = c->monitor->config;
	char text[TEXT_SIZE];
	size_t n;

	n = (size_t)snprintf(text, sizeof(text),
	    "say which lab, as in 'atoll wall LAB':");
	for (size_t i = 0; i < cf->lab_count; i++) {
		if (!client_may(c, cf->labs[i].name))
			continue;
		if (n + NAME_SIZE + sizeof(" ...") >= sizeof(text)) {
			snprintf(text + n, sizeof(text) - n, " ...");
			break;
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s",
		    cf->labs[i].name);
	}
	client_end(c, 1, text);
}

/* Of each lab that the client may see. */
static void
link_all(struct client *c)
{
	const struct config *cf = c->monitor->config;
	size_t count = 0;

	for (size_t i = 0; i < cf->lab_count; i++)
		count += client_may(c, cf->labs[i].name);
	if (count > LABS_MAX) {
		refuse_many(c);
		return;
	}
	for (size_t i = 0; i < cf->lab_count; i++) {
		const char *lab = cf->labs[i].name;

		if (client_may(c, lab) && !send_link(c, lab, count > 1))
			return;
	}
	client_end(c, count == 0, count == 0 ? "you are staff of no lab" : "");
}

void
wall_link(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_wall.lab;

	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	if (lab[0] != '\0' && config_lab(c->monitor->config, lab) == NULL)
		client_end(c, 1, "there is no lab of that name");
	else if (url_of(c->monitor)[0] == '\0')
		client_end(c, 1, NO_WALL);
	else if (lab[0] == '\0')
		link_all(c);
	else if (send_link(c, lab, false))
		client_end(c, 0, "");
}

/* --- it is opened ----------------------------------------------------------- */

static unsigned
count_walls(const struct monitor *m)
{
	const struct client *c;
	unsigned n = 0;

	TAILQ_FOREACH(c, &m->clients, all)
		n += c->wall[0] != '\0';
	return n;
}

static void
refuse(struct monitor *m, const char *reason, struct msg *answer)
{
	uint64_t now = uv_now(&m->loop);
	struct wall_links *all = links_of(m);

	MSG_NEW(answer, WALL_REFUSED, wall_refused);
	text_copy(answer->wall_refused.reason, TEXT_SIZE, reason);
	if (all == NULL ||
	    (all->refused_ms != 0 && now - all->refused_ms < REFUSAL_MS))
		return;
	all->refused_ms = now;
	log_warn(NULL, "wall refused reason=%s", reason);
}

static int
open_wall(struct monitor *m, const struct once_link *l, struct msg *answer,
    struct err *e)
{
	CLOSES int theirs = -1;
	int ours;

	if (chan_link(&ours, &theirs, e) == -1 ||
	    control_serve_wall(m, ours, l->what, l->who, e) == -1)
		return -1;
	MSG_NEW(answer, WALL_ENTERED, wall_entered);
	answer->fd[0] = take_fd(&theirs);
	text_copy(answer->wall_entered.lab, NAME_SIZE, l->what);
	text_copy(answer->wall_entered.account, NAME_SIZE, l->who);
	answer->wall_entered.is_secure = strncmp(url_of(m), "https:", 6) == 0;
	return 0;
}

/* A page of another origin has not used up the link. */
void
wall_enter(struct monitor *m, const struct msg_wall_enter *ask,
    struct msg *answer)
{
	struct once_link *l = NULL, was;
	struct err e = { 0 };

	if (url_of(m)[0] == '\0' || strcmp(ask->origin, url_of(m)) != 0) {
		refuse(m,
		    "this page has another address than url of the option"
		    " web says",
		    answer);
		return;
	}
	if (links_of(m) != NULL)
		l = once_find(m->wall_links->links, ask->token,
		    uv_now(&m->loop));
	if (l == NULL || handover_is_on(m)) {
		refuse(m,
		    "this link was used already, or is more than a minute old:"
		    " 'atoll wall' prints a new one",
		    answer);
		return;
	}
	was = *l;
	l->until_ms = 0;
	if (count_walls(m) >= WALLS_MAX) {
		refuse(m, "too many walls are open: close one", answer);
		return;
	}
	if (open_wall(m, &was, answer, &e) == -1) {
		log_error(NULL, "cannot open a wall: %s", e.text);
		refuse(m,
		    "this host is out of resources; try again in a minute",
		    answer);
		return;
	}
	log_info(NULL, "wall opened lab=%s staff=%s", was.what,
	    was.who[0] == '\0' ? "-" : was.who);
}

/* --- it is shown ------------------------------------------------------------ */

/* *left is how many there may be more. */
static void
look_at_seat(struct client *c, const struct seat *s, unsigned *left)
{
	const struct terminal *t;
	const struct conn *conn;

	TAILQ_FOREACH(conn, &s->conns, seated) {
		LIST_FOREACH(t, &conn->terminals, next) {
			if (t->number == 0 || t->tap == TAP_FAILED ||
			    watch_has_tile(c, s->sandbox, t->number))
				continue;
			if (*left == 0) {
				c->wall_hidden++;
				continue;
			}
			watch_add_tile(c, s, t->number);
			(*left)--;
		}
	}
}

static bool
is_of_wall(const struct client *c, const struct seat *s)
{
	return strcmp(s->lab, c->wall) == 0 && seat_is_live(s);
}

static void
look(struct client *c, unsigned *left)
{
	struct seat *s;

	c->wall_hidden = 0;

	if (!client_may(c, c->wall)) {
		client_drop(c, "not staff of this lab any more");
		return;
	}
	if (!c->is_wall_shown)
		return;
	TAILQ_FOREACH(s, &c->monitor->registry.seats, all) {
		if (is_of_wall(c, s))
			look_at_seat(c, s, left);
	}
}

void
wall_look(struct monitor *m)
{
	unsigned tiles = watch_tiles(m), left;
	struct client *c, *after;

	left = tiles < WALL_TILES_MAX ? WALL_TILES_MAX - tiles : 0;
	for (c = TAILQ_FIRST(&m->clients); c != NULL; c = after) {
		after = TAILQ_NEXT(c, all);
		if (c->wall[0] != '\0')
			look(c, &left);
	}
}

void
wall_show(struct client *c, struct msg *msg)
{
	c->is_wall_shown = msg->wall_show.is_on != 0;
	if (!c->is_wall_shown) {
		watch_end_tiles(c);
		return;
	}
	if (handover_is_on(c->monitor))
		return;
	wall_look(c->monitor);
	watch_look(c->monitor);
}

static void
send_seat(struct client *c, struct seat *s)
{
	const struct standing *p = standing_of(s);
	uint64_t idle;
	struct msg m;

	MSG_NEW(&m, WALL_SEAT, wall_seat);
	text_copy(m.wall_seat.account, NAME_SIZE, s->account);
	if (idle_of(s, &idle))
		m.wall_seat.idle = idle + 1;
	if (p != NULL) {
		m.wall_seat.points = p->best_points;
		m.wall_seat.most = p->best_most;
	}
	if (hand_is_up(s)) {
		m.wall_seat.hand = (uint64_t)s->hand.raised;
		text_copy(m.wall_seat.hand_text, TEXT_SIZE, s->hand.text);
	}
	client_send(c, &m);
}

/* Whoever has taken atoll-web over is answered no faster. */
void
wall_seats(struct client *c, struct msg *msg)
{
	uint64_t now = uv_now(&c->monitor->loop);
	struct seat *s;
	struct msg m;

	(void)msg;
	if (c->wall_ms != 0 && now - c->wall_ms < ASK_EACH_MS) {
		client_drop(c, "it asks too often");
		return;
	}
	c->wall_ms = now;
	TAILQ_FOREACH(s, &c->monitor->registry.seats, all) {
		if (is_of_wall(c, s) && client_may(c, s->lab))
			send_seat(c, s);
	}
	MSG_NEW(&m, WALL_SEATS_END, wall_seats_end);
	m.wall_seats_end.hidden = c->wall_hidden;
	client_send(c, &m);
	idle_ask_some(c->monitor);
}

void
wall_free(struct monitor *m)
{
	if (m->wall_links != NULL)
		free(m->wall_links->links);
	free(m->wall_links);
	m->wall_links = NULL;
}
