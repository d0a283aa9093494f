/** Something for the user to solve: its message says what was found and how to go on, and no stack trace is shown. */
export class UserError extends Error {}
