/* test_columns.c - headers of rosters, as the systems that export them have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/admin/account/columns.h"

/* A letter for each column: Login, Whole name, First, Nachname, Mail, Groups,
 * Key, Password, Time factor; - for ignored, . for unnamed. */
static const char letters[COLUMNS] = { '.', '-', 'L', '?', 'W', 'F', 'N', 'M',
	'G', 'K', 'P', 'T' };

static int
read_header(const char *header, bool skip, char got[CSV_FIELDS], struct err *e)
{
	char text[1024];
	struct csv_row row;
	struct columns c;
	struct csv csv;
	size_t i;

	strcpy(text, header);
	csv_open(&csv, text, strlen(text));
	assert_int_equal(csv_next(&csv, &row, e), 1);
	assert_true(columns_is_header(&row));
	if (columns_read(&c, &row, skip, e) == -1)
		return -1;
	for (i = 0; i < c.count; i++) {
		got[i] = letters[c.at[i]];
		if (c.at[i] > COLUMN_IGNORED && c.at[i] != COLUMN_GROUPS)
			assert_int_equal(c.of[c.at[i]], i + 1);
	}
	got[i] = '\0';
	return 0;
}

static void
expect(const char *header, const char *columns)
{
	char got[CSV_FIELDS] = "";
	struct err e = { 0 };

	if (read_header(header, false, got, &e) == -1)
		fail_msg("%s: %s", header, e.text);
	if (strcmp(got, columns) != 0)
		fail_msg("%s: %s, not %s", header, got, columns);
}

static void
refuse(const char *header, const char *part)
{
	char got[CSV_FIELDS];
	struct err e = { 0 };

	assert_int_equal(read_header(header, false, got, &e), -1);
	if (strstr(e.text, part) == NULL)
		fail_msg("%s: %s", header, e.text);
}

static void
of_this_program(void **state)
{
	(void)state;
	expect("name,full name,groups,key,password", "LWGKP");
	expect("Name,groups", "LG");
	expect("name", "L");
	expect("name,password", "LP");
	expect("username,password", "LP");
	expect("Username,Time factor,Password", "LTP");
	expect("Benutzername,Zeitfaktor", "LT");
	expect("PASSWORD;User Name", "PL");
	expect("full_name,key,name", "WKL");
}

static void
of_moodle(void **state)
{
	(void)state;
	expect("username,password,firstname,lastname,email,course1,group1,"
	       "group2,cohort1",
	    "LPFNM-GG-");
	expect("\"First name\",\"Last name\",\"Email address\",Groups", "FNMG");
	expect("\"First name\",Surname,\"ID number\",Institution,Department,"
	       "\"Email address\"",
	    "FN---M");
	expect("Vorname;Nachname;E-Mail-Adresse;Gruppen", "FNMG");
	expect("Nombre,Apellido(s),\"Dirección de correo\",Grupos", "FNMG");
	expect("Prénom,Nom,\"Adresse de courriel\",Groupes", "FNMG");
}

static void
of_canvas(void **state)
{
	(void)state;
	expect("Student,ID,SIS User ID,SIS Login ID,Section", "W--L-");
	expect("user_id,integration_id,login_id,password,first_name,last_name,"
	       "full_name,sortable_name,short_name,email,status",
	    "--LPFNW--M-");
	expect("Student Name,Student ID,Student SIS ID,Email,Section Name",
	    "W--M-");
}

static void
of_google(void **state)
{
	(void)state;
	expect("Last Name,First Name,Email Address", "NFM");
	expect("First Name [Required],Last Name [Required],"
	       "Email Address [Required],Password [Required],Org Unit Path",
	    "FNMP-");
}

static void
of_github(void **state)
{
	(void)state;
	expect("identifier,github_username,github_id,name", "L--W");
	expect("assignment_name,assignment_url,starter_code_url,"
	       "github_username,roster_identifier,student_repository_name,"
	       "student_repository_url,submission_timestamp,points_awarded,"
	       "points_available",
	    "----L-----");
	expect("github_username,github_id", "L-");
}

static void
of_spreadsheets(void **state)
{
	(void)state;
	expect("Name;Vorname;Benutzername;Kennwort", "NFLP");
	expect("Benutzername;Vollständiger Name;Öffentlicher Schlüssel", "LWK");
	expect("Usuario;Contraseña;Nombre;Apellidos", "LPFN");
	expect("Identifiant;Mot de passe;Nom;Prénom;Courriel", "LPNFM");
	/* As macOS has accents, and capitals of them. */
	expect("Nom d’utilisateur;Pre\xcc\x81nom;NOM;MOT DE PASSE", "LFNP");
	expect("CONTRASEÑA;USUARIO", "PL");
	expect("Name,Email", "WM");
	expect("username,name", "LW");
	expect("Username,Password,,,", "LP");
	expect("Username,,Password", "L.P");
}

static void
what_is_not_known_is_refused_with_what_is(void **state)
{
	char got[CSV_FIELDS];
	struct err e;

	(void)state;
	refuse("username,shoe size", "\"shoe size\" is no column");
	refuse("username,shoe size", "known are username");
	refuse("username,shoe size", "--skip-unknown");
	refuse("First name,Last name", "no column of user names");
	refuse("username,login", "columns 1 and 2 are both the same thing");
	refuse("username,password,kennwort", "columns 2 and 3");
	assert_int_equal(
	    read_header("Student,SIS Login ID,Essay 1 (42),Section", true, got,
		&e),
	    0);
	assert_string_equal(got, "WL--");
}

static void
a_row_of_people_is_no_header(void **state)
{
	static const char *const rows[] = {
		"s0,Student 0,,ssh-ed25519 AAAAC3Nza", "s1,Student 1",
		"name,ann@example.org", "ann,Ann Lee,web101,,\n", "ann\n",
		"a@b.org,Name-Smith\n", "\xff\xfe,x\n", ",,\n", "generate,\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		struct csv_row row;
		struct err e;
		struct csv csv;

		strcpy(text, rows[i]);
		csv_open(&csv, text, strlen(text));
		assert_int_equal(csv_next(&csv, &row, &e), 1);
		assert_false(columns_is_header(&row));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_this_program),
		cmocka_unit_test(of_moodle),
		cmocka_unit_test(of_canvas),
		cmocka_unit_test(of_google),
		cmocka_unit_test(of_github),
		cmocka_unit_test(of_spreadsheets),
		cmocka_unit_test(what_is_not_known_is_refused_with_what_is),
		cmocka_unit_test(a_row_of_people_is_no_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
