/*
 * check_steps.c - a lab's steps: read, checked, and made one bundle.
 *
 * The texts are not parsed here, where we are root: the student's lab program
 * does that.
 */
#include "gateway/loader/check_lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/bundle.h"
#include "gateway/base/scope.h"
#include "gateway/base/steps.h"
#include "gateway/base/utf8.h"
#include "gateway/loader/authored.h"
#include "gateway/loader/candidate.h"
#include "gateway/loader/sealed.h"

struct walk {
	struct config *c;
	const struct lab *lab;
	config_setting_t *rows;
	struct diagnostics *out;
	int bundle;
	size_t bytes; /* in it */
	/* The step at which it is. */
	struct step *step;
	unsigned number;
};

/* An error of the step's member, with its line. */
#define DIAGNOSE(w, member, fmt, ...)                                          \
	diagnose((w)->out, (w)->lab->file, line_in(w, member),                 \
	    "step %u: " fmt, (w)->number, __VA_ARGS__)

static int
line_in(const struct walk *w, const char *member)
{
	config_setting_t *row =
	    config_setting_is_group(w->rows)
		? w->rows
		: config_setting_get_elem(w->rows, w->number - 1);

	return row == NULL ? 0 : line_of(row, member);
}

/* name is of steps.h, member of the lab file. */
static void
add(struct walk *w, const char *name, const char *member, bool is_program,
    const char *bytes, size_t size)
{
	char file[STEP_FILE_SIZE];
	struct err e;

	snprintf(file, sizeof(file), name, w->number);
	w->bytes += size + sizeof(struct bundle_entry);
	if (w->bytes <= STEPS_SIZE_MAX &&
	    bundle_add(w->bundle, file, is_program, bytes, size, &e) == -1)
		DIAGNOSE(w, member, "%s: %s", member, e.text);
}

/* --- texts -------------------------------------------------------------- */

/* At most max bytes and one more, to be freed; NULL with e filled. */
static char *
read_file(int fd, size_t max, size_t *size, struct err *e)
{
	FREES char *bytes = malloc(max + 2);
	ssize_t n = 1;

	if (bytes == NULL) {
		err_set(e, ENOMEM, "read");
		return NULL;
	}
	for (*size = 0; n > 0 && *size <= max; *size += (size_t)n) {
		n = pread(fd, bytes + *size, max + 1 - *size, (off_t)*size);
		if (n == -1) {
			err_set(e, errno, "read");
			return NULL;
		}
	}
	bytes[*size] = '\0';
	return take_ptr(&bytes);
}

static void
add_text(struct walk *w, const char *name, const char *member, const char *path)
{
	struct err e = { 0 };
	CLOSES int fd = authored_open(&w->lab->by, path, &e);
	size_t size = 0;
	FREES char *text =
	    fd == -1 ? NULL : read_file(fd, STEP_TEXT_MAX, &size, &e);

	if (text == NULL)
		DIAGNOSE(w, member, "%s = \"%s\": %s", member, path,
		    e.code != 0 ? strerror(e.code) : e.text);
	else if (size > STEP_TEXT_MAX)
		DIAGNOSE(w, member,
		    "%s = \"%s\" is longer than %dK: a step is what one sees"
		    " at a glance, so make two of it",
		    member, path, STEP_TEXT_MAX >> 10);
	else if (strlen(text) != size || !utf8_is_valid(text))
		DIAGNOSE(w, member,
		    "%s = \"%s\" is no text in UTF-8: convert it with iconv(1)",
		    member, path);
	else if (text[strspn(text, " \t\r\n")] == '\0')
		DIAGNOSE(w, member, "%s = \"%s\" is empty", member, path);
	else
		add(w, name, member, false, text, size);
}

/* --- programs ----------------------------------------------------------- */

/* A sealed copy; -1: the step has none, or it is none. */
static int
copy_program(const struct walk *w, const char *member, const char *path)
{
	const struct candidate p = { w->lab, member, path, line_in(w, member),
		w->out };

	return path[0] == '\0' ? -1 : candidate_copy(&p);
}

static void
add_check(struct walk *w)
{
	CLOSES int fd = copy_program(w, "check", w->step->check);
	FREES char *bytes = NULL;
	struct err e = { 0 };
	size_t size = 0;

	if (fd == -1)
		return;
	bytes = read_file(fd, PROGRAM_SIZE_MAX, &size, &e);
	if (bytes == NULL)
		DIAGNOSE(w, "check", "check: %s", e.text);
	else
		add(w, STEP_CHECK, "check", true, bytes, size);
}

/* Like solve of a whole lab: no sandbox of a student's has it. */
static void
keep_solution(struct walk *w)
{
	int fd = copy_program(w, "solve", w->step->solve);

	if (fd != -1)
		w->step->solution = held_add(&w->c->held, &w->c->arena, fd);
	if (w->step->solve[0] != '\0' && w->step->check[0] == '\0')
		DIAGNOSE(w, "solve", "%s",
		    "solve without check: nothing says whether it solved the"
		    " step; give it a check, or leave solve out");
}

/* --- each step ---------------------------------------------------------- */

/* The title is a name of results and stands within lines of other texts. */
static void
check_title(const struct walk *w)
{
	const char *title = w->step->title;
	char shown[2 * STEP_TITLE_MAX];

	utf8_printable(shown, sizeof(shown), title);
	/* A missing one was reported. */
	if (title[0] != '\0' && title[strspn(title, " ")] == '\0')
		DIAGNOSE(w, "title", "%s",
		    "title is empty: say in a few words what to do");
	else if (strcmp(shown, title) != 0)
		DIAGNOSE(w, "title",
		    "title = \"%s\" has control characters: it must be one line"
		    " of UTF-8",
		    shown);
	for (unsigned i = 0; i + 1 < w->number; i++) {
		if (title[0] != '\0' &&
		    strcmp(w->lab->steps[i].title, title) == 0)
			DIAGNOSE(w, "title",
			    "title = \"%s\" is that of step %u, too: results"
			    " are told apart by it",
			    shown, i + 1);
	}
}

static void
check_step(struct walk *w)
{
	const struct step *s = w->step;

	check_title(w);
	if (s->text_file[0] != '\0')
		add_text(w, STEP_TEXT, "text_file", s->text_file);
	if (s->hint_file[0] != '\0')
		add_text(w, STEP_HINTS, "hint_file", s->hint_file);
	add_check(w);
	keep_solution(w);
}

/* What the steps are called, for init: see steps.h. */
static void
add_titles(struct walk *w)
{
	char list[STEPS_MAX * (STEP_TITLE_MAX + 2) + 1];
	size_t at = 0;

	list[0] = '\0';
	for (size_t i = 0; i < w->lab->step_count; i++) {
		const struct step *s = &w->lab->steps[i];

		at += (size_t)snprintf(list + at, sizeof(list) - at, "%c%.*s\n",
		    s->check[0] == '\0' ? 't' : 'c', STEP_TITLE_MAX, s->title);
	}
	add(w, STEPS_TITLES, "title", false, list, at);
}

static void
check_each(struct walk *w)
{
	for (size_t i = 0; i < w->lab->step_count; i++) {
		w->step = &w->lab->steps[i];
		w->number = (unsigned)i + 1;
		check_step(w);
	}
	add_titles(w);
	if (w->bytes > STEPS_SIZE_MAX)
		diagnose(w->out, w->lab->file,
		    config_setting_source_line(w->rows),
		    "steps: their files are %zuK together; at most %dK: put"
		    " what is large into the image",
		    w->bytes >> 10, STEPS_SIZE_MAX >> 10);
}

void
check_steps(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	struct walk w = { .c = c,
		.lab = lab,
		.rows = config_setting_get_member(group, "steps"),
		.out = out };
	int line = line_of(group, "steps");
	CLOSES int fd = -1;
	struct err e;

	if (w.rows == NULL || lab->step_count == 0)
		return;
	if (lab->solve[0] != '\0')
		diagnose(out, lab->file, line_of(group, "solve"),
		    "solve and steps are both given: in a lab of steps each"
		    " step has a solve of its own, so move it there");
	if (lab->check[0] != '\0')
		diagnose(out, lab->file, line_of(group, "check"),
		    "check and steps are both given: in a lab of steps each"
		    " step has a check of its own, so move it there");
	if (lab->step_count > STEPS_MAX) {
		diagnose(out, lab->file, line,
		    "steps has %zu steps; at most %d: make two labs of it",
		    lab->step_count, STEPS_MAX);
		return;
	}
	fd = w.bundle = sealed_new("steps", &e);
	if (fd == -1) {
		diagnose(out, lab->file, line, "steps: %s", e.text);
		return;
	}
	check_each(&w);
	if (sealed_finish(fd, "steps", &e) == -1)
		diagnose(out, lab->file, line, "steps: %s", e.text);
	lab->program[PROGRAM_STEPS] =
	    held_add(&c->held, &c->arena, take_fd(&fd));
}
