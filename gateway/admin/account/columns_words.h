/*
 * columns_words.h - the names of columns, as folded by columns.c: lower case,
 * letters and digits only.
 *
 * Private to columns.c.  A login of a lower rank wins over one of a higher.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_COLUMNS_WORDS_H
#define ATOLL_ADMIN_ACCOUNT_COLUMNS_WORDS_H

#include "gateway/admin/account/column.h"

static const struct word {
	enum column column;
	unsigned rank;
	const char *names; /* between blanks */
} words[] = {
	{ COLUMN_LOGIN, 0,
	    " username user login loginname loginid sisloginid account"
	    " accountname benutzername benutzer benutzerkennung anmeldename"
	    " nutzername nutzerkennung kennung konto usuario nombredeusuario"
	    " nombreusuario cuenta identifiant nomdutilisateur utilisateur"
	    " compte " },
	{ COLUMN_LOGIN, 1, " identifier rosteridentifier " },
	{ COLUMN_LOGIN, 2, " githubusername " },
	{ COLUMN_NAME, 0, " name nom nombre " },
	{ COLUMN_FULL_NAME, 0,
	    " fullname studentname student displayname vollstandigername"
	    " vollername ganzername nombrecompleto nomcomplet schuler"
	    " schulername teilnehmer teilnehmerin studierende alumno"
	    " estudiante etudiant eleve " },
	{ COLUMN_FIRST, 0,
	    " firstname givenname givennames forename vorname vornamen"
	    " rufname prenom prenoms nombres nombredepila " },
	{ COLUMN_LAST, 0,
	    " lastname surname familyname nachname familienname zuname"
	    " apellido apellidos nomdefamille " },
	{ COLUMN_EMAIL, 0,
	    " email emailaddress mail mailaddress studentemail emailadresse"
	    " mailadresse correo correoelectronico direcciondecorreo"
	    " direcciondecorreoelectronico direcciondeemail courriel"
	    " adressedecourriel adressemail adresseemail adresseelectronique"
	    " courrierelectronique " },
	{ COLUMN_GROUPS, 0,
	    " groups group gruppen gruppe grupos grupo groupes groupe " },
	{ COLUMN_KEY, 0,
	    " key sshkey publickey sshpublickey schlussel sshschlussel"
	    " offentlicherschlussel clavessh clavepublica clessh"
	    " clepublique " },
	{ COLUMN_PASSWORD, 0,
	    " password passwd pass kennwort passwort contrasena clave"
	    " motdepasse " },
	{ COLUMN_TIME_FACTOR, 0,
	    " timefactor extratime timemultiplier zeitfaktor zeitzuschlag"
	    " factordetiempo tiempoextra facteurdetemps"
	    " tempssupplementaire " },
	{ COLUMN_IGNORED, 0,
	    " id idnumber idnummer numerodeid numerodidentification userid"
	    " sisuserid sisid studentid studentsisid integrationid section"
	    " sectionname sectionid sissectionid institution department"
	    " abteilung institucion departamento departement matrikelnummer"
	    " matrikelnr matriculationnumber matricula numeroetudiant"
	    " studentnumber city country ort land ciudad pais ville pays"
	    " phone telefon telefono telephone status role roles rolle rollen"
	    " rol lastaccess lastaccesstocourse"
	    " letzterzugriff letzterzugriffaufdenkurs ultimoacceso"
	    " ultimoaccesoalcurso dernieracces dernieraccesaucours"
	    " lastdownloadedfromthiscourse"
	    " githubid assignmentname assignmenturl startercodeurl"
	    " studentrepositoryname studentrepositoryurl submissiontimestamp"
	    " pointsawarded pointsavailable shortname sortablename"
	    " rootaccount course cohort type auth lang timezone orgunitpath"
	    " no nr number nummer numero " },
};

#endif
