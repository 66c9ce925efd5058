/*
 * driver.c - atoll-session between a played monitor and a played init.
 *
 * The program and the clients are real; the peers are in peers.h.  Without
 * arguments it runs every row of tests[]; "driver serve" only prints the port
 * and a directory with the host's and a client's key, and serves.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/session/peers.h"

/* $SSH is an OpenSSH client with the password, $NOPW one without; both want
 * user@127.0.0.1 next.  said: all of stdout and stderr. */
#define HOST  "@127.0.0.1"
#define SEEN  " | tr -d '\\r' | grep -c"
#define BYTES "head -c 20000000 /dev/zero | tr '\\0' 'x'"

/* A sum, since what is typed is seen, too. */
#define WORDS_AND_EXIT "printf 'echo $((40+2))\\rexit\\r'"

static const struct test {
	const char *name;
	const char *command;
	const char *said;
	int status;
} tests[] = {
	{ "a_command_runs", "$SSH demo" HOST " 'echo out; echo err >&2'",
	    "out\nerr\n", 0 },
	{ "the_exit_status_arrives", "$SSH demo" HOST " exit 42", "", 42 },
	{ "a_signal_arrives_as_exit_signal", "$SSH demo" HOST " 'kill -9 $$'",
	    "", 255 },
	{ "the_environment_is_limited",
	    "LC_ALL=C FOO=bar $SSH -o SendEnv='LC_ALL FOO' demo" HOST
	    " 'echo $LC_ALL-$FOO'",
	    "C-\n", 0 },
	{ "a_terminal_has_its_size",
	    "TERM=vt100 script -qec \"stty rows 33 cols 101; $SSH -tt demo" HOST
	    " 'stty size; echo \\$TERM'\" /dev/null </dev/null | tr -d '\\r^@'",
	    "33 101\nvt100\n", 0 },
	{ "a_shell_greets",
	    "echo exit | $SSH -tt demo" HOST " | tr -d '\\r' | head -2",
	    "Welcome to the lab.\nBe kind.\n", 0 },
	{ "a_background_job_does_not_hold_a_terminal",
	    "timeout 5 $SSH -tt demo" HOST " 'sleep 60 & echo gone'"
	    " | tr -d '\\r'",
	    "gone\n", 0 },
	{ "a_background_job_holds_its_pipe",
	    "$SSH demo" HOST " 'sleep 1 && echo late & echo soon'",
	    "soon\nlate\n", 0 },
	{ "end_of_input_is_passed_on",
	    "echo some input | $SSH demo" HOST " cat", "some input\n", 0 },
	{ "a_closed_output_ends_the_command",
	    "timeout 5 $SSH demo" HOST " yes | head -1", "y\n", 0 },
	{ "a_closed_output_ends_a_flood",
	    "(timeout 20 $SSH demo" HOST
	    " 'cat /dev/zero; exit 7'; echo $? >&2) |"
	    " sleep 2",
	    "7\n", 0 },
	{ "bytes_down_survive_new_keys",
	    "$SSH -o RekeyLimit=1M demo" HOST " \"" BYTES "\" | md5sum |"
	    " cut -c1-32 >a; " BYTES " | md5sum | cut -c1-32 | cmp - a",
	    "", 0 },
	{ "bytes_up_survive_new_keys",
	    BYTES " | $SSH -o RekeyLimit=1M demo" HOST " md5sum |"
		  " cut -c1-32 >a; " BYTES " | md5sum | cut -c1-32 | cmp - a",
	    "", 0 },
	{ "channels_share_a_connection",
	    "$NOPW -i client -MNf -o ControlPath=$PWD/mux demo" HOST
	    "; (for i in 1 2 3 4;"
	    " do $NOPW -o ControlPath=$PWD/mux demo" HOST
	    " \"sleep 0.3; echo $i\" & done; wait) | sort;"
	    " $NOPW -o ControlPath=$PWD/mux -O exit demo" HOST " 2>&1",
	    "1\n2\n3\n4\n", 0 },
	{ "sftp_moves_a_file",
	    "printf 'put host.pub /tmp/driver-sftp\\nget /tmp/driver-sftp b\\n"
	    "rm /tmp/driver-sftp\\n' | $SFTP -b - demo" HOST
	    " >/dev/null && cmp host.pub b",
	    "", 0 },
	{ "a_key_logs_in",
	    "$NOPW -o BatchMode=yes -i client demo" HOST " echo in", "in\n",
	    0 },
	{ "a_strange_key_does_not",
	    "$NOPW -v -o BatchMode=yes -i host demo" HOST
	    " echo in 2>&1 | grep -c 'Permission denied'",
	    "1\n", 0 },
	{ "a_wrong_password_does_not",
	    "sshpass -p wrong $NOPW -o PubkeyAuthentication=no demo" HOST
	    " echo in",
	    "", 5 },
	{ "an_impossible_name_does_not", "$SSH 'no:body'" HOST " echo in", "",
	    5 },
	{ "no_lab_is_said", "$SSH none" HOST " echo in",
	    "atoll: no lab is open to none; ask your instructor or the "
	    "administrator\n",
	    1 },
	{ "several_labs_are_named_to_a_command",
	    "$SSH multi" HOST " echo in | head -1",
	    "atoll: several labs are open to multi: name one, as in"
	    " ssh multi+alpha@host\n alpha beta\n",
	    0 },
	{ "the_login_names_the_lab", "$SSH multi+beta" HOST " echo in", "in\n",
	    0 },
	{ "the_menu_understands",
	    "printf '7\\rbeta\\recho chos''en\\rexit\\r' |"
	    " $SSH -tt multi" HOST " | tr -d '\\r' | grep -c -e 'no lab 7'"
	    " -e 'Which one. beta' -e '^chosen' -e 'prompt> chosen'",
	    "3\n", 0 },
	{ "the_menu_can_be_left",
	    "printf 'q\\r' | $SSH -tt multi" HOST " | tail -1 | tr -d '\\r'",
	    "Which one? q\n", 0 },
	{ "a_place_in_the_queue_is_told", "$SSH queue" HOST " echo in",
	    "atoll: all places are taken: you are number 3 in the queue\nin\n",
	    0 },
	{ "a_refusal_is_told", "$SSH full" HOST " echo in",
	    "atoll: the house is full\n", 1 },
	{ "goodbye_is_told", "$SSH bye" HOST " sleep 20",
	    "atoll: the class is over soon\natoll: the class is over\n", 255 },
	{ "a_lost_sandbox_is_told", "$SSH lost" HOST " sleep 20",
	    "atoll: the sandbox has ended\n", 255 },
	{ "a_terminal_comes_back",
	    WORDS_AND_EXIT " | $SSH -tt picture-good" HOST SEEN
			   " -e 'your terminal of' -e 'AS IT WAS' -e 42",
	    "3\n", 0 },
	{ "a_ring_without_seals_is_refused",
	    WORDS_AND_EXIT " | $SSH -tt ring-bare" HOST SEEN
			   " -e 'a wrong answer'",
	    "1\n", 0 },
	{ "a_ring_that_is_short_is_refused",
	    WORDS_AND_EXIT " | $SSH -tt ring-short" HOST SEEN
			   " -e 'a wrong answer'",
	    "1\n", 0 },
	{ "a_ring_that_is_no_memory_is_refused",
	    WORDS_AND_EXIT " | $SSH -tt ring-pipe" HOST SEEN
			   " -e 'a wrong answer'",
	    "1\n", 0 },
	{ "a_ring_full_of_nonsense_is_refused",
	    WORDS_AND_EXIT " | $SSH -tt ring-wrecked" HOST SEEN
			   " -e 'a wrong answer'",
	    "1\n", 0 },
	{ "a_picture_that_would_be_waited_for_is_left_out",
	    WORDS_AND_EXIT " | $SSH -tt picture-pipe" HOST SEEN
			   " -e 'your terminal of' -e 42",
	    "2\n", 0 },
	{ "a_picture_may_be_as_large_as_that",
	    WORDS_AND_EXIT " | $SSH -tt picture-full" HOST SEEN
			   " -e 'your terminal of' -e 'AS IT WAS' -e 42",
	    "3\n", 0 },
	{ "a_picture_that_is_too_large_is_left_out",
	    WORDS_AND_EXIT " | $SSH -tt picture-huge" HOST SEEN
			   " -e 'your terminal of' -e 42",
	    "2\n", 0 },
	{ "forwarding_is_refused",
	    "$SSH -o ExitOnForwardFailure=yes -R 9:127.0.0.1:9 demo" HOST
	    " echo in",
	    "", 255 },
	/* $$ tells this run's command from those of others beside it. */
	{ "a_stopped_client_is_left",
	    "$SSH demo" HOST " \"sleep 30; echo still here $$.\" &"
	    " until pgrep -u nobody -f \"here $$[.]\"; do sleep 0.1; done"
	    " >/dev/null; kill -STOP $!; pkill -STOP -P $!;"
	    " while pgrep -u nobody -f \"here $$[.]\"; do sleep 0.1; done"
	    " >/dev/null; pkill -CONT -P $!; kill -CONT $!; wait",
	    "atoll: your client does not answer\n", 0 },
};

static void
row_passes(void **state)
{
	const struct test *t = *state;
	static char said[65536];
	size_t n;
	int status;
	FILE *f;

	setenv("COMMAND", t->command, 1);
	f = popen("timeout 60 sh -c \"$COMMAND\" 2>&1", "r");
	assert_non_null(f);
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	status = pclose(f);
	assert_string_equal(said, t->said);
	assert_int_equal(WEXITSTATUS(status), t->status);
}

static int
run_rows(void)
{
	enum { COUNT = sizeof(tests) / sizeof(tests[0]) };
	struct CMUnitTest units[COUNT];

	for (int i = 0; i < COUNT; i++)
		units[i] = (struct CMUnitTest){ .name = tests[i].name,
			.test_func = row_passes,
			.initial_state = (void *)&tests[i] };
	return _cmocka_run_group_tests("session", units, COUNT, NULL, NULL);
}

static void
name_clients(void)
{
	static const char options[] =
	    "-q -F none -o StrictHostKeyChecking=no"
	    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";
	char text[1024];

	snprintf(text, sizeof(text), "ssh %s -p %s", options, getenv("PORT"));
	setenv("NOPW", text, 1);
	snprintf(text, sizeof(text),
	    "sshpass -p demo ssh %s -p %s -o PubkeyAuthentication=no", options,
	    getenv("PORT"));
	setenv("SSH", text, 1);
	snprintf(text, sizeof(text),
	    "sshpass -p demo sftp %s -P %s -o PubkeyAuthentication=no"
	    " -o BatchMode=no",
	    options, getenv("PORT"));
	setenv("SFTP", text, 1);
}

int
main(int argc, char *argv[])
{
	char dir[] = "/tmp/atoll-driver.XXXXXX";
	pid_t monitor;
	int failed = 0;

	if (mkdtemp(dir) == NULL)
		die(dir);
	monitor = start_peers(dir);
	name_clients();
	if (argc == 2 && strcmp(argv[1], "serve") == 0) {
		printf("%s %s\n", getenv("PORT"), dir);
		fflush(stdout);
		waitpid(monitor, NULL, 0);
	} else {
		if (chdir(dir) == -1)
			die(dir);
		failed = run_rows();
		kill(monitor, SIGTERM);
		waitpid(monitor, NULL, 0);
	}
	shell("rm -rf %s", dir);
	return failed;
}
