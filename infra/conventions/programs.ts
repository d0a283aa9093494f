/** Where the images have the programs that pods start. Pure. */

/** Starts a registry's member: images/postgres/member.py, for python3. */
export const MEMBER_PROGRAM = "/usr/lib/embassy/member.py";
export const PYTHON = "/usr/bin/python3";
