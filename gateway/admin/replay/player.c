/* player.c - a recording on one's own terminal, with its times. */
#include "gateway/admin/replay/player.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/cast_line.h"
#include "gateway/base/clock.h"
#include "gateway/base/terminal_filter.h"
#include "gateway/base/terminal_modes.h"

#define SPEED_MIN   25 /* percent */
#define SPEED_MAX   1600
#define STEP_MS	    5000  /* an arrow key */
#define LEAP_MS	    60000 /* page up, page down */
#define WAIT_MAX_MS 60000
#define CLEAR	    "\033[H\033[2J"
#define HELP                                                                   \
	"atoll: space pauses, + and - change the speed, the arrows jump 5"     \
	" seconds, page up and page down a minute, n to the next output, q"    \
	" leaves"

struct player {
	FILE *from;
	const char *name;
	char *line; /* owned; the next event is in it */
	size_t room;
	unsigned number; /* of that line */
	struct cast_event event;
	bool has_event, is_left, is_paused, is_broken;
	uint64_t at_ms;	  /* how far it is, at the moment of */
	int64_t clock_ms; /* of clock.h */
	unsigned speed;	  /* percent */
	struct terminal_filter filter;
	struct termios was;
};

/* --- the terminal -------------------------------------------------------------- */

static volatile sig_atomic_t is_told_to_end;

static void
on_signal(int signum)
{
	(void)signum;
	is_told_to_end = 1;
}

static int
make_raw(struct player *p, struct err *e)
{
	const struct sigaction end = { .sa_handler = on_signal };
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &p->was) == -1)
		return err_set(e, errno, "the terminal");
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	raw = p->was;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_oflag &= ~(tcflag_t)OPOST; /* it was done when it was recorded */
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	return 0;
}

static void
put_filtered(void *self, const uint8_t *bytes, size_t n)
{
	(void)self;
	fwrite(bytes, 1, n, stdout);
}

static void
show(struct player *p, const char *text, size_t length)
{
	const struct terminal_sink sink = { .bytes = put_filtered };

	terminal_filter_run(&p->filter, (const uint8_t *)text, length, &sink);
}

/* --- the file -------------------------------------------------------------------- */

static void
read_event(struct player *p)
{
	struct err ignored;
	ssize_t n;

	do {
		n = getline(&p->line, &p->room, p->from);
		p->number++;
		p->has_event = false;
		/* A last line without its end is one that is being written. */
		if (n <= 0 || p->line[n - 1] != '\n')
			return;
		p->is_broken =
		    cast_line_event(p->line, &p->event, &ignored) == -1;
		p->has_event = !p->is_broken;
	} while (p->has_event && p->event.kind != 'o');
}

static int
begin(struct player *p, struct cast_size *size, struct err *e)
{
	rewind(p->from);
	p->number = 1;
	terminal_filter_init(&p->filter);
	if (getline(&p->line, &p->room, p->from) <= 0)
		return err_set(e, 0, "%s: it is empty", p->name);
	if (cast_line_header(p->line, size, e) == -1)
		return err_wrap(e, "%s", p->name);
	read_event(p);
	return 0;
}

/* --- time ------------------------------------------------------------------------- */

static uint64_t
position(const struct player *p)
{
	if (p->is_paused)
		return p->at_ms;
	return p->at_ms + (uint64_t)(clock_ms() - p->clock_ms) * p->speed / 100;
}

/* From here on it goes on from there. */
static void
set_position(struct player *p, uint64_t at_ms)
{
	p->at_ms = at_ms;
	p->clock_ms = clock_ms();
}

static void
show_due(struct player *p)
{
	uint64_t now = position(p);

	while (p->has_event && p->event.at_ms <= now) {
		show(p, p->event.text, p->event.length);
		read_event(p);
	}
	fflush(stdout);
}

/* Back is from the beginning: what a screen was is known by no other way. */
static void
jump(struct player *p, int64_t by_ms)
{
	uint64_t now = position(p);
	struct cast_size size;
	struct err ignored;

	if (by_ms < 0) {
		uint64_t back = (uint64_t)-by_ms;

		set_position(p, now > back ? now - back : 0);
		fputs(terminal_reset, stdout);
		fputs(CLEAR, stdout);
		begin(p, &size, &ignored);
	} else {
		set_position(p, now + (uint64_t)by_ms);
	}
	show_due(p);
}

/* How long nothing is to be done: milliseconds, -1: until a key. */
static int
wait_ms(const struct player *p)
{
	uint64_t now = position(p), left;

	if (p->is_paused)
		return -1;
	if (p->event.at_ms <= now)
		return 0;
	left = (p->event.at_ms - now) * 100 / p->speed + 1;
	return left > WAIT_MAX_MS ? WAIT_MAX_MS : (int)left;
}

/* --- keys -------------------------------------------------------------------------- */

static void
set_speed(struct player *p, unsigned speed)
{
	if (speed < SPEED_MIN || speed > SPEED_MAX)
		return;
	set_position(p, position(p));
	p->speed = speed;
}

static void
pause_or_go_on(struct player *p)
{
	set_position(p, position(p));
	p->is_paused = !p->is_paused;
}

static void
next_output(struct player *p)
{
	if (p->has_event)
		set_position(p, p->event.at_ms);
	show_due(p);
}

static void
on_key(struct player *p, char key)
{
	switch (key) {
	case 'q':
	case 3: /* Ctrl-C */
		p->is_left = true;
		break;
	case ' ':
		pause_or_go_on(p);
		break;
	case '+':
		set_speed(p, p->speed * 2);
		break;
	case '-':
		set_speed(p, p->speed / 2);
		break;
	case 'n':
		next_output(p);
		break;
	default:
		break;
	}
}

/* What keys send that are no character.  0: it is none of these. */
static size_t
take_sequence(struct player *p, const char *typed)
{
	static const struct {
		const char *bytes;
		int64_t by_ms;
	} keys[] = { { "\033[C", STEP_MS }, { "\033OC", STEP_MS },
		{ "\033[D", -STEP_MS }, { "\033OD", -STEP_MS },
		{ "\033[6~", LEAP_MS }, { "\033[5~", -LEAP_MS } };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strlen(keys[i].bytes);

		if (strncmp(typed, keys[i].bytes, n) == 0) {
			jump(p, keys[i].by_ms);
			return n;
		}
	}
	return 0;
}

static void
read_keys(struct player *p)
{
	char typed[64];
	ssize_t n = read(STDIN_FILENO, typed, sizeof(typed) - 1);

	if (n <= 0) {
		p->is_left = n == 0 || errno != EINTR;
		return;
	}
	typed[n] = '\0';
	for (ssize_t at = 0; at < n && !p->is_left;) {
		size_t length = take_sequence(p, typed + at);

		if (length == 0) {
			on_key(p, typed[at]);
			length = 1;
		}
		at += (ssize_t)length;
	}
}

/* --- all of it ----------------------------------------------------------------------- */

static void
say_size(const struct cast_size *size)
{
	struct winsize have = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &have);
	if (have.ws_col < size->cols || have.ws_row < size->rows)
		printf("atoll: it was recorded on %ux%u, and your terminal is"
		       " %ux%u: make that larger for it to look right\r\n",
		    size->cols, size->rows, have.ws_col, have.ws_row);
}

static void
play(struct player *p)
{
	set_position(p, 0);
	while (!p->is_left && !is_told_to_end) {
		struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };

		show_due(p);
		if (!p->has_event && !p->is_paused)
			break; /* who has paused may go back from the end */
		if (poll(&keys, 1, wait_ms(p)) == 1)
			read_keys(p);
	}
}

int
player_run(FILE *from, const char *name, struct err *e)
{
	struct player p = { .from = from, .name = name, .speed = 100 };
	struct cast_size size;
	int rc = -1;

	if (begin(&p, &size, e) == 0 && make_raw(&p, e) == 0) {
		puts(HELP "\r");
		say_size(&size);
		play(&p);
		printf("%s\r\natoll: the recording %s at %" PRIu64 " s\r\n",
		    terminal_reset, p.is_left ? "was left" : "ends",
		    (p.has_event ? position(&p) : p.event.at_ms) / 1000);
		fflush(stdout);
		tcsetattr(STDIN_FILENO, TCSANOW, &p.was);
		rc = p.is_broken ? err_set(e, 0,
				       "%s:%u: this is no event of an"
				       " asciicast",
				       name, p.number)
				 : 0;
	}
	free(p.line);
	return rc;
}
